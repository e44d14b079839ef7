"""Whom nets are trained on: what is shipped, and what is measured beside it."""

from pathlib import Path
from typing import Final, NamedTuple

from models import beats
from models.beats import Beats
from models.records import DS1, SVDB
from models.steps import ARTIFACTS, WORK


class Recipe(NamedTuple):
    """Whom a net is trained on."""

    name: str
    cuts: tuple[str, ...]
    """Files of `models.prepare`, without `.npz`."""
    train: tuple[str, ...]
    """The patients."""
    of: str
    """The databases they are from."""
    offsets: tuple[float, ...]
    """Added to the logits of N, S, V, F: they undo the balance of the training draws. Chosen by `models.validate`."""

    @property
    def model(self) -> Path:
        """Where the converted net of the first seed goes, its card beside it."""
        return ARTIFACTS / f"{self.name}.tflite"

    @property
    def work(self) -> Path:
        """Where its nets are kept."""
        return WORK / self.name

    def patients(self) -> Beats:
        """The beats it is trained on."""
        return beats.joined([beats.load(WORK / f"{cut}.npz") for cut in self.cuts])


_MITDB: Final = "MIT-BIH Arrhythmia Database 1.0.0"
STRICT: Final = Recipe("beats", ("ds1",), DS1, _MITDB, (0.0, -1.5, -1.5, -1.5))
"""DS1 alone, to be compared with the literature; what monitors use."""
WIDE: Final = Recipe(
    "beats-wide",
    ("ds1", "svdb"),
    (*DS1, *SVDB),
    f"{_MITDB} (DS1) and the MIT-BIH Supraventricular Arrhythmia Database 1.0.0",
    (0.0, -1.0, -1.5, -1.5),
)
"""More people, and of other recorders: better at the S of svdb's people, worse at those of DS2. Not shipped."""
RECIPES: Final = (STRICT,)
"""What `make train` makes."""
