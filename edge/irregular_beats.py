"""What an early beat may be while the atria fibrillate.

Where every beat comes without order none is early: annotators call none supraventricular. And a wide one is likelier
than elsewhere to be conducted aberrantly, after a long interval and a short one (Gouaux & Ashman, Am Heart J 34, 1947).
"""

from typing import Final

import numpy as np

from edge.tables import S, V
from edge.types import F32, Bool

LESS_V: Final = np.float32(1)
"""Log odds. Of 0, 0.5 and 1 by cross-validation in DS1 and svdb: as many true ventricular runs, fewest false ones."""


def weigh(logits: F32, atria_fibrillate: Bool) -> None:
    """In place, of `(k, 4)` and `(k,)`."""
    logits[atria_fibrillate, S] = -np.inf
    logits[atria_fibrillate, V] -= LESS_V
