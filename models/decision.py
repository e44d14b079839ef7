"""From logits to a class."""

import numpy as np

from edge import irregular_beats
from edge.atrial_fibrillation import AtrialFibrillation
from edge.p_waves import PWaves
from edge.prevalence import Prevalence
from edge.rounds import rounds
from edge.tables import N, Q, S
from edge.types import F32, U8
from models.beats import Beats

_FS = 360.0  # only windows have a rate, and here they are cut already


def decided(logits: F32, patients: Beats) -> U8:
    """The class of each beat, from logits `(k, 4)` that hold the offsets; Q where there is nothing to judge."""
    return _told(weighed(logits, patients), patients)


def weighed(logits: F32, patients: Beats) -> F32:
    """The logits as the patient's beats before leave them: atrial fibrillation, and how many of them were S."""
    left = logits.copy()
    names, who = np.unique(patients.record, return_inverse=True)
    atria, p_waves = AtrialFibrillation(len(names)), PWaves(_FS, len(names))
    prevalence = Prevalence(len(names))
    for places in rounds(who):
        rows, beats = who[places], patients.take(places)
        own = left[places]
        irregular_beats.weigh(own, atria.likely(rows))
        left[places] = prevalence.weigh(rows, own)
        prevalence.remember(rows, _told(own, beats))
        label = _told(left[places], beats)
        has = (label == N) | (label == S)
        p_waves.learn(rows[has], beats.before[has], beats.qrs_mv[has])
        atria.feed(rows, beats.rr_s, label, p_waves.share(rows))
    return left


def _told(logits: F32, patients: Beats) -> U8:
    return np.where(patients.clear, logits.argmax(1), Q).astype(np.uint8)
