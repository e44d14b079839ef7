"""A score that can be explained: more of anything abnormal is never less, and no part hides another."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.events import RHYTHM_LABEL
from monitor.anomaly import Burden, Score, rank, score

counts = st.integers(0, 10_000)
burdens = st.builds(
    Burden,
    seconds=st.integers(0, 10**6),
    beats=st.fixed_dictionaries(dict.fromkeys("NSVFQ", counts)).map(Counter),
    rhythm_s=st.dictionaries(st.sampled_from([*RHYTHM_LABEL]), st.floats(0, 1e6)),
    alarms=st.fixed_dictionaries(dict.fromkeys(("high", "medium", "low"), counts)).map(Counter),
)


@given(burdens)
def test_it_is_between_0_and_100(burden: Burden) -> None:
    assert 0 <= score(burden).overall <= 100.000001


def test_an_ordinary_heart_has_none() -> None:
    assert score(Burden(3600, Counter(N=4000), {}, Counter())).overall == 0


@given(burdens, st.sampled_from(["V", "F"]), st.sampled_from([*RHYTHM_LABEL]))
def test_more_that_is_abnormal_is_never_less(burden: Burden, label: str, rhythm: str) -> None:
    worse = burden._replace(
        beats=burden.beats + Counter({label: 100}),
        rhythm_s={**burden.rhythm_s, rhythm: burden.rhythm_s.get(rhythm, 0.0) + 60},
        alarms=burden.alarms + Counter(high=1),
    )
    assert all(more >= less - 1e-9 for more, less in zip(score(worse), score(burden), strict=True))


def test_somebody_watched_for_a_minute_has_not_sixty_alarms_an_hour() -> None:
    assert score(Burden(60, Counter(), {}, Counter(high=1))) == score(Burden(3600, Counter(), {}, Counter(high=1)))


@pytest.mark.parametrize(("own", "place"), [(90.0, 1), (50.0, 2), (10.0, 4)])
def test_who_is_equal_shares_the_better_place(own: float, place: int) -> None:
    scores = [Score(points, 0, 0) for points in (90.0, 50.0, 50.0, 10.0)]
    assert rank(Score(own, 0, 0), scores) == (place, 4)
