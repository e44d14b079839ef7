"""From logits to a class."""

from typing import Final

import numpy as np

from edge.tables import Q
from edge.types import F32, U8
from models.beats import Beats

OFFSETS: Final = (0.0, -1.5, -1.5, -1.5)
"""Added to the logits of N, S, V, F: they undo the balance of the training draws. Chosen by `models.validate`."""


def decided(logits: F32, patients: Beats) -> U8:
    """The class of each beat, from logits `(k, 4)` that hold the offsets; Q where there is nothing to judge."""
    return np.where(patients.clear, logits.argmax(1), Q).astype(np.uint8)
