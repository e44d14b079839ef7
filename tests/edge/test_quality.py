"""Signal quality tells a flat line, a rail and noise from a heart, and changes its mind seldom."""

import numpy as np
import pytest

from edge.detector import Detector
from edge.events import SignalQuality
from edge.quality import DOUBTFUL, GOOD, HOPS, LEVELS, PAST, UNUSABLE, SignalQualityBank
from edge.ring import Ring
from edge.types import F32, RowIndex
from tests.contracts import FS, ecg, hops

ONE = np.array([0])


class Ward:
    """A bank between the ring that has its samples and the detector that tells it of beats."""

    def __init__(self, capacity: int) -> None:
        self.bank, self.detector = SignalQualityBank(FS, capacity), Detector(FS, capacity)
        self.ring = Ring(capacity, self.bank.hop, (PAST + HOPS) * self.bank.hop)
        for stage in (self.bank, self.detector, self.ring):
            stage.start(np.arange(capacity), 0)

    def feed(self, rows: RowIndex, x: F32) -> list[tuple[int, SignalQuality]]:
        beats = self.detector.feed(rows, x)
        self.ring.feed(rows, x)
        told = self.look(rows[(self.ring.clock[rows] - self.ring.first[rows]) // self.bank.hop % HOPS == 0])
        self.bank.found(beats)
        return told

    def look(self, rows: RowIndex) -> list[tuple[int, SignalQuality]]:
        length = (PAST + HOPS) * self.bank.hop
        clock = self.ring.clock[rows]
        return self.bank.feed(rows, self.ring.window(rows, clock - length, length, repeat_ends=True))


def told(x: F32) -> list[SignalQuality]:
    ward = Ward(1)
    return [event for hop in hops(x, ward.bank.hop) for _, event in ward.feed(ONE, hop)]


def heart(seconds: float = 20, noise_mv: float = 0.01) -> F32:
    return ecg(seconds, 1, noise_mv=noise_mv)[0]


def test_a_clean_heart_is_good_and_says_nothing() -> None:
    """No event: good is where every stream begins."""
    assert told(heart()) == []


def test_a_flat_line_is_unusable_within_four_seconds() -> None:
    """Three seconds of window and two evaluations."""
    flat = np.full(3600, 0.7, np.float32)
    (event,) = told(np.concatenate([heart(), flat]))
    assert (event.quality, event.reasons) == ("unusable", ("flat",))
    assert 3 * FS < event.sample - len(heart()) <= 4 * FS


def test_an_asystole_is_neither_flat_nor_noisy() -> None:
    """The small noise of a connected electrode is what it was before, though no complex stands out of it any more."""
    silent = np.random.default_rng(0).normal(0, 0.01, 3600).astype(np.float32)
    assert told(np.concatenate([heart(), silent])) == []


def test_a_rail_is_saturated() -> None:
    """A signal that keeps hitting its limits, half of the time."""
    clipped = np.clip(5 * np.sin(np.arange(3600) / 60), -2, 2).astype(np.float32)
    event = told(np.concatenate([heart(), clipped]))[-1]
    assert "saturated" in event.reasons
    assert event.quality == "unusable"


@pytest.mark.parametrize(("noise_mv", "quality"), [(0.02, "good"), (0.2, "doubtful"), (1.0, "unusable")])
def test_noise_is_graded(noise_mv: float, quality: str) -> None:
    """White noise of 2 %, 20 % and 100 % of an R peak."""
    events = told(heart(30, noise_mv))
    assert (events[-1].quality if events else "good") == quality


def test_electrodes_that_move_make_a_signal_unusable() -> None:
    """What the detector takes for beats there a simpler rule does not find, though nothing is flat or railed."""
    rng = np.random.default_rng(2)
    steps = np.convolve(rng.normal(0, 1, 30 * 360) * (rng.random(30 * 360) < 0.05), np.hanning(36), "same")
    x = heart(30)
    events = told(np.concatenate([x, x + (1.5 * np.ptp(x) * steps).astype(np.float32)]))
    assert events[-1].quality == "unusable"
    assert events[-1].reasons == ("noise",)


def test_what_is_over_is_told_once() -> None:
    """Good again after a flat line, and no flapping on the way."""
    flat = np.zeros(3600, np.float32)
    events = told(np.concatenate([heart(), flat, heart()]))
    assert [event.quality for event in events] == ["unusable", "good"]


def test_gain_is_not_quality() -> None:
    """A third or ten times of the amplitude is as noisy as before."""
    for gain in (0.3, 10):
        assert [e.quality for e in told(np.float32(gain) * heart(30, 0.2))] == ["doubtful"]


def test_streams_do_not_see_each_other() -> None:
    """In a bank each has the quality that it has alone, whatever subset comes."""
    x = np.stack([heart(), heart(20, 1.0), np.zeros(7200, np.float32)])
    ward = Ward(1)
    for stage in (ward.bank, ward.detector, ward.ring):
        stage.grow(3)
        stage.start(np.arange(3), 0)
    signal = hops(x, ward.bank.hop)
    found = [pair for hop in signal for rows in ([0, 2], [1]) for pair in ward.feed(np.array(rows), hop[rows])]
    for row in range(3):
        assert [event for r, event in found if r == row] == told(x[row])
    assert ward.bank.level(np.arange(3)).tolist() == [GOOD, UNUSABLE, UNUSABLE]
    assert [LEVELS[level] for level in (GOOD, DOUBTFUL, UNUSABLE)] == ["good", "doubtful", "unusable"]


def test_a_hole_changes_nothing_by_itself() -> None:
    """The quality stands until a window's length of agreement says otherwise; a new stream is good."""
    ward = Ward(1)
    for hop in hops(np.zeros(3600, np.float32), ward.bank.hop):
        ward.feed(ONE, hop)
    ward.bank.skip(ONE, 10_000)
    ward.detector.skip(ONE, 10_000)
    ward.ring.start(ONE, 10_000)
    assert ward.bank.level(ONE) == [UNUSABLE]
    events = [event for hop in hops(heart(), ward.bank.hop) for _, event in ward.feed(ONE, hop)]
    assert [event.quality for event in events] == ["good"]
    assert 10_000 + 3 * FS <= events[0].sample <= 10_000 + 6 * FS
    ward.bank.start(ONE, 0)
    assert ward.bank.level(ONE) == [GOOD]
