"""The table of earlier systems, row by row, from what each answered."""

from typing import Final

import numpy as np

from edge.tables import N
from edge.types import I64
from models.scores import f1

HEAD: Final = (
    "| system | reported | split | accuracy | F1 | precision | specificity | called N: S / V / F / Q |",
    f"|{'---|' * 8}",
)


def line(name: str, reported: str, split: str, matrix: I64, binary: bool = False) -> str:
    """A row; `matrix` is `[reference, answer]` over N, S, V, F, Q, its columns normal and abnormal where `binary`.

    Precision and specificity are of abnormal against normal. F1 is that of the abnormal beats where `binary`, else the
    mean over the classes that were tested.
    """
    missed = " / ".join(_share(row[N], row.sum()) for row in matrix[1:])
    tp, fp, fn = matrix[1:, 1:].sum(), matrix[0, 1:].sum(), matrix[1:, 0].sum()
    right = matrix[0, 0] + tp if binary else np.diag(matrix).sum()
    score = _share(2 * tp, 2 * tp + fp + fn) if binary else f"{100 * f1(matrix)[matrix.sum(1) > 0].mean():.1f}"
    figures = _share(right, matrix.sum()), score, _share(tp, tp + fp), _share(matrix[0, 0], matrix[0].sum())
    return f"| {' | '.join([name, reported, split, *figures, missed])} |"


def _share(part: np.int64, whole: np.int64) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"
