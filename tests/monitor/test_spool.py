"""All of the signal goes to the store once, in pieces that end where sessions and holes do."""

import numpy as np
import pytest

from monitor.config import Config, Store
from monitor.spool import Spool
from monitor.store.entries import Session, Signal
from monitor.strips import Stretch
from monitor.watch import Watch
from tests.monitor.conftest import STARTED_S, Device

FS = 100.0
FIRST, SECOND = (Session("p1", "II", FS, 0, t0_us) for t0_us in (0, 7))


class Tape:
    """What the monitor holds: the newest ten seconds."""

    def __init__(self) -> None:
        self.held: Stretch | None = None
        self.spool = Spool(self.newest)
        self.pieces: list[Signal] = []

    def newest(self, patient: str, seconds: float) -> Stretch | None:
        if self.held is None:
            return None
        x = self.held.x[max(0, len(self.held.x) - round(seconds * FS)) :]
        return self.held._replace(first=self.held.end - len(x), x=x)

    def play(self, session: Session, begin: int, end: int, every: int = 100) -> None:
        for clock in range(begin + every, end + 1, every):
            first = max(begin, clock - 1000)
            self.held = Stretch(session, first, np.arange(first, clock, dtype=np.float32) % 30 * 0.001)
            self.pieces += self.spool.feed("p1", clock - 1)

    def signal(self) -> list[tuple[Session, int, int]]:
        """Session, first and end of each piece; its samples are those of their numbers."""
        self.pieces += self.spool.end_all()
        for piece in self.pieces:
            x = np.frombuffer(piece.x, "<i2")
            assert (x == (piece.first + np.arange(len(x))) % 30).all()
        return [(piece.session, piece.first, piece.first + len(piece.x) // 2) for piece in self.pieces]


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.mark.parametrize("every", [100, 130, 370])
def test_nothing_is_there_twice_and_nothing_is_missing(tape: Tape, every: int) -> None:
    tape.play(FIRST, 0, 3700, every)
    signal = tape.signal()
    assert [begin for _, begin, _ in signal] == [0, *(end for _, _, end in signal[:-1])]
    assert signal[-1][2] == 3700 // every * every
    assert len(signal) == 4


def test_a_piece_ends_at_a_hole_and_with_its_session(tape: Tape) -> None:
    tape.play(FIRST, 0, 400)
    tape.play(FIRST, 500, 800)
    tape.play(SECOND, 0, 200)
    assert tape.signal() == [(FIRST, 0, 400), (FIRST, 500, 800), (SECOND, 0, 200)]


def test_who_looks_too_late_has_a_hole_and_no_invention(tape: Tape) -> None:
    tape.play(FIRST, 0, 400)
    tape.play(FIRST, 400, 3400, every=3000)
    assert tape.signal() == [(FIRST, 0, 400), (FIRST, 2400, 3400)]


def test_a_patient_of_whom_nothing_is_held_has_none(tape: Tape) -> None:
    assert tape.spool.feed("p1", 100) == []
    assert tape.signal() == []


@pytest.mark.parametrize("wanted", [True, False])
def test_a_watch_keeps_the_signal_where_that_is_wanted(wanted: bool) -> None:
    x = np.random.default_rng(0).normal(0, 0.1, 6000).astype(np.float32)
    watch, now, kept = Watch(Config(store=Store(signal=wanted)), None), STARTED_S, []
    for k, message in enumerate(Device().messages(x)):
        watch.accept(message, now)
        now += 0.2
        kept += watch.tick(now).kept
        if k % 5 == 4:
            watch.vitals(now)
    kept += watch.close(now).kept
    pieces = [entry for entry in kept if isinstance(entry, Signal)]
    samples = np.concatenate([np.frombuffer(piece.x, "<i2") for piece in pieces] or [np.empty(0)])
    assert len(samples) == (6000 if wanted else 0)
    assert np.allclose(samples / 1000, x[: len(samples)], atol=0.003)
