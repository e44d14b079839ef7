"""Earlier systems beside ours, on beats shuffled at random and on new people.

    python -m models.earlier

Needs the extra `train`, `$PULSE_DATA/mitdb` and `build/models` as `make train` leaves it. Random: four fifths of the
beats of all 48 records to train on, the rest of the same people's to test on. New people: DS1 and DS2. Strict: a beat
counts for the class that it is. Half an hour on one core; answers are kept in `build/models/earlier`, and what is
there is not asked again.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from edge.tables import N
from edge.types import U8
from models import beats
from models.beats import Beats
from models.earlier.ours import on_new_people, on_shuffled
from models.earlier.signals import Signals
from models.earlier.splits import Split, splits
from models.earlier.systems import SYSTEMS, System
from models.earlier.table import HEAD, line
from models.prepare import folder
from models.records import DS1, DS2, PACED, read
from models.scores import confusion
from models.steps import WORK, once

ANSWERS: Final = WORK / "earlier"


def main() -> None:
    """Print the table."""
    signals = Signals([read(folder(name), name) for name in (*DS1, *DS2, *PACED)])
    random, new_people = splits(signals.record)
    rows = [_row(system, split, signals) for system in SYSTEMS for split in (random, new_people)]
    patients = beats.joined([beats.load(WORK / f"{cut}.npz") for cut in ("ds1", "ds2", "paced")])
    rows += _ours(random, patients, lambda test: on_shuffled(patients.take(random.train), test))
    rows += _ours(new_people, patients, on_new_people)
    print("\n".join([*HEAD, *rows]))


def _row(system: System, split: Split, signals: Signals) -> str:
    answer = _kept(system.name, split, lambda: _answer(system, split, signals))
    matrix = confusion(signals.label[split.test], answer)
    return line(system.name, system.reported, split.name, matrix, system.binary)


def _answer(system: System, split: Split, signals: Signals) -> U8:
    windows = signals.six_s if system.six_s else signals.single
    answer = system.fit(windows(split.train), _asked(signals.label[split.train], system.binary))
    return answer(windows(split.test))


def _asked(label: U8, binary: bool) -> U8:
    return (label != N).astype(np.uint8) if binary else label


def _ours(split: Split, patients: Beats, answer: Callable[[Beats], U8]) -> Iterator[str]:
    """Our rows: of the five classes, and the same answers as normal or not."""
    test = patients.take(split.test)
    matrix = confusion(test.label, _kept("ours", split, lambda: answer(test)))
    yield line("ours, five classes", "", split.name, matrix)
    yield line("ours, normal or not", "", split.name, matrix, binary=True)


def _kept(system: str, split: Split, answer: Callable[[], U8]) -> U8:
    path = ANSWERS / f"{system} {split.name}.npy"

    def save(part: Path) -> None:
        np.save(part, answer())

    once(path, save)
    kept: U8 = np.load(path)
    return kept


if __name__ == "__main__":
    main()
