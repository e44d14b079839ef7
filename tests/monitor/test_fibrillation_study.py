"""The study replays what the chain says, and its fit finds what is there."""

from pathlib import Path

import numpy as np
import pytest

from edge.atrial_fibrillation import BEGINS, ENDS, MEASURES
from edge.events import RhythmChange
from monitor.analysis import analyze
from monitor.cli.fibrillation_study import SHIPPED, Heard, Reference, Weights, episodes, fit, hear, labelled
from monitor.shipped import load_model
from simulators.records import read


def heard(odds: list[float]) -> Heard:
    n = np.arange(1, len(odds) + 1) * 100
    return Heard(100.0, 10_000, n, n + 50, np.array(odds)[:, None], n - 80)


def test_it_begins_above_one_threshold_and_ends_below_the_other() -> None:
    odds = [np.nan, 1.0, 2.0, 0.0, 3.0, -1.0, 1.0, 2.5]
    told = episodes(heard(odds), np.array(odds), 1.5, -0.5)
    assert [where for where, _ in told] == [(220, 520), (720, 10_000)]
    assert [when for _, when in told] == [(350, 650), (850, 10_000)]


def test_beats_in_flutter_are_of_no_kind() -> None:
    x, y = labelled(heard([np.nan, 1.0, 2.0, 3.0, 4.0]), Reference([(350, 450)], [(450, 600)]))
    assert x[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert y.tolist() == [False, False, True]


def test_the_fit_finds_the_weights_that_made_the_labels() -> None:
    """But for the weight of the rare class, which moves the bias."""
    rng = np.random.default_rng(0)
    true = Weights(np.array([2.0, -1.0, 0.5, 0.0, 0.0, 3.0]), -1.0)
    x = rng.normal(size=(40_000, len(MEASURES)))
    y = rng.random(len(x)) < 1 / (1 + np.exp(-true.odds(x)))
    found = fit([(x, y)], [])
    assert found.weights == pytest.approx(true.weights, abs=0.15)


@pytest.mark.mitdb
def test_it_replays_what_the_chain_says(mitdb: Path) -> None:
    """A record that goes in and out of fibrillation."""
    record = read(mitdb / "201")
    x = record.physical()[: 900 * 360]
    (events,) = analyze([x], record.fs, load_model())
    changes = [e for e in events if isinstance(e, RhythmChange) and e.condition == "atrial_fibrillation"]
    (replayed,) = hear([x], record.fs, load_model())
    told = episodes(replayed, SHIPPED.odds(replayed.measures), BEGINS, ENDS)
    assert len(changes) >= 3
    assert [e.sample for e in changes] == [n for where, _ in told for n in where][: len(changes)]
