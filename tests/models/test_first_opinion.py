"""First opinions and classes are compared with the reference beat that each stands beside."""

import numpy as np

from edge.classifier import load
from edge.events import ClassifiedBeat, Event, FirstOpinion
from edge.tables import N, S, V
from models.first_opinion import compared, heard
from models.recipes import SHIPPED
from models.records import Record
from tests.contracts import ecg

FS = 360.0


def opinion(sample: int, label: str) -> Event:
    return FirstOpinion(sample=sample, known_at=sample + 180, label=label, score=1)  # type: ignore[arg-type]


def test_an_answer_counts_for_the_reference_beat_beside_it_and_one_beside_none_for_nothing() -> None:
    record = Record("a", FS, np.zeros(1, np.float32), np.array([1000, 1300, 1600]), np.array([N, V, S], np.uint8))
    said = compared(record, [opinion(1290, "V"), opinion(1605, "N"), opinion(1450, "V")], FirstOpinion)
    assert said.reference.tolist() == [V, S]
    assert said.answer.tolist() == [V, N]
    assert said.delay_s.tolist() == [0.5, 0.5]


def test_what_the_chain_hears_is_compared_for_both_kinds() -> None:
    x, r_peak = ecg(40, 3)
    record = Record("a", FS, x, r_peak, np.full(len(r_peak), N, np.uint8))
    (events,) = heard([record], load(SHIPPED.model))
    for kind in (FirstOpinion, ClassifiedBeat):
        said = compared(record, events, kind)
        assert len(said.answer) >= len(r_peak) - 4
        assert (said.answer == N).mean() > 0.95
