"""Earlier systems beside ours, on beats shuffled at random and on new people.

    python -m models.earlier

Needs the extra `train`, `$PULSE_DATA/mitdb` and `build/models` as `make train` leaves it. Some ten minutes on one core.
Random: 30,000 beats of all 48 records to train on, 15,000 others of the same people to test on. New people: 30,000 of
DS1, 15,000 of DS2; ours there is the strict net. Systems that see six seconds train on half as many beats. Strict: a
beat counts for the class that it is. F1 is that of the abnormal beats where a system tells only normal from abnormal,
else the mean over the classes that are tested.
"""

from typing import NamedTuple

import keras
import numpy as np

from edge.tables import N
from edge.types import F32, I64, U8
from models import beats, train
from models.beats import Beats
from models.decision import decided
from models.earlier.signals import Signals
from models.earlier.systems import SYSTEMS, System
from models.recipes import STRICT
from models.records import DS1, DS2, PACED
from models.scores import confusion, f1
from models.steps import SEEDS, WORK

TRAIN, TEST = 30_000, 15_000


class Split(NamedTuple):
    """Beats to train on and to test on, as indices."""

    name: str
    train: I64
    test: I64


def main() -> None:
    """Print the table."""
    signals = Signals((*DS1, *DS2, *PACED))
    random, new_people = splits(signals)
    print("| system | reported | split | accuracy | F1 | precision | specificity | called N: S / V / F / Q |")
    print(f"|{'---|' * 8}")
    for system in SYSTEMS:
        for split in (random, new_people):
            print(_row(system, split, signals), flush=True)
    patients = beats.joined([beats.load(WORK / f"{cut}.npz") for cut in ("ds1", "ds2", "paced")])
    for split, answer in ((random, _ours(patients, random)), (new_people, _strict(patients, new_people))):
        label = patients.label[split.test]
        print(_line("ours, five classes", "", split, confusion(label, answer)), flush=True)
        print(_line("ours, normal or not", "", split, confusion(label, answer), binary=True), flush=True)


def splits(signals: Signals, seed: int = 0) -> tuple[Split, Split]:
    """The two ways to divide mitdb's beats."""
    order = np.random.default_rng(seed).permutation(len(signals.label))
    ds1, ds2 = (order[np.isin(signals.record[order], names)] for names in (DS1, DS2))
    return (
        Split("random beats", order[:TRAIN], order[TRAIN : TRAIN + TEST]),
        Split("new people", ds1[:TRAIN], ds2[:TEST]),
    )


def _row(system: System, split: Split, signals: Signals) -> str:
    windows = signals.six_s if system.six_s else signals.single
    train_on = split.train[:TEST] if system.six_s else split.train
    answer = system.fit(windows(train_on), _asked(signals.label[train_on], system.binary))(windows(split.test))
    return _line(system.name, system.reported, split, confusion(signals.label[split.test], answer), system.binary)


def _asked(label: U8, binary: bool) -> U8:
    return (label != N).astype(np.uint8) if binary else label


def _ours(patients: Beats, split: Split) -> U8:
    """Our net trained on the beats of the split."""
    net = train.fit(patients.take(split.train), np.load(WORK / "noise.npy"), SEEDS[0])
    return _answer(net, patients.take(split.test))


def _strict(patients: Beats, split: Split) -> U8:
    return _answer(keras.saving.load_model(STRICT.work / f"net-{SEEDS[0]}.keras"), patients.take(split.test))


def _answer(net: keras.Model, patients: Beats) -> U8:
    logits: F32 = train.logits(net, patients) + np.asarray(STRICT.offsets, np.float32)
    return decided(logits, patients)


def _line(name: str, reported: str, split: Split, matrix: I64, binary: bool = False) -> str:
    """A row of the table; of a binary system's matrix the columns are normal and abnormal."""
    missed = [_share(row[N], row.sum()) for row in matrix[1:]]
    tp, fp, fn = matrix[1:, 1:].sum(), matrix[0, 1:].sum(), matrix[1:, 0].sum()
    right = matrix[0, 0] + tp if binary else np.diag(matrix).sum()
    tested = matrix.sum(1) > 0
    score = _share(2 * tp, 2 * tp + fp + fn) if binary else f"{100 * f1(matrix)[tested].mean():.1f}"
    cells = [name, reported, split.name, _share(right, matrix.sum()), score, _share(tp, tp + fp)]
    return f"| {' | '.join([*cells, _share(matrix[0, 0], matrix[0].sum()), ' / '.join(missed)])} |"


def _share(part: np.int64, whole: np.int64) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


if __name__ == "__main__":
    main()
