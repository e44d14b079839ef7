"""An interrupted run goes on where it was."""

from pathlib import Path

import pytest

from models.steps import once, progress


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    made = []

    def make(path: Path) -> None:
        made.append(path)
        path.write_text("beats")

    for _ in range(2):
        once(tmp_path / "new" / "ds1.npz", make)
    assert len(made) == 1
    assert (tmp_path / "new" / "ds1.npz").read_text() == "beats"


def test_a_step_that_breaks_leaves_no_file_that_looks_whole(tmp_path: Path) -> None:
    def make(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(tmp_path / "ds1.npz", make)
    assert not (tmp_path / "ds1.npz").exists()


def test_progress_says_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress("epoch", range(3))) == [0, 1, 2]
    assert "epoch: 3/3, 0 s left" in capsys.readouterr().err
