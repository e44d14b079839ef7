"""What an expert marked in the QT database: floors that only rise."""

from pathlib import Path

import pytest

from monitor.bench_delineation import estimate, scores
from monitor.expert_marks import read

pytestmark = [pytest.mark.mitdb, pytest.mark.timeout(120)]

EACH_BEAT, EACH_RECORD = "better lead of each beat", "better lead of each record"
LARGEST_SD_MS = {
    ("QRS onset", EACH_BEAT): 7.8,
    ("QRS onset", EACH_RECORD): 9.0,
    ("QRS offset", EACH_BEAT): 10.3,
    ("QRS offset", EACH_RECORD): 11.5,
    ("P peak", EACH_BEAT): 25.0,
    ("T peak", EACH_BEAT): 30.0,
}


def test_marks_agree_with_an_expert(mitdb: Path) -> None:
    """QRS bounds by each protocol within 8 ms on the average; what spreads more than it did is worse."""
    if not (mitdb.parent / "qtdb").is_dir():
        pytest.skip("qtdb is not on this machine")
    beats = read(mitdb.parent / "qtdb")
    found = {(mark, protocol): score for mark, protocol, score in scores(beats, estimate(beats))}
    assert found["QRS onset", EACH_BEAT].labelled > 2000
    assert all(abs(found[which].mean_ms) < 8 for which in LARGEST_SD_MS)
    assert {which: found[which].sd_ms for which, sd_ms in LARGEST_SD_MS.items() if found[which].sd_ms > sd_ms} == {}
    assert found["P peak", EACH_BEAT].told_percent > 98
    assert found["T peak", EACH_BEAT].told_percent > 97
