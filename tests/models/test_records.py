"""Who trains, who tests, and what is read of a recording."""

from pathlib import Path

import numpy as np
import pytest

from edge.tables import LABELS
from models.records import DS1, DS2, PACED, SVDB, read


def test_no_patient_trains_and_tests() -> None:
    assert not set(DS1) & set(DS2)
    assert len(set(DS1)) == len(set(DS2)) == 22


def test_the_published_split_is_kept_although_it_parts_two_records_of_one_man() -> None:
    """201 and 202, by the database's own notes; another split would compare with nobody."""
    assert "201" in DS1
    assert "202" in DS2


def test_paced_patients_are_left_out() -> None:
    assert not {*PACED} & {*DS1, *DS2, *SVDB}


@pytest.mark.mitdb
def test_the_lead_is_mlii_wherever_it_stands(mitdb: Path) -> None:
    """114 has MLII second."""
    import wfdb

    second = wfdb.rdrecord(str(mitdb / "114"), channels=[1])
    assert second.sig_name == ["MLII"]
    np.testing.assert_allclose(read(mitdb, "114").x, second.p_signal[:, 0], atol=1e-6)


@pytest.mark.mitdb
def test_ds2_has_the_beats_that_the_literature_counts(mitdb: Path) -> None:
    counts = sum(np.bincount(read(mitdb, name).label, minlength=len(LABELS)) for name in DS2)
    assert counts.tolist() == [44259, 1837, 3221, 388, 7]
