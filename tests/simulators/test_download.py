"""A record comes from PhysioNet whole or not at all."""

from pathlib import Path

import pytest
import wfdb

from simulators.download import DownloadError, download

HEADER = "r1 2 360 10\n# a comment\nr1.dat 212 200 11 1024 995 0 0 MLII\nr1.dat 212 200 11 1024 995 0 0 V5\n"


class PhysioNet:
    """Serves a record, until it breaks."""

    def __init__(self, header: str, breaks_at: str = "") -> None:
        self.asked: list[str] = []
        self._header, self._breaks_at = header, breaks_at

    def dl_files(self, db: str, dl_dir: str, files: list[str]) -> None:
        for name in files:
            self.asked.append(name)
            (Path(dl_dir) / name).write_text(self._header if name.endswith(".hea") else "…")
            if name == self._breaks_at:
                raise ConnectionError("outer") from OSError("Network is unreachable")


def serve(monkeypatch: pytest.MonkeyPatch, physionet: PhysioNet) -> PhysioNet:
    monkeypatch.setattr(wfdb, "dl_files", physionet.dl_files)
    return physionet


def test_a_record_is_its_header_its_samples_and_its_annotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    physionet = serve(monkeypatch, PhysioNet(HEADER))
    assert download("mitdb", "r1", tmp_path / "mitdb") == tmp_path / "mitdb" / "r1"
    assert physionet.asked == ["r1.hea", "r1.dat", "r1.atr"]
    assert {path.name for path in (tmp_path / "mitdb").iterdir()} == {"r1.hea", "r1.dat", "r1.atr"}


@pytest.mark.parametrize("breaks_at", ["r1.hea", "r1.dat", "r1.atr"])
def test_of_a_record_that_breaks_off_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks_at: str
) -> None:
    serve(monkeypatch, PhysioNet(HEADER, breaks_at))
    with pytest.raises(DownloadError, match=f"{breaks_at}: Network is unreachable"):
        download("mitdb", "r1", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("header", ["", "<html>\nnot found\n</html>\n", "r1 1 360 10\n../../evil.sh 16\n"])
def test_a_header_that_is_none_or_names_other_places_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    physionet = serve(monkeypatch, PhysioNet(header))
    with pytest.raises(DownloadError, match="header"):
        download("mitdb", "r1", tmp_path)
    assert physionet.asked == ["r1.hea"]


def test_progress_is_shown_and_wfdbs_own_chatter_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(monkeypatch, PhysioNet(HEADER))
    download("mitdb", "r1", tmp_path)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "record r1 from PhysioNet" in shown.err
