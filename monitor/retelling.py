"""Who takes over hears the last seconds again, and is not to say again what has been said.

A beat is new when it lies behind the newest beat that was told: beats are told in their order, so none is lost where
the successor finds it a little earlier or later than its predecessor did. All else is new when it became known after
the newest sample at which the predecessor told anything. Of the rhythms that begin before that, those that still stand
are said again with the first news: alarms that were restored wait for a word that they are still there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from edge.events import ClassifiedBeat, Event, RhythmChange
from monitor.said import Begun, Forgotten, Heard, Said

_SAME_EPOCH_S: Final = 0.5
"""As blocks of one session may differ, see `monitor.assembly`."""
_SAME_BEAT_S: Final = 0.1
"""A detector that has just begun may put an R peak some samples beside; two beats are never this close."""
_KNOWN_AT: Final = ("classified_at", "found_at", "known_at", "last", "sample")
"""Where an event says when it was known, the first that it has."""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """How far a patient's session has been told."""

    lead: str
    fs: float
    epoch_s: float
    """Device time of sample 0: it tells this session from the next."""
    t0_s: float
    """When sample 0 was taken, by the clock of the process that heard it first."""
    told: int = -1
    """The newest beat that was told …"""
    known: int = -1
    """… and the newest sample at which anything was known and told."""


@dataclass(slots=True)
class _Session:
    mark: Mark
    before: Mark | None = None
    """How far a predecessor had told it."""
    standing: dict[str, Said] = field(default_factory=dict)
    """By condition: what began while the last seconds were heard again, and has not ended."""

    def hear(self, said: Heard) -> list[Said]:
        """What of this is to be told."""
        known = _known_at(said.event)
        again = self._caught_up(known)
        if not self._is_news(said.event, known):
            self._keep(said)
            return again
        told = said.event.sample if isinstance(said.event, ClassifiedBeat) else self.mark.told
        self.mark = msgspec.structs.replace(self.mark, told=told, known=max(known, self.mark.known))
        return [*again, said]

    def _caught_up(self, known: int) -> list[Said]:
        if self.before is None or known <= self.before.known:
            return []
        standing, self.standing = list(self.standing.values()), {}
        return standing

    def _is_news(self, event: Event, known: int) -> bool:
        if self.before is None:
            return True
        if isinstance(event, ClassifiedBeat):
            return event.sample > self.before.told + _SAME_BEAT_S * self.before.fs
        return known > self.before.known

    def _keep(self, said: Heard) -> None:
        if isinstance(said.event, RhythmChange):
            self.standing.pop(said.event.condition, None)
            if said.event.active:
                self.standing[said.event.condition] = said


class Retelling:
    """What is said of each patient passes through here, and what has been told is left out."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}

    def adopt(self, marks: Mapping[str, Mark]) -> None:
        """These patients are ours now, and so far they have been told."""
        self._sessions |= {patient: _Session(mark, before=mark) for patient, mark in marks.items()}

    def marks(self, patients: Iterable[str]) -> dict[str, Mark]:
        """How far each of these has been told, where it has a session."""
        return {patient: self._sessions[patient].mark for patient in patients if patient in self._sessions}

    def hear(self, said: Said) -> list[Said]:
        """What of this is to be told."""
        match said:
            case Begun():
                return [self._begin(said)]
            case Heard(patient) if patient in self._sessions:
                return self._sessions[patient].hear(said)
            case Forgotten(patient):
                self._sessions.pop(patient, None)
        return [said]

    def _begin(self, begun: Begun) -> Begun:
        """A session that goes on keeps its beginning: by that the store knows it."""
        session = self._sessions.get(begun.patient)
        if session is not None and _is_same(session.mark, begun):
            return begun._replace(t0_s=session.mark.t0_s)
        self._sessions[begun.patient] = _Session(Mark(begun.lead, begun.fs, begun.epoch_s, begun.t0_s))
        return begun


def _is_same(mark: Mark, begun: Begun) -> bool:
    close = abs(mark.epoch_s - begun.epoch_s) < _SAME_EPOCH_S
    return (mark.lead, mark.fs) == (begun.lead, begun.fs) and close


def _known_at(event: Event) -> int:
    return next(int(known) for name in _KNOWN_AT if (known := getattr(event, name, None)) is not None)
