"""Atrial fibrillation, on made-up hearts; real ones are in tests/e2e/test_mitdb.py."""

import numpy as np
import pytest

from edge.atrial_fibrillation import AtrialFibrillation
from edge.events import RhythmChange
from edge.tables import N
from tests.edge.ward import FS, Stream, begins, ends, play, steady

NO_P, P = 0.012, 0.05


def fibrillating(seconds: float, begin_s: float = 0.5, seed: int = 0) -> list[float]:
    """R peaks of intervals that have no memory, about 95 a minute."""
    rng = np.random.default_rng(seed)
    r_s = begin_s + np.cumsum(rng.gamma(17, 0.63 / 17, 400).clip(0.34, 1.6))
    return list(r_s[r_s < begin_s + seconds])


def af(stream: Stream) -> list[RhythmChange]:
    (said,) = play(stream)
    return begins(said, "atrial_fibrillation")


def test_irregular_beats_without_p_waves_are_fibrillation_and_soon_known() -> None:
    for seed in range(8):
        (begin,) = af(Stream(fibrillating(60, seed=seed), p_wave=NO_P, seconds=60))
        assert begin.known_at / FS < 20


def test_an_onset_in_normal_rhythm_is_found_and_so_is_the_end() -> None:
    for seed in range(8):
        first, second = steady(75, 60), steady(75, 60, 120.5)
        stream = Stream([*first, *fibrillating(59.5, 61, seed), *second], p_wave=NO_P, seconds=180)
        (said,) = play(stream)
        (begin,), (end,) = begins(said, "atrial_fibrillation"), ends(said, "atrial_fibrillation")
        assert 50 < begin.sample / FS < 75
        assert begin.known_at / FS < 85
        assert 115 < end.sample / FS < 135


def test_it_is_likely_from_then_on_and_no_more_when_the_stream_begins_anew() -> None:
    bank, rows = AtrialFibrillation(2), np.array([1])
    said = []
    for rr_s in np.diff(fibrillating(60)):
        bank.feed(rows, np.array([rr_s]), np.array([N], np.uint8), np.array([NO_P], np.float32))
        said.append(bool(bank.likely(rows)[0]))
    assert said[-1]
    assert not said[5]
    assert bank.likely(np.array([0, 1])).tolist() == [False, True]
    bank.refresh(rows)
    assert not bank.likely(rows)[0]


@pytest.mark.parametrize("labels", ["N", "NNNV", "NV", "NNS"])
def test_ectopic_beats_in_normal_rhythm_are_none(labels: str) -> None:
    r_s = np.array(steady(75, 120))
    early = np.array([labels[k % len(labels)] != "N" for k in range(len(r_s))])
    r_s[early] -= 0.28
    assert not af(Stream(r_s, "".join(labels[k % len(labels)] for k in range(len(r_s))), p_wave=P, seconds=120))


def test_breathing_is_none() -> None:
    """Sinus arrhythmia of a young person: a sixth up and down with each breath."""
    r_s = np.cumsum(0.85 + 0.14 * np.sin(np.arange(140) * 0.85 * 2 * np.pi / 4.2))
    assert not af(Stream(r_s, p_wave=P, seconds=110))


def test_seven_intervals_say_nothing() -> None:
    r_s = fibrillating(60)[:8]
    assert not af(Stream(r_s, p_wave=NO_P, seconds=r_s[-1] + 1.8))


@pytest.mark.parametrize("hole_s", [3.0, 15.0])
def test_what_stands_goes_on_over_a_hole(hole_s: float) -> None:
    after = steady(75, 5, 60.0 + hole_s)
    stream = Stream([*fibrillating(59), *after], p_wave=NO_P, holes=[(60, 59.5 + hole_s)], seconds=after[-1] + 1)
    (said,) = play(stream)
    assert len(begins(said, "atrial_fibrillation")) == 1
    assert not ends(said, "atrial_fibrillation")


def test_asystole_ends_it() -> None:
    (said,) = play(Stream([*fibrillating(59), *steady(60, 5, 70.0)], p_wave=NO_P, seconds=76))
    (end,) = ends(said, "atrial_fibrillation")
    assert end.known_at == begins(said, "asystole")[0].known_at
