"""What the store has to tell. Times are µs since the epoch by the monitor's clock."""

from collections import Counter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.types import F32

HOUR_US: Final = 3_600_000_000


class UnknownPatient(LookupError):
    """The store has nothing of this patient; the message says of whom it has."""


class Period(NamedTuple):
    """From `since_us` until before `until_us`."""

    since_us: int = 0
    until_us: int = 2**62


ALWAYS: Final = Period()


class Person(NamedTuple):
    """A patient, and when something was first and last heard of them."""

    name: str
    first_us: int
    last_us: int


class StoredSession(NamedTuple):
    """Samples that hang together, as far as they lie within a period."""

    id: int
    lead: str
    fs: float
    t0_us: int
    first: int
    last: int

    def at_us(self, sample: int) -> int:
        """When a sample was taken."""
        return self.t0_us + round(sample / self.fs * 1e6)


class StoredBeat(NamedTuple):
    """A beat."""

    sample: int
    label: str
    score: float
    rr_s: float | None
    qrs_ms: float
    r_mv: float


class Hour(NamedTuple):
    """Beats by class in the hour that begins at `at_us`."""

    at_us: int
    beats: Counter[str]


class StoredMinute(NamedTuple):
    """A minute of vitals."""

    at_us: int
    seconds: int
    seconds_usable: int
    hr_mean: float | None
    hr_least: float | None
    hr_most: float | None
    pvc_per_min: int


class StoredVariability(NamedTuple):
    """Heart-rate variability of the five minutes until `at_us`."""

    at_us: int
    intervals: int
    sdnn_ms: float
    rmssd_ms: float
    pnn50: float


class Episode(NamedTuple):
    """A rhythm condition. One whose end nobody saw ends with its session."""

    session_id: int
    condition: str
    first: int
    last: int
    begin_us: int
    end_us: int
    value: float | None
    ended: bool

    @property
    def lasted_us(self) -> int:
        return self.end_us - self.begin_us


class Change(NamedTuple):
    """A change of an alarm."""

    at_us: int
    state: str
    times: int
    """How often the condition had begun."""
    escalated: bool


class StoredStrip(NamedTuple):
    """Signal around an alarm: `x` (n,) mV from sample `first` of its session on, with its beats."""

    session: StoredSession
    first: int
    x: F32
    beats: list[tuple[int, str]]


class Piece(NamedTuple):
    """Signal as it is stored: int16, little-endian, in µV."""

    first: int
    x: bytes

    @property
    def end(self) -> int:
        """The number of the sample after it."""
        return self.first + len(self.x) // 2


class Stretch(NamedTuple):
    """Contiguous signal: `x` (n,) µV from sample `first` of its session on."""

    first: int
    x: NDArray[np.int16]


class StoredAlarm(NamedTuple):
    """An alarm and what became of it."""

    id: str
    patient: str
    condition: str
    priority: str
    kind: str
    state: str
    since_us: int
    raised_us: int | None
    ended_us: int | None
    sample: int | None
    lead: str
    message: str
    value: float | None
    times: int
    """How often the condition had begun."""
    escalated: bool
    changes: list[Change]
