"""A long recording cut into stretches that run side by side, and what was said of them put together again.

A bank costs little more for a hundred streams than for one, so a day of one patient is analysed as a hundred stretches
at once. Each begins early, to have settled when its turn comes: thresholds forget within twenty beats, usual intervals
after three hundred, the usual beat is half renewed after a hundred and forty. What stands where two stretches meet but
was seen by one of them only begins, or ends, at the seam.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from edge.events import Event, RhythmChange, SignalQuality

STRETCH_S: Final = 900.0
SETTLE_S: Final = 300.0
"""A whole number of the five minutes that heart-rate variability is told of."""
LONG_S: Final = 3600.0
"""Shorter recordings stay in one piece: nothing is gained."""

_State: TypeAlias = RhythmChange | SignalQuality
_NORMAL: Final = "(N"


class Stretch(NamedTuple):
    """Samples `first … end − 1`, of which those before `begin` are for settling."""

    first: int
    begin: int
    end: int
    is_last: bool = True
    """Of the recording. After another the next goes on: what still waits at its end is for the next to say."""


class Said(NamedTuple):
    """What was said of a stretch while it settled, and when its turn had come."""

    settling: Sequence[Event]
    events: Sequence[Event]


def cut(length: int, fs: float, hop: int, *, stretch_s: float = STRETCH_S, settle_s: float = SETTLE_S) -> list[Stretch]:
    """Stretches of whole hops, so that every sample is in the hop that it would be in without them."""
    stretch, settle = (max(1, round(seconds * fs / hop)) * hop for seconds in (stretch_s, settle_s))
    begins = range(0, length, stretch)
    return [
        Stretch(max(0, begin - settle), begin, min(begin + stretch, length), is_last=begin + stretch >= length)
        for begin in begins
    ]


def whole(length: int) -> Stretch:
    """A recording in one piece."""
    return Stretch(0, 0, length)


def joined(stretches: Sequence[Stretch], said: Sequence[Said]) -> list[Event]:
    """Everything that was said, as if by one."""
    events = list(said[0].events)
    before = _states(events)
    for stretch, one in zip(stretches[1:], said[1:], strict=True):
        more = [*_seam(before, _states(one.settling), stretch.begin), *one.events]
        before |= _states(more)
        events += more
    return events


def _states(events: Iterable[Event]) -> dict[str, _State]:
    """The last word on each condition, and on the quality."""
    return {_about(event): event for event in events if isinstance(event, _State)}


def _about(state: _State) -> str:
    return state.condition if isinstance(state, RhythmChange) else "quality"


def _seam(before: dict[str, _State], after: dict[str, _State], sample: int) -> list[Event]:
    """What must be said at `sample` so that what stands before becomes what stands after."""
    changes = [state for state in after.values() if isinstance(state, RhythmChange)]
    rhythm = max(changes, key=lambda change: change.known_at).rhythm if changes else _NORMAL
    said: list[Event] = []
    for about in dict.fromkeys([*before, *after]):
        old, new = before.get(about), after.get(about)
        if isinstance(old, RhythmChange) and old.active and not _is_active(new):
            said.append(msgspec.structs.replace(old, sample=sample, known_at=sample, active=False, rhythm=rhythm))
        elif isinstance(new, RhythmChange) and new.active and not _is_active(old):
            said.append(msgspec.structs.replace(new, known_at=sample, rhythm=rhythm))
        elif isinstance(new, SignalQuality) and not _is_same_quality(old, new):
            said.append(msgspec.structs.replace(new, sample=sample))
        elif new is None and isinstance(old, SignalQuality) and old.quality != "good":
            said.append(SignalQuality(sample=sample, quality="good"))
    return said


def _is_active(state: _State | None) -> bool:
    return isinstance(state, RhythmChange) and state.active


def _is_same_quality(old: _State | None, new: SignalQuality) -> bool:
    was = old.quality if isinstance(old, SignalQuality) else "good"
    return was == new.quality
