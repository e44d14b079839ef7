"""ECG to measure with: mitdb where it is on this machine, synthetic patients otherwise."""

from typing import NamedTuple

from edge.types import F32
from simulators.records import mitdb_folder, read
from simulators.source import Counts
from simulators.synthetic import patients

SYNTHETIC, SYNTHETIC_S = 16, 120.0


class Signals(NamedTuple):
    """Counts of several people, of one rate and scale."""

    counts: list[Counts]
    fs: float
    gain: float
    offset: float

    def physical(self) -> list[F32]:
        """In mV."""
        return [((x - self.offset) / self.gain).astype("float32") for x in self.counts]


def recorded() -> Signals:
    """All records of mitdb, or 16 synthetic patients."""
    folder = mitdb_folder()
    if folder is None:
        made = patients(SYNTHETIC, SYNTHETIC_S, seed=1)
        return Signals([p.cut(0, p.length) for p in made], made[0].fs, made[0].gain, made[0].offset)
    read_ = [read(folder / path.stem) for path in sorted(folder.glob("*.hea"))]
    return Signals([r.counts for r in read_], read_[0].fs, read_[0].gain, read_[0].offset)
