"""What the first opinion of a beat is worth beside its class, on DS2 and at the detector's own R peaks.

    python -m models.first_opinion

Reads `$PULSE_DATA/mitdb` and the shipped model; a minute on one core. For each of the two: when it was known, and F1
over the beats that lie within 150 ms of a reference beat.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from edge.card import NET_LABELS
from edge.chain import Chain
from edge.classifier import load
from edge.events import ClassifiedBeat, Event, FirstOpinion
from edge.net import Model
from edge.tables import LABELS
from edge.types import F64, U8
from models import scores
from models.prepare import folder
from models.recipes import SHIPPED
from models.records import DS2, Record, read

WITHIN_S: Final = 0.15


class Said(NamedTuple):
    """Of beats: what the reference calls them, what was said (both indices of `LABELS`), and how long after R."""

    reference: U8
    answer: U8
    delay_s: F64


def main() -> None:
    """Print the table."""
    records = [read(folder(name), name) for name in DS2]
    events = heard(records, load(SHIPPED.model))
    print(f"| | median s | 99 % s | accuracy | {' | '.join(f'F1 of {label}' for label in NET_LABELS)} |")
    print(f"|{'---|' * (4 + len(NET_LABELS))}")
    for what, kind in (("first opinion", FirstOpinion), ("class", ClassifiedBeat)):
        each = [compared(record, own, kind) for record, own in zip(records, events, strict=True)]
        print(f"| {what} | {' | '.join(_cells(Said(*map(np.concatenate, zip(*each, strict=True)))))} |")


def heard(records: Sequence[Record], model: Model) -> list[list[Event]]:
    """What the chain says of each of some recordings, all of one sampling rate and as long as the first."""
    chain = Chain(records[0].fs, model, capacity=len(records), first_opinions=True)
    rows, x = np.array([chain.join() for _ in records]), np.stack([record.x for record in records])
    events: list[list[Event]] = [[] for _ in records]
    for at in range(0, x.shape[1] - chain.hop + 1, chain.hop):
        for row, event in chain.feed(rows, x[:, at : at + chain.hop]):
            events[row].append(event)
    return events


def compared(record: Record, events: Sequence[Event], kind: type[FirstOpinion] | type[ClassifiedBeat]) -> Said:
    """The answers of one kind that stand beside a reference beat."""
    said = sorted((e.sample, LABELS.index(e.label), _known_at(e)) for e in events if isinstance(e, kind))
    sample, label, known_at = np.array(said, np.int64).reshape(-1, 3).T
    nearest = np.abs(record.r_peak - sample[:, None]).argmin(1)
    beside = np.abs(record.r_peak[nearest] - sample) <= WITHIN_S * record.fs
    delay_s = (known_at - sample)[beside] / record.fs
    return Said(record.label[nearest[beside]], label[beside].astype(np.uint8), delay_s)


def _known_at(event: FirstOpinion | ClassifiedBeat) -> int:
    return event.known_at if isinstance(event, FirstOpinion) else event.classified_at


def _cells(said: Said) -> Iterator[str]:
    table = scores.table(scores.confusion(said.reference, said.answer))
    yield from (f"{second:.2f}" for second in np.percentile(said.delay_s, (50, 99)))
    for share in (table["accuracy"], *(table["classes"][label]["f1"] for label in NET_LABELS)):
        yield f"{100 * share:.1f}"


if __name__ == "__main__":
    main()
