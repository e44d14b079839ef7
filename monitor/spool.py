"""Everybody's signal whole, ten seconds a piece, where the store is to keep it. Pure."""

from typing import Final

import numpy as np

from monitor.store.entries import Signal
from monitor.strips import Newest, Stretch, microvolts

_PIECE_S: Final = 10.0


class Spool:
    """Follows each patient's newest samples; a piece ends where it is long enough, at a hole, and with its session."""

    def __init__(self, newest: Newest) -> None:
        self._newest = newest
        self._held: dict[str, Stretch] = {}

    def feed(self, patient: str, last: int) -> list[Signal]:
        """Samples have come, up to number `last`; pieces that are whole. To be called each second or so: what the
        monitor holds of a signal goes back some seconds only."""
        held = self._held.get(patient)
        missing_s = _PIECE_S if held is None else (last + 1 - held.end) / held.session.fs
        newest = self._newest(patient, missing_s if missing_s > 0 else _PIECE_S)
        if newest is None or not len(newest.x):
            return []
        if held is None or newest.session != held.session or newest.first > held.end:
            done = self.end(patient)
            self._held[patient] = newest
            return done
        x = np.concatenate([held.x, newest.x[held.end - newest.first :]])
        self._held[patient] = held._replace(x=x)
        return self._cut(patient) if len(x) >= _PIECE_S * held.session.fs else []

    def end(self, patient: str) -> list[Signal]:
        """The patient's session is over, or the monitor's work: what there is."""
        held = self._held.pop(patient, None)
        return [_signal(held)] if held is not None and len(held.x) else []

    def end_all(self) -> list[Signal]:
        """As `end`, for everybody."""
        return [piece for patient in list(self._held) for piece in self.end(patient)]

    def _cut(self, patient: str) -> list[Signal]:
        held = self._held[patient]
        self._held[patient] = held._replace(first=held.end, x=held.x[:0])
        return [_signal(held)]


def _signal(held: Stretch) -> Signal:
    return Signal(held.session, held.first, microvolts(held.x))
