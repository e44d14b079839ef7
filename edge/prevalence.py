"""Where many of a patient's beats were supraventricular the next is likelier to be, and where none was, less likely.

The net answers as if each class were as common in everyone. How common one is multiplies its odds (Saerens, Latinne &
Decaestecker, Neural Comput 2002;14:21, eq. 2.4); here it is told from the beats so far. Only what the net itself calls
supraventricular counts, so that a doubt does not breed another.
"""

from typing import Final

import numpy as np

from edge.rows import Rows
from edge.tables import Q, S, V
from edge.types import F32, U8, RowIndex

BEATS: Final = np.float32(200)
"""So many beats are remembered, the older ones fading."""
USUAL: Final = np.float32(0.07)
"""The share of S beats that a fresh stream is taken to have, and at which the net is left alone."""
FLOOR: Final = np.float32(0.07)
"""Added to both shares: where no beat was S the odds are halved, where all were they rise nearly eightfold. Were it
less, false S beats would breed others in patients who have few true ones."""


class Prevalence(Rows):
    """How much of every stream has been S of late, as the net has it."""

    share: F32

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, {"share": USUAL})

    def weigh(self, rows: RowIndex, logits: F32) -> F32:
        """The net's `(len(rows), 4)`, given the beats so far; what is V rather than S does not become S."""
        change = np.log((self.share[rows] + FLOOR) / (USUAL + FLOOR))
        ventricular = logits[:, V] >= logits[:, S]
        weighed = logits.copy()
        weighed[:, S] += np.where(ventricular, np.minimum(change, 0), change)
        return weighed

    def remember(self, rows: RowIndex, labels: U8) -> None:
        """What the net itself called one beat of each stream; Q says nothing."""
        judged = labels != Q
        rows = rows[judged]
        self.share[rows] += ((labels[judged] == S) - self.share[rows]) / BEATS
