"""What the detector's constants are worth: chosen on other people, and one at a time.

    python -m monitor.constants_study [--db DIR] choose|ablate

`choose` tries a coarse grid of the four constants that matter most, takes the best point on a random half of the
records, and reports it on the other half, both ways, 100 times. `ablate` changes each constant and leaves each rule out
by itself. Both replay recorded envelope peaks through the detector's own rules; each point takes some seconds.
"""

import argparse
import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

import edge.detector
import edge.learning
import edge.thresholds
from edge.detector import FLUSH_HOPS, Detector
from edge.peak_finder import PER_HOP, PeakFinder
from edge.peaks import Peaks
from edge.types import F32, F64, I64, RowIndex
from monitor.matching import WINDOW_S, match, outside
from monitor.recording import Recording, default_db, load, names

GRID: Final[Mapping[str, Sequence[float]]] = {
    "OFFSET": (0.36, 0.42, 0.48),
    "LARGEST": (0.15, 0.20, 0.25),
    "T_RISE": (0.8, 1.1, 1.4),
    "SEARCH_SCORE": (-0.4, -0.6, -0.8),
}
SPLITS: Final = 100
"""Random halves; each is used both ways."""
OTHERS: Final[Mapping[str, Sequence[float]]] = {
    "NOISE": (0.0, 0.15, 0.25),
    "LARGEST": (0.0, 0.15, 0.25),
    "BACKGROUND": (0.0, 0.10, 0.20),
    "OFFSET": (0.36, 0.48),
    "T_RISE": (0.0, 0.8, 1.4),
    "T_ZONE_S": (0.33, 0.40),
    "REFRACTORY_S": (0.16, 0.24),
    "ISOLATION": (0.0, 0.3, 0.7),
    "MAX_LATE": (0.0,),
    "LATE_RR": (1.3, 2.0),
    "LATE_ISOLATION": (1.0, 1.8),
    "BEATS": (5, 7, 8),
    "RANK": (1, 3),
    "MAX_RISE": (0.3, 1.0, 2.0),
    "MAX_RR": (2.0, 5.0),
    "DOUBTFUL": (-9.0, 0.10, 0.20),
    "HOLD_S": (0.17, 0.27),
    "SEARCH_RR": (9.0, 1.2, 1.5),
    "SEARCH_SCORE": (-0.4, -0.8),
    "SMALLER": (9.0, 0.3, 0.7),
    "T_WAVE": (9.0, 1.0, 1.4),
    "LEARNING_S": (2.0, 4.0),
}
"""Where the first value is 0, 9 or -9, the rule is off."""
CHUNK: Final = 10
"""Points a process is given at a time: handing over the recorded peaks takes a second."""
MODULES: Final = (edge.detector, edge.learning, edge.thresholds)


def told(x: F32, fs: float) -> list[tuple[Peaks, F32]]:
    """What a peak finder tells of the signals `(streams, samples)` in each hop: peaks, and the newest envelope."""
    finder, rows = PeakFinder(fs, len(x)), np.arange(len(x))
    finder.start(rows, 0)
    hops = [x[:, first : first + finder.hop] for first in range(0, x.shape[1] - finder.hop + 1, finder.hop)]
    after = np.repeat(hops[-1][:, -1:], finder.hop, axis=1)
    heard = (peaks for hop in [*hops, *[after] * FLUSH_HOPS] for peaks in finder.feed(rows, hop))
    return [(peaks, finder.newest(rows).copy()) for peaks in heard]


class Retold(PeakFinder):
    """A peak finder that tells again what was recorded, whatever it is fed."""

    def __init__(self, fs: float, story: Sequence[tuple[Peaks, F32]]) -> None:
        super().__init__(fs, len(story[0][1]))
        self.story = iter(story)

    def feed(self, rows: RowIndex, x: F32) -> Iterator[Peaks]:
        """The next hop's peaks."""
        peaks, self.envelope[:, -PER_HOP:] = next(self.story)
        self.clock += self.hop
        yield peaks


