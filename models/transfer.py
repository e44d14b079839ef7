"""What the trained net is worth to another question: fine-tune it on any labelled recordings, and see.

    python -m models.transfer --db DIR --labels FILE [--classes A N] [--how frozen all scratch] [--train N]
    python -m models.transfer --db DIR --ptb --classes "Healthy control" "Myocardial infarction"

FILE has lines `name,label` or `name,label,person`; `--ptb` reads the diagnoses from the headers instead. The detector
finds the beats, each beat is seen as a monitor sees it and takes the label of its recording; a recording's answer is
what its beats say together (the mean logarithm of the probabilities). Ways: `frozen` trains the last layer alone, `all`
every layer, `scratch` a net that has seen nothing. Scores are of five-fold cross-validation that parts no person.
The net is that of DS1 alone: the other has seen people of cinc2017. Needs the extra `train` and, but for `scratch`, a
net of `make train`. Six minutes for 600 recordings of half a minute.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from edge.types import F32, I64
from models import labelled, ptb
from models.beats import Beats
from models.fine_tuning import HOWS, How, fit, log_shares
from models.folds import by_label, left_out
from models.recipes import STRICT
from models.scores import f1
from models.steps import SEEDS, progress

FOLDS: Final = 5

Taught: TypeAlias = Callable[[Beats, Beats], F32]
"""From beats to train on and others: the logarithm of each class's probability for those, `(k, classes)`."""


class Task(NamedTuple):
    """Beats with the label of their recording, and whose they are."""

    patients: Beats
    classes: Sequence[str]
    person_of: Mapping[str, str]
    """Of each recording."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each way; keep the nets where that is asked."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        task = _task(options)
    except ValueError as error:
        parser.error(str(error))
    if options.how != ["scratch"] and not options.net.is_file():
        parser.error(f"{options.net}: no such net; `make train` makes one")
    print("\n".join(_head(task.classes)))
    for how in options.how:
        print(f"| {how} | {' | '.join(_scored(_matrix(task, how, options)))} |", flush=True)
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            fit(options.net, how, task.patients, len(task.classes), options.seed).save(options.out / f"{how}.keras")


def _task(options: argparse.Namespace) -> Task:
    listed = ptb.recordings(options.db) if options.ptb else labelled.listed(options.db, options.labels)
    classes = options.classes or sorted({each.label for each in listed})
    recordings = [each for each in listed if each.label in classes]
    patients = labelled.cut(recordings, classes, options.lead)
    patients = patients.take(patients.clear)
    print(f"{len(recordings)} recordings, {len(recordings) - len(set(patients.record))} without a beat to judge")
    return Task(patients, classes, {str(each.path): each.person for each in recordings})


def _matrix(task: Task, how: How, options: argparse.Namespace) -> I64:
    def taught(patients: Beats, others: Beats) -> F32:
        return log_shares(fit(options.net, how, patients, len(task.classes), options.seed), others)

    return cross_validated(task, taught, options.seed, options.train)


def cross_validated(task: Task, taught: Taught, seed: int = 0, train: int | None = None) -> I64:
    """How many recordings of each class, `[reference, answer]`, got which answer from a net that never saw the person.

    `train` lets only so many of the people train, of each label its share.
    """
    who = np.array([task.person_of[path] for path in task.patients.record])
    people = by_label(dict(zip(who.tolist(), task.patients.label.tolist(), strict=True)), seed)
    share = np.empty((len(who), len(task.classes)), np.float32)
    for held in progress("fold", list(left_out(who, people, FOLDS))):
        learners = some([person for person in people if person not in set(who[held])], train)
        share[held] = taught(task.patients.take(np.isin(who, learners)), task.patients.take(held))
    return confusion(task.patients, share)


def some(people: Sequence[str], count: int | None) -> list[str]:
    """So many of them, evenly along the list."""
    chosen = np.linspace(0, len(people) - 1, min(count or len(people), len(people))).round().astype(int)
    return [people[place] for place in chosen]


def confusion(patients: Beats, share: F32) -> I64:
    """`[reference, answer]` of recordings: each answers what its beats say together."""
    _, first, recording = np.unique(patients.record, return_index=True, return_inverse=True)
    together = np.zeros((len(first), share.shape[1]))
    np.add.at(together, recording, share)
    matrix = np.zeros((share.shape[1], share.shape[1]), np.int64)
    np.add.at(matrix, (patients.label[first], together.argmax(1)), 1)
    return matrix


def _head(classes: Sequence[str]) -> Iterator[str]:
    yield f"| way | accuracy | macro F1 | {' | '.join(f'F1 of {label}' for label in classes)} |"
    yield f"|{'---|' * (len(classes) + 3)}"


def _scored(matrix: I64) -> Iterator[str]:
    for share in (np.trace(matrix) / matrix.sum(), f1(matrix).mean(), *f1(matrix)):
        yield f"{100 * share:.1f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.transfer", description="Teach the net another question.")
    parser.add_argument("--db", type=Path, required=True, metavar="DIR", help="folder of WFDB records")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--labels", type=Path, metavar="FILE", help="lines name,label[,person]")
    source.add_argument("--ptb", action="store_true", help="diagnoses stand in the headers, as in the PTB database")
    parser.add_argument("--classes", nargs="+", metavar="LABEL", help="only recordings with these labels")
    parser.add_argument("--lead", metavar="NAME", help="default: MLII, II or the first")
    parser.add_argument("--how", nargs="+", choices=HOWS, default=list(HOWS))
    parser.add_argument("--train", type=int, metavar="N", help="train on no more people than this")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--net", type=Path, default=STRICT.work / f"net-{SEEDS[0]}.keras", metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep nets trained on all recordings there")
    return parser


if __name__ == "__main__":
    main()
