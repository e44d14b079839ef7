"""Cross-validation over the training patients: what a change of the recipe is chosen by, DS2 staying closed.

    python -m models.validate [seeds]

Reads `build/models/{ds1.npz,noise.npy}`, trains five nets a seed, each without a fifth of the patients, and prints the
scores of the patients left out. Two minutes a seed on one core. Seeds differ by about ±1.5 points of macro-F1: use two.
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np

from edge.tables import LABELS
from edge.types import U8
from models import beats, scores
from models.decision import OFFSETS, decided
from models.records import DS1
from models.steps import WORK
from models.train import fit, logits

FOLDS: Final = 5


def validate(seed: int, work: Path = WORK) -> U8:
    """The class that each DS1 beat gets from the net that never saw its patient."""
    patients, noise = beats.load(work / "ds1.npz"), np.load(work / "noise.npy")
    answer = np.empty(len(patients), np.uint8)
    for fold in range(FOLDS):
        left_out = np.isin(patients.record, DS1[fold::FOLDS])
        net, others = fit(patients.take(~left_out), noise, seed), patients.take(left_out)
        answer[left_out] = decided(logits(net, others) + np.asarray(OFFSETS, np.float32), others)
    return answer


def _line(seed: int, table: dict[str, object], f1: dict[str, float]) -> str:
    each = ", ".join(f"{label} {100 * value:.1f}" for label, value in f1.items())
    return f"seed {seed}: accuracy {table['accuracy']:.2%}, F1 {each}, macro {table['macro_f1_nsv']:.2%}"


if __name__ == "__main__":
    label = beats.load(WORK / "ds1.npz").label
    for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 2):
        matrix = scores.confusion(label, validate(seed))
        print(_line(seed, scores.table(matrix), dict(zip(LABELS, scores.f1(matrix), strict=True))))
