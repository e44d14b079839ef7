"""What a patient's usual beat looks like: a few running clusters a stream, learned without labels.

As in adaptive template matching (Krasteva & Jekova, Ann Biomed Eng 35(12), 2007) a beat joins the cluster that it
correlates with, or begins one. The heaviest is the patient's template; a beat that comes in time weighs more than a
premature one.
"""

from typing import Final

import numpy as np

from edge.inputs import FIRST, POINTS
from edge.rows import Rows
from edge.types import F32, Bool, RowIndex

CLUSTERS: Final = 6
ALIKE: Final = 0.9  # Pearson correlation from which a beat belongs to a cluster
SLOWEST: Final = 1 / 16  # how far a settled cluster moves towards its newest beat
FADE: Final = 0.995  # of a cluster's weight with every beat of the stream: half is gone after 138 beats
PREMATURE_WEIGHT: Final = 0.25

_CORE: Final = slice(-30 - FIRST, 60 - FIRST)  # −0.25 … +0.49 s: QRS and T, without the P wave that S beats lack


class Templates(Rows):
    """The clusters of every stream."""

    mean: F32  # (capacity, CLUSTERS, POINTS), mV
    weight: F32  # (capacity, CLUSTERS); 0 where no cluster is yet
    count: F32  # (capacity, CLUSTERS), beats that joined

    def __init__(self, capacity: int) -> None:
        nothing = np.zeros(CLUSTERS, np.float32)
        mean = np.zeros((CLUSTERS, POINTS), np.float32)
        super().__init__(capacity, {"mean": mean, "weight": nothing, "count": nothing})

    def feed(self, rows: RowIndex, beats: F32, timely: Bool) -> F32:
        """The template that each beat is to be seen against, `(len(rows), POINTS)`; then learn the beat.

        `beats` is `(len(rows), POINTS)`; `timely` says which did not come early. A stream's first beat is its own
        template.
        """
        each = np.arange(len(rows))
        mean, weight, count = (kept.take(rows, axis=0) for kept in (self.mean, self.weight, self.count))
        heaviest = weight.argmax(1)
        template: F32 = np.where(weight[each, heaviest, None] > 0, mean[each, heaviest], beats)

        weight *= np.float32(FADE)
        likeness = np.where(weight > 0, _correlation(mean[:, :, _CORE], beats[:, _CORE]), np.float32(-1))
        best = likeness.argmax(1)
        joins = likeness[each, best] > ALIKE
        place = np.where(joins, best, weight.argmin(1))
        members = joins * count[each, place] + np.float32(1)
        step = np.maximum(np.where(joins, np.float32(SLOWEST), 1), 1 / members)[:, None]

        self.mean[rows, place] = mean[each, place] * (1 - step) + beats * step
        self.count[rows, place] = members
        weight[each, place] = joins * weight[each, place] + np.where(timely, np.float32(1), PREMATURE_WEIGHT)
        self.weight[rows] = weight
        return template


def _correlation(clusters: F32, beats: F32) -> F32:
    """Pearson correlation of each beat with each cluster, `(k, clusters)`; 0 with a flat one."""
    a = clusters - np.add.reduce(clusters, axis=2, keepdims=True) / np.float32(clusters.shape[2])
    b = beats - np.add.reduce(beats, axis=1, keepdims=True) / np.float32(beats.shape[1])
    both = np.einsum("kci,ki->kc", a, b)
    power = np.einsum("kci,kci->kc", a, a) * np.einsum("ki,ki->k", b, b)[:, None]
    found: F32 = both / np.sqrt(np.maximum(power, np.float32(1e-12)))
    return found
