"""EC57's figures from a confusion matrix over N, S, V, F, Q.

Strict: an F or Q beat called V is a false V. Shares are of 1; a figure that has no beats to stand on is 0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.tables import LABELS
from edge.types import F32, F64, I64, U8


def confusion(reference: U8, answer: U8) -> I64:
    """`[reference, answer]`, how many beats."""
    k = len(LABELS)
    return np.bincount(reference.astype(np.intp) * k + answer, minlength=k * k).reshape(k, k).astype(np.int64)


def f1(matrix: I64) -> F64:
    """Of each class: 2·TP / (reference + answered)."""
    return _share(2 * np.diag(matrix), matrix.sum(0) + matrix.sum(1))


def table(matrix: I64) -> dict[str, Any]:
    """Accuracy, macro-F1 over N, S, V, and Se, +P, F1 of each class."""
    right = np.diag(matrix)
    columns = {"se": _share(right, matrix.sum(1)), "ppv": _share(right, matrix.sum(0)), "f1": f1(matrix)}
    return {
        "accuracy": round(float(right.sum() / matrix.sum()), 4),
        "macro_f1_nsv": round(float(f1(matrix)[:3].mean()), 4),
        "classes": {
            label: {name: round(float(value[i]), 4) for name, value in columns.items()}
            for i, label in enumerate(LABELS[:4])
        },
        "confusion": matrix.tolist(),
    }


def calibration_error(logits: F32, label: U8, bins: int = 15) -> float:
    """By how much, on average, the probability of the answer differs from how often it is right.

    Guo et al., On Calibration of Modern Neural Networks, ICML 2017, eq. 3. `logits` is `(k, classes)`.
    """
    said = share(logits)
    right = logits.argmax(1) == label
    which = np.minimum((said * bins).astype(np.intp), bins - 1)
    surplus = np.bincount(which, said - right, bins)
    return float(np.abs(surplus).sum() / len(label))


def share(logits: F32) -> F32:
    """The probability of the answer, `(k,)`: the largest value of softmax."""
    largest: F32 = 1 / np.exp(logits - logits.max(1, keepdims=True)).sum(1)
    return largest


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> F64:
    return np.asarray(part / np.maximum(whole, 1), np.float64)
