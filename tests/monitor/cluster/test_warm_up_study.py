"""What the study counts is what a successor would tell otherwise."""

import numpy as np
import pytest

from edge.events import ClassifiedBeat
from edge.types import F32
from monitor.cluster.warm_up_study import Score, compare, news, study
from monitor.shipped import load_model
from tests.monitor.test_retelling import FS, classified

BEATS = [classified(sample) for sample in range(1000, 2000, 80)]


def moved(by: int) -> list[ClassifiedBeat]:
    return [classified(beat.sample + by) for beat in BEATS]


@pytest.mark.parametrize(
    ("told", "score"),
    [
        (BEATS, Score(13)),
        (BEATS[1:], Score(13, missed=1)),
        ([], Score(13, missed=13)),
        ([classified(940), *BEATS], Score(13, extra=1)),
        (moved(3), Score(13, moved=13)),
        (moved(30), Score(13, missed=13, extra=13)),
    ],
)
def test_beats_are_compared_one_by_one(told: list[ClassifiedBeat], score: Score) -> None:
    assert compare(BEATS, told, FS) == score


def test_only_what_was_not_told_is_news() -> None:
    assert news(BEATS, BEATS[:5], FS) == BEATS[5:]


def test_two_identical_hearts_score_twice_one(ecg: F32) -> None:
    """And a clean signal is told as if nothing had happened."""
    x = np.tile(ecg, (2, 3))[:, : (145 * 250)]
    model = load_model(None)
    one, both = (study(x[:k], 250.0, model, (10,))[10] for k in (1, 2))
    assert both == one.plus(one)
    assert one.beats == 26
    assert (one.missed, one.extra, one.moved) == (0, 0, 0)
