"""What the net is told of a beat: its image, the patient's template beside it, and its intervals among the others.

Training and inference share this file; there is no second way to cut a window.
"""

from typing import Final, NamedTuple

import numpy as np

from edge.inputs import FIRST, POINTS, beat_images, readable, window_length
from edge.pacing import Pacing
from edge.pending import LONGEST_WAIT_S
from edge.rows import chosen
from edge.rr_context import RRContext
from edge.templates import Templates
from edge.types import F32, I64, Bool, RowIndex, Table

IMAGE_CLIP: Final = np.array(4.0, np.float32)
"""The image's values stay within ± this: what the 8-bit scale of the input can say."""

_QRS: Final = slice(-14 - FIRST, 18 - FIRST)  # −0.117 … +0.142 s: where a template has its height
_HEIGHT_FLOOR_MV: Final = np.array(0.05, np.float32)  # keeps noise around a very low template from filling the scale


class View(NamedTuple):
    """`k` beats as the net sees them, before scaling."""

    clear: Bool
    """`(k,)`: the beat lies inside the signal, which can be judged, and no pacemaker made it. The rest is class Q."""
    beat: F32
    """`(k, POINTS)`, mV; as the next, it says nothing where the beat is not clear."""
    template: F32
    """`(k, POINTS)`, mV: the patient's usual beat so far."""
    rr: F32
    """`(k, len(FEATURES))`, see `edge.rr_context`."""


class Views:
    """The memory of every stream that its beats are seen against."""

    def __init__(self, fs: float, capacity: int, waited_s: float = LONGEST_WAIT_S) -> None:
        """`fs` in Hz, 100 … 1000; another raises `ValueError`. A beat is due `waited_s` after its R peak at most."""
        self.fs = fs
        self._waited_s = waited_s
        beat_images(np.empty((0, window_length(fs)), np.float32), fs)  # makes the matrix now, not at the first beat
        self._rr = RRContext(fs, capacity, waited_s)
        self._templates = Templates(capacity)
        self._pacing = Pacing(fs, capacity)

    def start(self, rows: RowIndex) -> None:
        """Fresh streams."""
        self._rr.refresh(rows)
        self._templates.refresh(rows)
        self._pacing.refresh(rows)

    def skip(self, rows: RowIndex) -> None:
        """A hole in these streams: templates and usual intervals stay, no interval spans it."""
        self._rr.skip(rows)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        self._rr.grow(capacity)
        self._templates.grow(capacity)
        self._pacing.grow(capacity)

    def interval(self, rows: RowIndex, sample: I64) -> I64:
        """Samples from each stream's last beat to `sample`; negative where there is none."""
        return self._rr.since(rows, sample)

    def feed(self, due: Table, windows: F32) -> View:
        """At most one beat of each stream: its DUE row and its window, `(k, window_length(fs))` in mV.

        Every beat counts for the intervals; only those with a clear signal teach the templates.
        """
        rows, rr = due["row"], self._rr.feed(due)
        legible = due["whole"] & readable(windows, self.fs, self._waited_s)
        seen, clear = chosen(legible), legible.copy()
        windows = windows[seen]
        clear[seen] = ~self._pacing.feed(rows[seen], windows)
        beat, template = np.zeros((2, len(due), POINTS), np.float32)
        beat[seen] = beat_images(windows, self.fs)
        seen = chosen(clear)
        template[seen] = self._templates.feed(rows[seen], beat[seen], rr.timely[seen])
        return View(clear, beat, template, rr.vector)


def net_image(beat: F32, template: F32) -> F32:
    """Beat and template as two channels, `(k, POINTS, 2)`, in units of half the template's height."""
    qrs = template[:, _QRS]
    height = np.maximum.reduce(qrs, axis=1) - np.minimum.reduce(qrs, axis=1)
    half = (height[:, None] + _HEIGHT_FLOOR_MV) / 2
    image = np.empty((*beat.shape, 2), np.float32)
    np.divide(beat, half, out=image[:, :, 0])
    np.divide(template, half, out=image[:, :, 1])
    np.maximum(image, -IMAGE_CLIP, out=image)
    return np.minimum(image, IMAGE_CLIP, out=image)
