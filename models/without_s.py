"""People of cinc2017 in whom no beat is supraventricular, or hardly one: normal rhythm, and atrial fibrillation.

Their recordings are short and their beats have no labels; that of the recording says enough. They show a net what
normal beats that come early look like in more people than databases with labelled beats have.
"""

from pathlib import Path
from typing import Final

from edge.templates import CORE, correlation
from models import labelled
from models.beats import Beats
from models.labelled import Labelled
from models.steps import recordings

RHYTHMS: Final = ("N", "A")
"""Labels of the recordings."""
ALIKE: Final = 0.8
"""Only beats that resemble the usual one so much: ventricular beats and noise are left out."""


def folder() -> Path:
    """Where the recordings are."""
    return recordings() / "cinc2017"


def chosen(db: Path) -> list[Labelled]:
    """Every other recording, by name, where it has such a rhythm; the others are left to tell how it went."""
    every_other = sorted(labelled.listed(db, db / "REFERENCE.csv"))[::2]
    return [each._replace(label="N") for each in every_other if each.label in RHYTHMS]


def cut(db: Path) -> Beats:
    """Their beats, all labelled N."""
    beats = labelled.cut(chosen(db), ["N"])
    likeness = correlation(beats.template[:, None, CORE], beats.beat[:, CORE])[:, 0]
    return beats.take(beats.clear & (likeness > ALIKE))
