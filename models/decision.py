"""From logits to a class."""

import numpy as np

from edge.tables import Q
from edge.types import F32, U8
from models.beats import Beats


def decided(logits: F32, patients: Beats) -> U8:
    """The class of each beat, from logits `(k, 4)` that hold the offsets; Q where there is nothing to judge."""
    return np.where(patients.clear, logits.argmax(1), Q).astype(np.uint8)
