"""Whom nets are trained on, and how: what is shipped, and what is measured beside it."""

from pathlib import Path
from typing import Final, NamedTuple

from models import beats
from models.beats import Beats
from models.draws import Shares
from models.records import DS1, SVDB
from models.steps import ARTIFACTS, WORK


class Recipe(NamedTuple):
    """How a net is made."""

    name: str
    cuts: tuple[str, ...]
    """Files of `models.prepare`, without `.npz`."""
    train: tuple[str, ...]
    """The patients."""
    of: str
    """The databases they are from."""
    offsets: tuple[float, ...]
    """Added to the logits of N, S, V, F: they undo the balance of the training draws. Chosen by `models.validate`."""
    epochs: int
    shares: Shares
    others: str = ""
    """The file of `models.prepare`, without `.npz`, that holds the people of `Shares.others`."""

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

    def other_people(self) -> Beats | None:
        """Beats that are drawn as N beside them."""
        return beats.load(WORK / f"{self.others}.npz") if self.others else None


_MITDB: Final = "MIT-BIH Arrhythmia Database 1.0.0"
SHIPPED: Final = Recipe(
    "beats",
    ("ds1", "svdb"),
    (*DS1, *SVDB),
    f"{_MITDB} (DS1) and the MIT-BIH Supraventricular Arrhythmia Database 1.0.0; "
    "normal beats also of the PhysioNet/CinC Challenge 2017",
    (0.0, -1.25, -1.25, -2.5),
    epochs=24,
    shares=Shares(synthetic_s=0.25, series=1500, others=0.25),
    others="without-s",
)
"""What monitors use. Of more people fewer S beats need to be invented, and more can be learned."""
STRICT: Final = Recipe("beats-strict", ("ds1",), DS1, _MITDB, (0.0, -1.5, -1.5, -1.5), epochs=14, shares=Shares())
"""DS1 alone, to be compared with the literature."""
RECIPES: Final = (SHIPPED, STRICT)
"""What `make train` makes."""
