"""Cross-validation runs as its page says, and answers for nobody whom it has seen."""

import runpy
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from edge.inputs import POINTS
from edge.rr_context import FEATURES
from edge.tables import N, S, V
from edge.types import F32
from models.beats import Beats
from models.recipes import Recipe
from models.records import DS1
from tests.models import made_up

EACH = 6


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `models.prepare` leaves: six beats of each patient of DS1, the vector of each saying its class."""
    label = np.tile([N, N, N, S, V, V], len(DS1)).astype(np.uint8)
    rr = np.repeat(label[:, None], len(FEATURES), axis=1).astype(np.float32)
    folder = tmp_path / "build/models"
    folder.mkdir(parents=True)
    made_up.beats(np.repeat(DS1, EACH), label, rr=rr).save(folder / "ds1.npz")
    np.save(folder / "noise.npy", np.zeros((1, POINTS), np.float32))
    monkeypatch.chdir(tmp_path)
    return folder


class Training(ModuleType):
    """Stands in for `models.train`, which needs TensorFlow: a net that knows the class by the vector."""

    def __init__(self) -> None:
        super().__init__("models.train")
        self.trained: list[set[str]] = []
        self.asked: list[set[str]] = []

    def fit(self, recipe: Recipe, patients: Beats, noise: F32, seed: int) -> None:
        self.trained.append(set(patients.record.tolist()))

    def logits(self, net: None, patients: Beats) -> F32:
        self.asked.append(set(patients.record.tolist()))
        return -10 * (patients.rr[:, :1] - np.arange(4)) ** 2


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Training:
    stand_in = Training()
    monkeypatch.setitem(sys.modules, "models.train", stand_in)
    monkeypatch.delitem(sys.modules, "models.validate", raising=False)
    return stand_in


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["models.validate", *arguments])
    runpy.run_module("models.validate", run_name="__main__")


@pytest.mark.usefixtures("work")
def test_the_command_prints_a_line_a_seed(
    training: Training, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "strict", "--seeds", "2")
    expected = "mitdb: accuracy 100.00%, F1 N 100.0, S 100.0, V 100.0, F 0.0, macro 100.00%"
    assert capsys.readouterr().out.splitlines() == [f"seed 0, {expected}", f"seed 1, {expected}"]


@pytest.mark.usefixtures("work")
def test_a_patient_is_asked_only_of_a_net_that_never_saw_him(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "strict", "--seeds", "1")
    assert len(training.trained) == 5
    assert set().union(*training.asked) == set(DS1)
    for trained, asked in zip(training.trained, training.asked, strict=True):
        assert trained == set(DS1) - asked


@pytest.mark.usefixtures("work", "training")
def test_another_recipe_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "narrow")
    assert "'narrow'" in capsys.readouterr().err
