"""The R-R vectors of the bank against percentiles taken one beat at a time."""

import numpy as np
import pytest

from edge.rr_context import CLIP, FEATURES, RRContext
from edge.tables import DUE

FS = 250.0
ROW = np.array([0])


def due(row: int, sample: int, following: int) -> np.ndarray:
    table = np.zeros(1, DUE)
    table["row"], table["sample"], table["next"] = row, sample, following
    return table


def slow_vector(intervals: list[float], post: float) -> np.ndarray:
    """Of a beat whose interval is the last of `intervals`, in seconds."""
    x = np.array(intervals)
    pre, pre2 = x[-1], x[-2] if len(x) > 1 else np.median(x[-10:])
    m10, m50, m300 = (np.median(x[-n:]) for n in (10, 50, 300))
    change = np.abs(np.diff(np.log(x[-21:])))
    ratio = {
        "pre/m50": pre / m50,
        "post/m50": post / m50,
        "pre/M50": pre / x[-50:].mean(),
        "pre/M300": pre / x[-300:].mean(),
        "pre/m300": pre / m300,
        "pre/g90": pre / np.percentile(x[-300:], 90),
        "pre/post": pre / post,
        "pre/pre2": pre / pre2,
        "m10/m300": m10 / m300,
        "irregularity": 2 ** (4 * np.median(change) if len(change) else 0),
        "q75/q25": np.percentile(x[-50:], 75) / np.percentile(x[-50:], 25),
        "g75/g25": np.percentile(x[-300:], 75) / np.percentile(x[-300:], 25),
    }
    return np.clip(np.log2([ratio[name] for name in FEATURES]), -CLIP, CLIP)


def peaks(count: int, seed: int) -> np.ndarray:
    """R peaks of a restless heart."""
    return np.cumsum(np.random.default_rng(seed).lognormal(-0.2, 0.3, count) * FS).astype(np.int64)


def test_every_beat_from_the_second_on_has_the_ratios_written_out_plainly() -> None:
    bank, r_peak = RRContext(FS, 1), peaks(400, 0)
    seconds = np.minimum(np.diff(r_peak) / FS, 3).tolist()
    for i in range(len(r_peak) - 1):
        seen = bank.feed(due(0, r_peak[i], r_peak[i + 1]))
        if i:
            np.testing.assert_allclose(seen.vector[0], slow_vector(seconds[:i], seconds[i]), atol=1e-4)


def test_the_first_beat_has_nothing_to_differ_from() -> None:
    seen = RRContext(FS, 1).feed(due(0, 100, 300))
    assert not seen.vector.any()
    assert seen.timely.all()


def test_streams_together_are_each_alone() -> None:
    streams = [peaks(80, seed) for seed in range(4)]
    bank, alone = RRContext(FS, 4), [RRContext(FS, 1) for _ in range(4)]
    for i in range(79):
        rows = [row for row in range(4) if (row + i) % 3]
        together = bank.feed(np.concatenate([due(row, streams[row][i], streams[row][i + 1]) for row in rows]))
        for place, row in enumerate(rows):
            single = alone[row].feed(due(0, streams[row][i], streams[row][i + 1]))
            np.testing.assert_array_equal(single.vector[0], together.vector[place])


def test_no_interval_spans_a_hole_and_the_ones_before_it_still_count() -> None:
    bank = RRContext(FS, 1)
    for beat in range(20):
        bank.feed(due(0, 200 * beat, 200 * beat + 200))
    bank.skip(ROW)
    after = bank.feed(due(0, 100_000, 100_100)).vector[0]
    assert after[FEATURES.index("pre/m50")] == 0
    assert after[FEATURES.index("post/m50")] == pytest.approx(-1, abs=0.01)
    assert bank.count[0] == 19


@pytest.mark.parametrize(("usual_s", "waited_s", "expected"), [(0.8, 1.5, 1.5), (2.0, 1.5, 2.0), (0.8, 0.5, 0.8)])
def test_a_next_beat_that_has_not_come_is_thought_to_come_when_usual_and_not_before_now(
    usual_s: float, waited_s: float, expected: float
) -> None:
    bank, step = RRContext(FS, 1, waited_s), round(usual_s * FS)
    for beat in range(20):
        bank.feed(due(0, step * beat, step * (beat + 1)))
    last = bank.feed(due(0, 20 * step, -1)).vector[0]
    assert last[FEATURES.index("post/m50")] == pytest.approx(np.log2(expected / usual_s), abs=1e-5)


def test_a_premature_beat_is_not_timely_and_the_long_one_after_it_is() -> None:
    bank, at = RRContext(FS, 1), 0
    for interval in (200,) * 12:
        bank.feed(due(0, at := at + interval, at + 200))
    timely = [bool(bank.feed(due(0, at := at + step, at + 200)).timely[0]) for step in (120, 280, 200)]
    assert timely == [False, True, True]


def test_a_fresh_stream_knows_nothing_of_the_one_before() -> None:
    bank = RRContext(FS, 2)
    for beat in range(20):
        bank.feed(due(1, 200 * beat, 200 * beat + 200))
    bank.refresh(np.array([1]))
    assert not bank.feed(due(1, 7, 300)).vector.any()