@contextmanager
def having(values: Mapping[str, float]) -> Iterator[None]:
    """The detector with these constants, wherever they are looked up."""
    places = [(module, name) for name in values for module in MODULES if hasattr(module, name)]
    before = [getattr(*place) for place in places]
    for module, name in places:
        setattr(module, name, values[name])
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            setattr(*place, value)


def errors(story: Sequence[tuple[Peaks, F32]], recordings: Sequence[Recording], values: Mapping[str, float]) -> I64:
    """Missed and false beats of each recording, `(len(recordings), 2)`."""
    fs, rows = recordings[0].fs, np.arange(len(recordings))
    nothing = np.empty((len(rows), 0), np.float32)
    with having(values):
        detector = Detector(fs, len(rows))
        detector.finder = Retold(fs, story)
        table = np.concatenate([detector.feed(rows, nothing) for _ in story])
    return np.array([_counted(table["sample"][table["row"] == row], r) for row, r in enumerate(recordings)])


def _counted(found: I64, recording: Recording) -> tuple[int, int]:
    found = np.minimum(found[outside(found, recording.flutter)], len(recording.x) - 1)
    matching = match(recording.r_peak, found, WINDOW_S * recording.fs)
    return len(matching.missed), len(matching.false)


def held_out(missed_false: I64, beats: I64, rng: np.random.Generator) -> F64:
    """Se and +P where each half of the records is measured at the other half's best point.

    `missed_false` is `(points, records, 2)`, `beats` the reference beats of each record.
    """
    halves = rng.permutation(len(beats)).reshape(2, -1)
    total = np.zeros(2)
    for chosen_on, told_of in (halves, halves[::-1]):
        best = missed_false[:, chosen_on].sum((1, 2)).argmin()
        total += missed_false[best, told_of].sum(0)
    hits = beats.sum() - total[0]
    scores: F64 = 100 * hits / np.array([beats.sum(), hits + total[1]])
    return scores


def choose(measure: partial[I64], beats: I64) -> Iterator[str]:
    """Lines."""
    points = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    with ProcessPoolExecutor() as pool:
        missed_false = np.stack(list(pool.map(measure, points, chunksize=CHUNK)))
    total = missed_false.sum((1, 2))
    yield f"{len(points)} points: errors of the best {total.min()}, median {np.median(total):.0f}, worst {total.max()}"
    yield "best: " + ", ".join(f"{name} {value}" for name, value in points[total.argmin()].items())
    rng = np.random.default_rng(0)
    scores = np.stack([held_out(missed_false, beats, rng) for _ in range(SPLITS)])
    for name, score in zip(("Se", "+P"), scores.T, strict=True):
        low, middle, high = np.percentile(score, [5, 50, 95])
        yield f"held out, {SPLITS} splits: {name} median {middle:.3f} (5 to 95 %: {low:.3f} to {high:.3f})"


def ablate(measure: partial[I64]) -> Iterator[str]:
    """Lines, the detector as it is first."""
    points = [{name: value} for name, values in OTHERS.items() for value in values]
    with ProcessPoolExecutor() as pool:
        for point, counted in zip([{}, *points], pool.map(measure, [{}, *points], chunksize=CHUNK), strict=True):
            missed, false = counted.sum(0)
            what = " ".join(f"{name} {value:g}" for name, value in point.items()) or "as it is"
            yield f"{what:24}{missed:7}{false:7}{missed + false:7}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m monitor.constants_study", description="The detector's constants.")
    parser.add_argument("what", choices=["choose", "ablate"])
    parser.add_argument("--db", type=Path, default=default_db(), help="their folder (default: $PULSE_DATA/mitdb)")
    options = parser.parse_args(arguments)
    recordings = [load(options.db, name) for name in names(options.db)]
    story = told(np.stack([r.x for r in recordings]), recordings[0].fs)
    measure = partial(errors, story, recordings)
    beats = np.array([len(r.r_peak) for r in recordings])
    for line in choose(measure, beats) if options.what == "choose" else ablate(measure):
        print(line, flush=True)


if __name__ == "__main__":
    main()
