"""The net taught another question: by recording, never by beats of people it has seen, and as one command."""

import runpy
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from edge.rr_context import FEATURES
from edge.types import F32
from models.beats import Beats
from models.recipes import STRICT
from tests.models import made_up
from tests.models.wfdb_folder import heart, write

IRREGULARITY = FEATURES.index("irregularity")


class Tuning(ModuleType):
    """Stands in for `models.fine_tuning`, which needs TensorFlow: a threshold of irregularity."""

    HOWS = ("frozen", "all", "scratch")
    How = str

    def __init__(self) -> None:
        super().__init__("models.fine_tuning")
        self.trained: list[tuple[str, set[str]]] = []
        self.began_from: set[Path] = set()

    def fit(self, trained: Path, how: str, patients: Beats, classes: int, seed: int) -> "Net":
        self.began_from.add(trained)
        self.trained.append((how, set(patients.record.tolist())))
        means = [patients.rr[patients.label == label, IRREGULARITY].mean() for label in range(classes)]
        return Net(np.mean(means))

    def log_shares(self, net: "Net", patients: Beats) -> F32:
        above = patients.rr[:, IRREGULARITY] - net.threshold
        return np.stack([above, -above], axis=1)


class Net:
    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def save(self, path: Path) -> None:
        path.write_text(str(self.threshold))


@pytest.fixture
def tuning(monkeypatch: pytest.MonkeyPatch) -> Tuning:
    stand_in = Tuning()
    monkeypatch.setitem(sys.modules, "models.fine_tuning", stand_in)
    monkeypatch.delitem(sys.modules, "models.transfer", raising=False)
    return stand_in


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Six irregular hearts (A) and six regular ones (N), two recordings a person, and one with another label."""
    lines = ["noise,~,nobody"]
    write(tmp_path, "noise", 300.0, {"ECG": heart(16, 99, 300.0)})
    for number in range(12):
        irregular, name = number % 2 == 0, f"r{number}"
        write(tmp_path, name, 300.0, {"ECG": heart(16, number, 300.0, irregular)})
        lines.append(f"{name},{'A' if irregular else 'N'},person{number // 4}{number % 2}")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, db: Path, *arguments: str) -> None:
    options = ["--db", str(db), "--labels", str(db / "labels.csv"), "--classes", "A", "N", *arguments]
    monkeypatch.setattr(sys, "argv", ["models.transfer", *options])
    runpy.run_module("models.transfer", run_name="__main__")


def test_the_command_prints_a_row_for_each_way(
    tuning: Tuning, db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (db / "net.keras").touch()
    run(monkeypatch, db, "--net", str(db / "net.keras"))
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "12 recordings, 0 without a beat to judge"
    assert out[1] == "| way | accuracy | macro F1 | F1 of A | F1 of N |"
    assert out[3:] == [f"| {how} | 100.0 | 100.0 | 100.0 | 100.0 |" for how in tuning.HOWS]


def test_no_person_trains_and_is_tested(tuning: Tuning, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, db, "--how", "scratch")
    assert len(tuning.trained) == 5
    for _, trained in tuning.trained:
        assert {0, 2} == {sum(str(db / f"r{a}") in trained for a in (n, n + 2)) for n in (0, 1, 4, 5, 8, 9)}


def test_what_is_taught_has_seen_nobody_of_cinc2017(tuning: Tuning, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, db, "--how", "scratch")
    assert tuning.began_from == {STRICT.work / "net-0.keras"}
    assert not STRICT.others


def test_as_many_people_train_as_are_asked_for(tuning: Tuning, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, db, "--how", "scratch", "--train", "2")
    assert [len(trained) for _, trained in tuning.trained] == [4] * 5


def test_nets_of_all_recordings_are_kept_where_that_is_asked(
    tuning: Tuning, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, db, "--how", "scratch", "--out", str(db / "nets"))
    assert [path.name for path in (db / "nets").iterdir()] == ["scratch.keras"]
    assert len(tuning.trained[-1][1]) == 12


@pytest.mark.usefixtures("tuning")
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--net", "none.keras"], "none.keras: no such net"),
        (["--lead", "V9"], "no lead V9"),
        (["--how", "magic"], "magic"),
    ],
)
def test_what_is_wrong_is_named(
    db: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    what: str,
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, db, *arguments)
    assert what in capsys.readouterr().err


@pytest.mark.usefixtures("tuning")
def test_a_recording_answers_what_its_beats_say_together() -> None:
    from models.transfer import confusion

    record = np.array(["a", "a", "a", "b", "b"])
    label = np.array([0, 0, 0, 1, 1], np.uint8)
    patients = made_up.beats(record, label)
    unsure_but_for_one = np.log(np.array([[0.4, 0.6], [0.4, 0.6], [0.9, 0.1], [0.6, 0.4], [0.7, 0.3]], np.float32))
    assert confusion(patients, unsure_but_for_one).tolist() == [[1, 0], [1, 0]]
