"""Labelled beats of nobody."""

from typing import Any

import numpy as np

from edge import p_waves
from edge.inputs import POINTS
from edge.rr_context import FEATURES
from models.beats import Beats


def beats(record: Any, label: Any, **columns: Any) -> Beats:
    """Flat ones, clear, a second apart, of these patients and classes, but for the columns that are given."""
    k = len(label)
    plain = {
        "record": np.array(record),
        "sample": np.arange(k),
        "label": np.array(label, np.uint8),
        "clear": np.ones(k, bool),
        "beat": np.zeros((k, POINTS), np.float32),
        "template": np.zeros((k, POINTS), np.float32),
        "rr": np.zeros((k, len(FEATURES)), np.float32),
        "rr_s": np.ones(k),
        "before": np.zeros((k, p_waves.POINTS), np.float32),
        "qrs_mv": np.ones(k, np.float32),
    }
    return Beats(**plain | columns)
