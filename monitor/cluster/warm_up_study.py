"""How many seconds a successor must hear again, to tell the beats that its predecessor would have told.

    python -m monitor.cluster.warm_up_study [--db DIR]

Every record is heard by one monitor from the beginning, and from several moments on by a successor that hears the last
seconds before again and tells what is news. Some four minutes on one core; prints a line for each length.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from edge.chain import Chain, Found
from edge.classifier import Model
from edge.events import ClassifiedBeat
from edge.types import F32
from monitor.recording import default_db, load, names
from monitor.retelling import Mark, Retelling
from monitor.said import Begun, Heard
from monitor.shipped import load_model

LENGTHS_S: Final = (7, 10, 15, 20, 30)
MOMENTS_S: Final = (120, 240, 360, 480)
AFTER_S: Final = 24
"""Beats are compared for so long after the moment, but for the last that still wait."""
WAIT_S: Final = 4
SAME_S: Final = 0.15
LEAD: Final = "MLII"


class Score(NamedTuple):
    """Of all moments of all records."""

    beats: int = 0
    missed: int = 0
    extra: int = 0
    moved: int = 0
    """Told at another sample."""
    other_class: int = 0

    def plus(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(self, other, strict=True)))


def hear(x: F32, fs: float, first: int, model: Model) -> list[list[ClassifiedBeat]]:
    """The beats in each of `(k, n)` signals in mV, heard from sample `first` on."""
    chain = Chain(fs, model, capacity=len(x))
    rows = np.array([chain.join(first) for _ in x])
    found: Found = []
    for begin in range(first, x.shape[1] - chain.hop + 1, chain.hop):
        found += chain.feed(rows, x[:, begin : begin + chain.hop])
    beats = [(row, event) for row, event in found if isinstance(event, ClassifiedBeat)]
    return [[beat for whose, beat in beats if whose == row] for row in rows.tolist()]


def news(beats: Sequence[ClassifiedBeat], before: Sequence[ClassifiedBeat], fs: float) -> list[ClassifiedBeat]:
    """What a successor tells of these when `before` has been told."""
    retelling = Retelling()
    mark = Mark(LEAD, fs, 0.0, 0.0, told=before[-1].sample, known=before[-1].classified_at)
    retelling.adopt({"p": mark})
    retelling.hear(Begun("p", LEAD, fs, 0, 0.0))
    said = [out for beat in beats for out in retelling.hear(Heard("p", LEAD, beat))]
    return [each.event for each in said if isinstance(each, Heard) and isinstance(each.event, ClassifiedBeat)]


def compare(expected: Sequence[ClassifiedBeat], told: Sequence[ClassifiedBeat], fs: float) -> Score:
    """Beat by beat; those within `SAME_S` are one."""
    at, reach = np.array([beat.sample for beat in told]), SAME_S * fs
    near = {beat.sample: int(np.abs(at - beat.sample).argmin()) if len(at) else -1 for beat in expected}
    pairs = [(b, told[near[b.sample]]) for b in expected if len(at) and abs(at[near[b.sample]] - b.sample) <= reach]
    moved = sum(one.sample != other.sample for one, other in pairs)
    other_class = sum(one.label != other.label for one, other in pairs)
    return Score(len(expected), len(expected) - len(pairs), len(told) - len(pairs), moved, other_class)


def study(x: F32, fs: float, model: Model, lengths_s: Sequence[int] = LENGTHS_S) -> dict[int, Score]:
    """The score of each length, `x` being `(k, n)` in mV."""
    whole = hear(x, fs, 0, model)
    scores = dict.fromkeys(lengths_s, Score())
    for length in lengths_s:
        for moment in (moment for moment in MOMENTS_S if (moment + AFTER_S) * fs <= x.shape[1]):
            here, end = moment * fs, (moment + AFTER_S - WAIT_S) * fs
            again = hear(x[:, : round((moment + AFTER_S) * fs)], fs, round((moment - length) * fs), model)
            for heard, told in zip(whole, again, strict=True):
                before = [beat for beat in heard if beat.classified_at < here]
                if before:
                    expected = [beat for beat in heard if before[-1].sample < beat.sample < end]
                    late = [beat for beat in news(told, before, fs) if beat.sample < end]
                    scores[length] = scores[length].plus(compare(expected, late, fs))
    return scores


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="How many seconds a successor must hear again")
    parser.add_argument("--db", type=Path, default=default_db())
    db = parser.parse_args(arguments).db
    recordings = [load(db, name) for name in names(db)]
    fs, seconds = recordings[0].fs, MOMENTS_S[-1] + AFTER_S
    x = np.stack([recording.x[: round(seconds * fs)] for recording in recordings])
    print("| heard again, s | " + " | ".join(name.replace("_", " ") for name in Score._fields) + " |")
    print("|---|" + "---|" * len(Score._fields))
    for length, score in study(x, fs, load_model(None)).items():
        print(f"| {length} | " + " | ".join(map(str, score)) + " |")


if __name__ == "__main__":
    main()
