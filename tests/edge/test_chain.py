"""Streams of a chain do not touch each other, and a hole in one is neither silence nor a beat."""

from collections.abc import Iterator

import numpy as np
import pytest

from edge.chain import Chain
from edge.classifier import Model
from edge.events import Beat, ClassifiedBeat, Event, RhythmChange
from edge.types import F32
from monitor.shipped import load_model
from simulators.synthetic import patients

FS = 360.0
SECONDS = 30.0


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def signals() -> F32:
    """Three synthetic patients, `(3, n)` in mV."""
    return np.stack([patient.mv for patient in patients(3, SECONDS, seed=3)])


def hops(x: F32, hop: int, first: int = 0) -> Iterator[F32]:
    for at in range(first, x.shape[-1] - hop + 1, hop):
        yield x[..., at : at + hop]


def alone(x: F32, model: Model, sample: int = 0) -> list[Event]:
    chain = Chain(FS, model, capacity=1)
    row = np.array([chain.join(sample)])
    said = [event for hop in hops(x, chain.hop) for _, event in chain.feed(row, hop[None])]
    return said + [event for _, event in chain.flush(row)]


def test_together_each_stream_says_what_it_says_alone(signals: F32, model: Model) -> None:
    chain = Chain(FS, model, capacity=2)  # it grows
    rows = np.array([chain.join() for _ in signals])
    said: dict[int, list[Event]] = {int(row): [] for row in rows}
    for x in hops(signals, chain.hop):
        for row, event in chain.feed(rows, x):
            said[row].append(event)
    for row, event in chain.flush(rows):
        said[row].append(event)
    for row, x in zip(rows, signals, strict=True):
        assert said[int(row)] == alone(x, model)


def test_streams_that_move_at_their_own_pace_say_the_same(signals: F32, model: Model) -> None:
    """One stream is fed two hops at a time, another waits and catches up."""
    chain = Chain(FS, model, capacity=2)
    fast, slow = chain.join(), chain.join(7_000)
    said: dict[int, list[Event]] = {fast: [], slow: []}
    pairs = list(zip(hops(signals[0], chain.hop), hops(signals[1], chain.hop), strict=True))
    for first, second in zip(pairs[::2], pairs[1::2], strict=True):
        fed = [chain.feed(np.array([fast]), first[0][None]), chain.feed(np.array([fast]), second[0][None])]
        fed += [chain.feed(np.array([slow]), x[1][None]) for x in (first, second)]
        for row, event in (pair for found in fed for pair in found):
            said[row].append(event)
    for row, event in chain.flush(np.array([slow, fast])):
        said[row].append(event)
    assert said[fast] == alone(signals[0], model)
    assert said[slow] == alone(signals[1], model, sample=7_000)


@pytest.mark.parametrize("at_once", [2, 10])
def test_several_hops_at_once_say_what_one_after_another_says(signals: F32, model: Model, at_once: int) -> None:
    chain = Chain(FS, model, capacity=4, hops=at_once)
    x = np.concatenate([signals, signals[:1]])
    x[3, 4_000:6_000] = x[3, 3_999]  # a heart that stands still for five and a half seconds
    rows = np.array([chain.join() for _ in x])
    said: dict[int, list[Event]] = {int(row): [] for row in rows}
    for block in hops(x, at_once * chain.hop):
        for row, event in chain.feed(rows, block):
            said[row].append(event)
    for row, event in chain.flush(rows):
        said[row].append(event)
    assert any(isinstance(event, RhythmChange) and event.condition == "asystole" for event in said[int(rows[3])])
    for row, own in zip(rows, x, strict=True):
        assert said[int(row)] == alone(own, model)


def test_a_row_that_is_used_again_remembers_nothing(signals: F32, model: Model) -> None:
    chain = Chain(FS, model, capacity=1)
    row = chain.join()
    for x in hops(signals[0], chain.hop):
        chain.feed(np.array([row]), x[None])
    chain.leave(row)
    again = chain.join()
    assert again == row
    rows = np.array([again])
    said = [event for x in hops(signals[1], chain.hop) for _, event in chain.feed(rows, x[None])]
    assert said + [event for _, event in chain.flush(rows)] == alone(signals[1], model)


def test_what_is_said_was_not_known_earlier(signals: F32, model: Model) -> None:
    for event in alone(signals[0], model):
        if isinstance(event, ClassifiedBeat):
            assert event.sample <= event.found_at <= event.classified_at
            # What is found while the detector learns is classified at once.
            assert event.classified_at <= max(event.found_at, event.sample + 1.7 * FS)
        if isinstance(event, Beat):
            assert event.found_at >= event.sample


def test_every_beat_that_is_found_is_classified_once(signals: F32, model: Model) -> None:
    said = alone(signals[2], model)
    found = [event.sample for event in said if isinstance(event, Beat)]
    classified = [event.sample for event in said if isinstance(event, ClassifiedBeat)]
    assert len(found) > 30
    assert sorted(found) == classified


def test_no_interval_and_no_window_spans_a_hole(signals: F32, model: Model) -> None:
    chain = Chain(FS, model, capacity=1)
    rows = np.array([chain.join()])
    hole = chain.hop * 180
    said = [e for x in hops(signals[1][:hole], chain.hop) for _, e in chain.feed(rows, x[None])]
    said += [e for _, e in chain.skip(rows, np.array([hole + 5_000]))]
    said += [e for x in hops(signals[1][hole:], chain.hop) for _, e in chain.feed(rows, x[None])]
    beats = [e for e in said if isinstance(e, ClassifiedBeat)]
    after = next(e for e in beats if e.sample >= hole)
    assert after.sample >= hole + 5_000
    assert after.rr_s is None
    assert all(e.rr_s is None or e.rr_s < 4 for e in beats)
    assert not [e for e in said if hole <= e.sample < hole + 5_000], "nothing is said of samples that never came"


def test_without_a_model_beats_are_found_and_not_classified(signals: F32) -> None:
    chain = Chain(FS, None, capacity=1)
    rows = np.array([chain.join()])
    said = [e for x in hops(signals[0], chain.hop) for _, e in chain.feed(rows, x[None])]
    assert any(isinstance(e, Beat) for e in said)
    assert not any(isinstance(e, ClassifiedBeat) for e in said)


def test_vitals_say_nothing_before_there_is_something_to_say(model: Model) -> None:
    chain = Chain(FS, model, capacity=1)
    rows = np.array([chain.join()])
    (line,) = chain.vitals(rows)
    assert line.hr_bpm is None
    assert line.rhythm == "(N"


def test_vitals_give_the_rate(signals: F32, model: Model) -> None:
    chain = Chain(FS, model, capacity=1)
    rows = np.array([chain.join()])
    for x in hops(signals[0][: round(11 * FS)], chain.hop):
        chain.feed(rows, x[None])
    (line,) = chain.vitals(rows)
    assert line.hr_bpm == pytest.approx(72, abs=8)
    assert line.quality == "good"
