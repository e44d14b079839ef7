"""Half a second after a beat there is a first opinion of it; the class that follows does not depend on it."""

import numpy as np
import pytest

from edge.chain import Chain
from edge.classifier import Model
from edge.events import ClassifiedBeat, Event, FirstOpinion
from edge.types import F32
from monitor.shipped import load_model
from simulators.synthetic import patients

FS = 360.0
HOP_S = 0.1


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def signals() -> F32:
    """Three synthetic patients, `(3, n)` in mV."""
    return np.stack([patient.mv for patient in patients(3, 40.0, seed=5)])


def said(x: F32, model: Model, first_opinions: bool = True, hops: int = 1) -> list[list[Event]]:
    """What a chain says of each row of `x`, fed together."""
    chain = Chain(FS, model, capacity=len(x), first_opinions=first_opinions, hops=hops)
    rows = np.array([chain.join() for _ in x])
    events: list[list[Event]] = [[] for _ in x]
    length = hops * chain.hop
    for at in range(0, x.shape[1] - length + 1, length):
        for row, event in chain.feed(rows, x[:, at : at + length]):
            events[row].append(event)
    for row, event in chain.flush(rows):
        events[row].append(event)
    return events


def opinions(events: list[Event]) -> dict[int, FirstOpinion]:
    return {event.sample: event for event in events if isinstance(event, FirstOpinion)}


def classes(events: list[Event]) -> dict[int, ClassifiedBeat]:
    return {event.sample: event for event in events if isinstance(event, ClassifiedBeat)}


def test_it_comes_within_six_tenths_of_a_second_or_with_the_beat(signals: F32, model: Model) -> None:
    events = said(signals[:1], model)[0]
    found_at = {sample: beat.found_at for sample, beat in classes(events).items()}
    for sample, opinion in opinions(events).items():
        assert opinion.known_at >= sample + 0.5 * FS
        assert opinion.known_at <= max(sample + (0.5 + HOP_S) * FS, found_at[sample])


def test_every_beat_but_the_last_has_one_before_its_class_or_with_it(signals: F32, model: Model) -> None:
    for events in said(signals, model):
        later, sooner = classes(events), opinions(events)
        assert set(list(later)[:-1]) <= set(sooner) <= set(later)
        assert all(sooner[sample].known_at <= later[sample].classified_at for sample in sooner)


def test_it_is_nearly_always_what_the_class_turns_out_to_be(signals: F32, model: Model) -> None:
    agrees = [
        opinion.label == classes(events)[sample].label
        for events in said(signals, model)
        for sample, opinion in opinions(events).items()
    ]
    assert len(agrees) > 100
    assert np.mean(agrees) > 0.95


def test_a_ventricular_beat_is_suspected_before_the_next_beat_comes(model: Model) -> None:
    """Wide, early, of another shape: among regular narrow beats."""
    r_peak, t = np.arange(300, 40 * 360, 300), np.arange(40 * 360) / FS
    early = 30
    r_peak[early] -= 110
    x = sum(np.exp(-0.5 * ((t - r / FS) / 0.012) ** 2) for i, r in enumerate(r_peak) if i != early)
    x = x - 1.6 * np.exp(-0.5 * ((t - r_peak[early] / FS) / 0.045) ** 2)
    x += np.random.default_rng(0).normal(0, 0.01, len(t))
    events = said(x[None].astype(np.float32), model)[0]
    near = [opinion for sample, opinion in opinions(events).items() if abs(sample - r_peak[early]) < 20]
    assert [opinion.label for opinion in near] == ["V"]


def test_nothing_else_that_is_said_changes(signals: F32, model: Model) -> None:
    for with_, without in zip(said(signals, model), said(signals, model, first_opinions=False), strict=True):
        assert [event for event in with_ if not isinstance(event, FirstOpinion)] == without


def test_streams_together_are_each_alone(signals: F32, model: Model) -> None:
    for x, together in zip(signals, said(signals, model), strict=True):
        assert opinions(said(x[None], model)[0]) == opinions(together)


def test_several_hops_at_once_say_what_one_after_another_says(signals: F32, model: Model) -> None:
    assert said(signals, model, hops=10) == said(signals, model)


def test_what_waited_at_a_hole_is_told_by_its_class_alone(signals: F32, model: Model) -> None:
    chain = Chain(FS, model, capacity=1, first_opinions=True)
    rows = np.array([chain.join()])
    for at in range(0, 20 * 360, chain.hop):
        chain.feed(rows, signals[:1, at : at + chain.hop])
    told = chain.skip(rows, np.array([100_000]))
    told += [e for at in range(0, 7200, chain.hop) for e in chain.feed(rows, signals[:1, at : at + chain.hop])]
    sampled = [event.sample for _, event in told if isinstance(event, FirstOpinion)]
    assert sampled
    assert min(sampled) >= 100_000
