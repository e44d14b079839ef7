"""Cross-validation over the training patients: what a change of the recipe is chosen by, DS2 staying closed.

    python -m models.validate strict|wide [seeds]

Reads `build/models`, trains five nets a seed, each without a fifth of the patients, and prints the
scores of the patients left out. Two minutes a seed on one core. Seeds differ by about ±1.5 points of macro-F1: use two.
"""

import sys
from typing import Final

import numpy as np

from edge.tables import LABELS
from edge.types import U8
from models import scores
from models.beats import Beats
from models.decision import decided
from models.recipes import STRICT, WIDE, Recipe
from models.records import DS1, SVDB
from models.steps import WORK
from models.train import fit, logits

FOLDS: Final = 5


def validate(recipe: Recipe, patients: Beats, seed: int) -> U8:
    """The class that each training beat gets from the net that never saw its patient."""
    noise = np.load(WORK / "noise.npy")
    answer = np.empty(len(patients), np.uint8)
    for fold in range(FOLDS):
        left_out = np.isin(patients.record, recipe.train[fold::FOLDS])
        net, others = fit(patients.take(~left_out), noise, seed), patients.take(left_out)
        answer[left_out] = decided(logits(net, others) + np.asarray(recipe.offsets, np.float32), others)
    return answer


def _line(what: str, label: U8, answer: U8) -> str:
    matrix = scores.confusion(label, answer)
    table = scores.table(matrix)
    each = ", ".join(f"{name} {100 * f1:.1f}" for name, f1 in zip(LABELS[:4], scores.f1(matrix), strict=False))
    return f"{what}: accuracy {table['accuracy']:.2%}, F1 {each}, macro {table['macro_f1_nsv']:.2%}"


if __name__ == "__main__":
    recipe = {"strict": STRICT, "wide": WIDE}[sys.argv[1]]
    patients = recipe.patients()
    for seed in range(int(sys.argv[2]) if len(sys.argv) > 2 else 2):
        answer = validate(recipe, patients, seed)
        for database, inside in (("mitdb", np.isin(patients.record, DS1)), ("svdb", np.isin(patients.record, SVDB))):
            if inside.any():
                print(_line(f"seed {seed}, {database}", patients.label[inside], answer[inside]), flush=True)
