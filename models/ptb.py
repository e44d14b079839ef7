"""The PTB Diagnostic ECG Database's layout: a folder a patient, the diagnosis in each header's comments.

Bousseljot, Kreiseler & Schnabel, Biomedizinische Technik 40, 1995. `RECORDS` lists `patient001/s0010_re` and so on; a
header says `# Reason for admission: Myocardial infarction`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import wfdb

from models.labelled import Labelled

_DIAGNOSIS: Final = "Reason for admission"
_UNKNOWN: Final = "n/a"


def recordings(db: Path) -> list[Labelled]:
    """All recordings with a diagnosis, which is their label. Raises `ValueError` where `db` is not of this layout."""
    try:
        names = (db / "RECORDS").read_text().split()
    except OSError as error:
        raise ValueError(f"{db / 'RECORDS'}: {error.strerror}") from None
    return list(_diagnosed(db, names))


def _diagnosed(db: Path, names: list[str]) -> Iterator[Labelled]:
    for name in names:
        said = dict(_fields(wfdb.rdheader(str(db / name)).comments)).get(_DIAGNOSIS, _UNKNOWN)
        if said != _UNKNOWN:
            yield Labelled(db / name, said, Path(name).parent.name)


def _fields(comments: list[str]) -> Iterator[tuple[str, str]]:
    for comment in comments:
        field, _, value = comment.partition(":")
        yield field.strip(), value.strip()
