"""What a beat looks like half a second after its R peak, before the next one has come.

The same net is asked twice: here of what there is so far, where the interval that follows counts as the usual one and
the beat's tail as level; and again when the next beat is known. It is the second answer that counts.
"""

from typing import Final

from edge.classifier import BeatClassifier, Model
from edge.events import FirstOpinion
from edge.inputs import window_length
from edge.pending import Pending
from edge.ring import Ring
from edge.tables import LABELS
from edge.types import I64, RowIndex, Table

SEEN_S: Final = 0.5
"""After the R peak; a hop later at most it is said, unless the beat itself was found later."""
_BEFORE_S: Final = 0.3
"""What of a beat must lie inside the signal before its R peak."""


class FirstOpinions:
    """A bank: what is usual for each stream is learned from the classifier's beats, each a little sooner."""

    def __init__(self, fs: float, capacity: int, model: Model) -> None:
        """`fs` in Hz, 100 … 1000; another raises `ValueError`."""
        self._window = window_length(fs)
        self._before, self._seen = round(_BEFORE_S * fs), round(SEEN_S * fs)
        self._pending = Pending(fs, capacity, SEEN_S, SEEN_S)
        self._classifier = BeatClassifier(fs, capacity, model, SEEN_S)

    def start(self, rows: RowIndex, sample: I64) -> None:
        """Fresh streams."""
        self._pending.refresh(rows)
        self._classifier.start(rows, sample)

    def skip(self, rows: RowIndex, sample: I64) -> None:
        """A hole in these streams: what waited gets no first opinion."""
        self._pending.refresh(rows)
        self._classifier.skip(rows, sample)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        self._pending.grow(capacity)
        self._classifier.grow(capacity)

    def found(self, beats: Table) -> None:
        """Take newly found beats (`BEAT`)."""
        self._pending.add(beats)

    def feed(self, rows: RowIndex, ring: Ring, to_come: int) -> list[tuple[int, FirstOpinion]]:
        """What can be said of the beats of these streams after a hop, each with its row.

        The newest `to_come` samples of the ring came after that hop.
        """
        clock = ring.clock[rows] - to_come
        return [said for due in self._pending.due(rows, clock) for said in self._asked(due, ring, to_come)]

    def _asked(self, due: Table, ring: Ring, to_come: int) -> list[tuple[int, FirstOpinion]]:
        rows, sample = due["row"], due["sample"]
        due["whole"] = ring.covers(rows, sample - self._before, self._before + self._seen)
        first, until = sample - self._window // 2, sample + self._seen
        windows = ring.window(rows, first, self._window, repeat_ends=True, until=until)
        label, score = self._classifier.feed(due, windows)
        columns = (rows, sample, ring.clock[rows] - to_come - 1, label, score)
        return [(row, _opinion(*rest)) for row, *rest in zip(*(c.tolist() for c in columns), strict=True)]


def _opinion(sample: int, known_at: int, label: int, score: float) -> FirstOpinion:
    return FirstOpinion(sample=sample, known_at=known_at, label=LABELS[label], score=round(score, 4))
