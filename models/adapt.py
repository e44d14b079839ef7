"""What an expert's labels of a patient's first minutes are worth to the rest of that patient's beats.

    python -m models.adapt [--minutes 3]

The net stays as it is: four numbers a patient, added to its logits, are fitted to the labels (penalised maximum
likelihood, Newton's method), so that a monitor could hold them beside the patient's name. Beats of the first five
minutes are never scored, whoever labelled them. Reads `ds2.npz` in `build/models` as `models.prepare` leaves it, and
the shipped model; prints its scores on DS2 without and with such labels.
"""

import argparse
from collections.abc import Sequence
from typing import Final

import numpy as np

from edge.card import NET_LABELS
from edge.classifier import load
from edge.types import F32, F64, U8
from edge.views import net_image
from models import beats, scores
from models.beats import Beats
from models.decision import decided
from models.recipes import SHIPPED
from models.steps import WORK

SCORED_FROM_S: Final = 300.0
PENALTY: Final = 20.0
"""Of the squared offsets. Of 1, 5 and 20 by cross-validation in DS1: less follows the few labels too far."""
FS: Final = 360.0
_STEPS: Final = 20


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m models.adapt", description="Labels of a patient's first minutes.")
    parser.add_argument("--minutes", type=float, default=3.0, help="labelled at the start of each record, at most 5")
    minutes = parser.parse_args(arguments).minutes
    if not 0 <= minutes <= SCORED_FROM_S / 60:
        parser.error(f"--minutes {minutes}: 0 to {SCORED_FROM_S / 60:.0f}, what follows is scored")
    ds2 = beats.load(WORK / "ds2.npz")
    logits = load(SHIPPED.model).logits(net_image(ds2.beat, ds2.template), ds2.rr)
    print(f"| labels | accuracy | {' | '.join(f'F1 of {label}' for label in NET_LABELS)} | macro F1 of N, S, V |")
    print(f"|{'---|' * (len(NET_LABELS) + 3)}")
    for what, each in (("none", logits), (f"first {minutes:g} min", adapted(logits, ds2, 60 * minutes))):
        print(f"| {what} | {' | '.join(scored(each, ds2))} |")


def adapted(logits: F32, patients: Beats, labelled_s: float) -> F32:
    """The logits `(k, 4)` with each patient's offsets, learned from its beats before `labelled_s`."""
    shown = (patients.sample < labelled_s * FS) & patients.clear & (patients.label < len(NET_LABELS))
    changed = logits.copy()
    for name in np.unique(patients.record):
        own = patients.record == name
        changed[own] += offsets(logits[own & shown], patients.label[own & shown])
    return changed


def offsets(logits: F32, label: U8, penalty: float = PENALTY) -> F64:
    """What to add to the logits `(k, 4)` of beats of these labels, `(4,)`; nothing where there are no beats."""
    added = np.zeros(logits.shape[1])
    wanted = np.eye(logits.shape[1])[label]
    for _ in range(_STEPS):
        share = np.exp(logits + added - (logits + added).max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        slope = (share - wanted).sum(0) + penalty * added
        bend = np.diag(share.sum(0) + penalty) - share.T @ share
        added -= np.linalg.solve(bend, slope)
    return added


def scored(logits: F32, patients: Beats) -> list[str]:
    """The cells of a row, over the beats from `SCORED_FROM_S` on."""
    late = patients.sample >= SCORED_FROM_S * FS
    table = scores.table(scores.confusion(patients.label[late], decided(logits, patients)[late]))
    f1 = [table["classes"][label]["f1"] for label in NET_LABELS]
    return [f"{100 * share:.1f}" for share in (table["accuracy"], *f1, table["macro_f1_nsv"])]


if __name__ == "__main__":
    main()
