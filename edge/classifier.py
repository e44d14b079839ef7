"""The class of each beat: AAMI EC57's N, S, V, F by an int8 net, Q where there is nothing to judge."""

import numpy as np

from edge import irregular_beats
from edge.card import ModelMismatch
from edge.net import Model, load
from edge.pending import LONGEST_WAIT_S
from edge.prevalence import Prevalence
from edge.rows import chosen
from edge.succession import Succession
from edge.tables import Q
from edge.types import F32, I64, U8, Bool, RowIndex, Table
from edge.views import Views, net_image

__all__ = ["BeatClassifier", "Model", "ModelMismatch", "load"]


class BeatClassifier:
    """A bank: the net is shared, what it is told of a patient (usual beat, usual intervals) is each stream's own."""

    def __init__(self, fs: float, capacity: int, model: Model, waited_s: float = LONGEST_WAIT_S) -> None:
        """`fs` in Hz, 100 … 1000; another raises `ValueError`. A beat is due `waited_s` after its R peak at most."""
        self.capacity = capacity
        self._model = model
        self._views = Views(fs, capacity, waited_s)
        self._prevalence = Prevalence(capacity)
        self._succession = Succession(capacity)

    def start(self, rows: RowIndex, sample: I64) -> None:
        """Fresh streams. Where they begin does not matter here: only intervals do."""
        self._views.start(rows)
        self._prevalence.refresh(rows)
        self._succession.refresh(rows)

    def skip(self, rows: RowIndex, sample: I64) -> None:
        """A hole in these streams: what is usual for them stays, no interval spans it."""
        self._views.skip(rows)
        self._succession.refresh(rows)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams; those that are there keep their state."""
        self._views.grow(capacity)
        self._prevalence.grow(capacity)
        self._succession.grow(capacity)
        self.capacity = max(self.capacity, capacity)

    def interval(self, rows: RowIndex, sample: I64) -> I64:
        """Samples from each stream's last beat to `sample`; negative at its start and after a hole."""
        return self._views.interval(rows, sample)

    def feed(self, due: Table, windows: F32, atria_fibrillate: Bool | None = None) -> tuple[U8, F32]:
        """The beats that are due, at most one a stream and each later than its stream's last.

        `due` is a DUE table of `k` beats, `windows` the `(k, edge.inputs.window_length(fs))` around them in mV.
        `atria_fibrillate` `(k,)` says whose rhythm is atrial fibrillation: there no beat is S and few are V
        (`edge.irregular_beats`). Returns labels `(k,)` (indices into `edge.tables.LABELS`) and the probability of
        each, as the net, the rhythm and the beats before (`edge.prevalence`, `edge.succession`) have it; beats that do
        not lie inside the signal, or whose signal is flat, clipped or not finite, are Q with 0.
        """
        view = self._views.feed(due, windows)
        label = np.full(len(due), Q, np.uint8)
        score = np.zeros(len(due), np.float32)
        seen = chosen(view.clear)
        own = self._model.logits(net_image(view.beat[seen], view.template[seen]), view.rr[seen])
        if atria_fibrillate is not None and np.count_nonzero(atria_fibrillate):
            irregular_beats.weigh(own, atria_fibrillate[seen])
        rows = due["row"][seen]
        logits = self._succession.weigh(rows, self._prevalence.weigh(rows, own))
        label[seen] = own.argmax(1)
        self._prevalence.remember(due["row"], label)
        self._succession.remember(due["row"], label)
        label[seen] = logits.argmax(1)
        score[seen] = _largest_share(logits)
        return label, score


def _largest_share(logits: F32) -> F32:
    """The largest value of softmax."""
    share: F32 = 1 / np.exp(logits - logits.max(1, keepdims=True)).sum(1)
    return share
