"""The samples of one lead, and the pen that draws them evenly."""

import numpy as np
import pytest

from edge.wire import SampleBlock
from monitor.dashboard.trace import HELD_S, Pen, Trace

FS = 250.0


def block(n0: int, x: object, seq: int = 1, fs: float = FS) -> SampleBlock:
    counts = np.asarray(x, np.float32)
    return SampleBlock(seq=seq, n0=n0, t=0, fs=fs, gain=1.0, offset=0.0, unit="mV", x=counts)


def test_what_was_fed_is_found_again_by_its_number() -> None:
    """Across the ring's seam too."""
    trace, x = Trace(), np.arange(50 * FS, dtype=np.float32)
    for n0 in range(0, len(x), 90):
        trace.feed(block(n0, x[n0 : n0 + 90]))
    assert trace.end == len(x)
    assert trace.oldest == len(x) - int(HELD_S * FS)
    np.testing.assert_array_equal(trace.window(trace.oldest, trace.end), x[trace.oldest :])
    assert np.isnan(trace.window(trace.oldest - 5, trace.oldest)).all()
    assert np.isnan(trace.window(trace.end, trace.end + 5)).all()


def test_a_lost_block_is_a_hole_and_a_late_one_fills_it() -> None:
    """Never an old lap's samples, never a guess."""
    trace = Trace()
    trace.feed(block(0, np.zeros(9000)))
    trace.feed(block(9010, np.ones(10)))
    assert np.isnan(trace.window(9000, 9010)).all()
    trace.feed(block(9000, np.full(10, 2.0)))
    np.testing.assert_array_equal(trace.window(8999, 9011), [0, *[2] * 10, 1])
    assert trace.end == 9020


@pytest.mark.parametrize(
    "later", [block(0, [5.0] * 30, seq=0), block(90_000_000, [5.0] * 30), block(9000, [5.0] * 30, fs=360.0)]
)
def test_a_new_session_starts_afresh(later: SampleBlock) -> None:
    """A restarted device, a number far ahead, another rate: nothing of before is shown beside it."""
    trace = Trace()
    trace.feed(block(1000, np.zeros(8000)))
    trace.feed(later)
    assert (trace.first, trace.end, trace.fs) == (later.n0, later.end, later.fs)
    assert np.isnan(trace.window(later.n0 - 500, later.n0)).all()


def test_a_block_longer_than_the_ring_leaves_its_end() -> None:
    """Its length is bounded by what is kept."""
    trace = Trace()
    trace.feed(block(7, np.arange(40 * FS)))
    assert trace.end == 7 + 40 * FS
    assert trace.window(trace.end - 1, trace.end)[0] == 40 * FS - 1


def fed_in_bursts(burst_s: float, seconds: float) -> tuple[list[float], Trace]:
    """Where the pen was, in seconds, frame by frame at 12 a second."""
    trace, pen, heads, n = Trace(), Pen(), [], int(burst_s * FS)
    for k in range(int(12 * seconds)):
        now = k / 12
        while trace.end + n <= now * FS:
            trace.feed(block(trace.end, np.zeros(n)))
        heads.append(pen.advance(trace, now) / FS)
    return heads, trace


@pytest.mark.parametrize("burst_s", [0.1, 0.5, 1.0])
def test_bursts_are_drawn_evenly(burst_s: float) -> None:
    """Once it has settled, every frame moves on by about a frame, and the pen is never ahead of the samples."""
    heads, _ = fed_in_bursts(burst_s, 20)
    steps = np.diff(heads[12 * 8 :])
    assert (steps > 0.4 / 12).all()
    assert (steps < 1.6 / 12).all()
    late = np.arange(len(heads))[12 * 8 :] / 12 - heads[12 * 8 :]
    assert late.max() < 2.3 * burst_s + 0.2


def test_time_goes_right() -> None:
    """The pen never goes back within a session."""
    heads, _ = fed_in_bursts(0.4, 10)
    assert (np.diff(heads[12:]) >= 0).all()


def test_the_pen_stops_at_the_last_sample() -> None:
    """It draws nothing that did not come."""
    trace, pen = Trace(), Pen()
    trace.feed(block(0, np.zeros(500)))
    heads = [pen.advance(trace, k / 12) for k in range(60)]
    assert heads[-1] == trace.end == 500


def test_a_backlog_is_jumped_over() -> None:
    """Ten seconds at once are not replayed in slow motion."""
    trace, pen = Trace(), Pen()
    trace.feed(block(0, np.zeros(50)))
    pen.advance(trace, 0.0)
    for n0 in range(50, 2550, 50):
        trace.feed(block(n0, np.zeros(50)))
    assert trace.end - pen.advance(trace, 0.1) < 1.5 * FS
