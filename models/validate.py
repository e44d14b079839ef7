"""Cross-validation over the training patients: what a change of the recipe is chosen by, DS2 staying closed.

    python -m models.validate shipped|strict [--seeds N]

Reads `build/models`, trains five nets a seed, each without a fifth of the patients, and prints the scores of the
patients left out. One to three minutes a seed on one core. Seeds differ by about ±1.5 points of macro-F1: use two.
"""

import argparse
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from edge.tables import LABELS
from edge.types import U8
from models import scores
from models.beats import Beats
from models.decision import decided
from models.folds import left_out
from models.recipes import SHIPPED, STRICT, Recipe
from models.records import DS1, SVDB
from models.steps import WORK
from models.train import fit, logits

FOLDS: Final = 5
RECIPES: Final = {"shipped": SHIPPED, "strict": STRICT}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the scores, a line for each seed and database."""
    options = _parser().parse_args(arguments)
    recipe = RECIPES[options.recipe]
    patients = recipe.patients()
    for seed in range(options.seeds):
        for line in lines(patients, validate(recipe, patients, seed)):
            print(f"seed {seed}, {line}", flush=True)


def validate(recipe: Recipe, patients: Beats, seed: int) -> U8:
    """The class that each training beat gets from the net that never saw its patient."""
    noise = np.load(WORK / "noise.npy")
    answer = np.empty(len(patients), np.uint8)
    for held in left_out(patients.record, recipe.train, FOLDS):
        net, others = fit(recipe, patients.take(~held), noise, seed), patients.take(held)
        answer[held] = decided(logits(net, others) + np.asarray(recipe.offsets, np.float32), others)
    return answer


def lines(patients: Beats, answer: U8) -> Iterator[str]:
    """The scores in each database that has patients here."""
    for database, names in {"mitdb": DS1, "svdb": SVDB}.items():
        inside = np.isin(patients.record, names)
        if inside.any():
            yield f"{database}: {_scored(scores.confusion(patients.label[inside], answer[inside]))}"


def _scored(matrix: np.ndarray) -> str:
    table = scores.table(matrix)
    each = ", ".join(f"{name} {100 * f1:.1f}" for name, f1 in zip(LABELS[:4], scores.f1(matrix), strict=False))
    return f"accuracy {table['accuracy']:.2%}, F1 {each}, macro {table['macro_f1_nsv']:.2%}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.validate", description="Cross-validation by patient.")
    parser.add_argument("recipe", choices=RECIPES)
    parser.add_argument("--seeds", type=int, default=2, metavar="N")
    return parser


if __name__ == "__main__":
    main()
