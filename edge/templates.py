"""What a patient's usual beat looks like: a few running clusters a stream, learned without labels.

As in adaptive template matching (Krasteva & Jekova, Ann Biomed Eng 35(12), 2007) a beat joins the cluster that it
correlates with, or begins one. The heaviest is the patient's template; a beat that comes in time weighs more than a
premature one.
"""

from typing import Final

import numpy as np

from edge.inputs import FIRST, POINTS
from edge.rows import Rows, span
from edge.types import F32, Bool, RowIndex

CLUSTERS: Final = 6
ALIKE: Final = np.array(0.9, np.float32)  # Pearson correlation from which a beat belongs to a cluster
SLOWEST: Final = np.array(1 / 16, np.float32)  # how far a settled cluster moves towards its newest beat
FADE: Final = np.array(0.995, np.float32)  # of a cluster's weight with every beat of the stream: half after 138 beats
PREMATURE_WEIGHT: Final = np.array(0.25, np.float32)

CORE: Final = slice(-30 - FIRST, 60 - FIRST)  # −0.25 … +0.49 s: QRS and T, without the P wave that S beats lack
_POINTS: Final = np.array(CORE.stop - CORE.start, np.float32)
_ONE: Final = np.array(1, np.float32)
_FLAT: Final = np.array(1e-12, np.float32)


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
        at, first = span(rows), rows * CLUSTERS
        means, weights, counts = self.mean.reshape(-1, POINTS), self.weight.reshape(-1), self.count.reshape(-1)
        template: F32 = means.take(first + self.weight[at].argmax(1), axis=0)
        np.copyto(template, beats, where=self.count[at, :1] == 0)  # no cluster yet

        self.weight[at] = weight = self.weight[at] * FADE
        likeness = correlation(self.mean[at, :, CORE], beats[:, CORE])
        joins = np.maximum.reduce(likeness, axis=1) > ALIKE
        place = first + np.where(joins, likeness.argmax(1), weight.argmin(1))
        counts[place] = count = joins * counts.take(place) + _ONE
        weights[place] = joins * weights.take(place) + np.maximum(timely, PREMATURE_WEIGHT)
        step = np.maximum(SLOWEST, _ONE / count)[:, None]
        means[place] = means.take(place, axis=0) * (_ONE - step) + beats * step
        return template


def correlation(clusters: F32, beats: F32) -> F32:
    """Pearson correlation of each beat with each cluster, `(k, clusters)`; 0 with a flat one."""
    x = np.concatenate((clusters, beats[:, None]), axis=1)
    x -= np.add.reduce(x, axis=2, keepdims=True) / _POINTS
    both = np.einsum("kci,ki->kc", x, x[:, -1])
    power = np.einsum("kci,kci->kc", x, x)
    found: F32 = both[:, :-1] / np.sqrt(np.maximum(power[:, :-1] * power[:, -1:], _FLAT))
    return found
