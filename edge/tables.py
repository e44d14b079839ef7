"""What passes between stages: structured arrays, a row of the table for each beat.

A beat is rare (about one a second and stream), a stream is not: a table keeps the beats of every stream of one hop
together, so that the stages behind the detector work on all of them at once. Within a stream a table is in the order of
`sample`.
"""

from typing import Final

import numpy as np

LABELS: Final = ("N", "S", "V", "F", "Q")
"""AAMI EC57 classes; `label` columns are indices into this."""

N, S, V, F, Q = range(5)

SEARCHED: Final = 1  # found by search-back, after an interval that was too long
HELD: Final = 2  # doubtful: held for a moment, and no larger peak followed
LATE: Final = 4  # accepted with the bonus for a long silence
LEARNED: Final = 8  # found when the learning phase was replayed

BEAT: Final = np.dtype(
    [
        ("row", np.intp),  # stream
        ("sample", np.int64),  # R peak, absolute sample number of the session
        ("found_at", np.int64),  # the newest sample that had been seen when it was found
        ("score", np.float32),  # the detector's margin, in natural-log units of amplitude above threshold
        ("flags", np.uint8),  # SEARCHED | HELD | LATE | LEARNED
    ]
)

DUE: Final = np.dtype(
    [
        *BEAT.descr,
        ("next", np.int64),  # R peak of the following beat, or -1 when none came within the window
        ("whole", np.bool_),  # the beat itself lies inside the contiguous signal
    ]
)


def none(dtype: np.dtype[np.void]) -> np.ndarray:
    """A table without beats."""
    return np.empty(0, dtype)
