"""How well atrial fibrillation is told by other weights and thresholds, and which weights suit the classifier as it is.

    python -m monitor.cli.fibrillation_study [--mitdb DIR] [--cinc2017 DIR]

The chain hears every recording once; what it would have said with other constants is replayed from its beats. The
weights are fitted to DS1 and to every other recording of cinc2017, or, in fourfold cross-validation over recordings, to
three quarters of both. They count classes of beats: a new classifier may want new ones. The classes heard are those
that the shipped weights led to, since no beat is S in fibrillation; with others they would differ a little.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import minimize

from edge.atrial_fibrillation import BEGINS, BIAS, ENDS, LEAST, MEASURES, WEIGHTS, AtrialFibrillation
from edge.classifier import Model
from edge.events import ClassifiedBeat
from edge.inputs import CONTEXT_S
from edge.limits import Limits
from edge.p_waves import PWaves
from edge.tables import DUE, LABELS
from edge.types import F32, F64, I64, U8, Bool, RowIndex
from models.records import DS1, DS2
from monitor import annotations, ec57_episodes
from monitor.analysis import analyze
from monitor.ec57_episodes import ATRIAL_FIBRILLATION, ATRIAL_FLUTTER, EpisodeTally, Span, rhythm_spans
from monitor.recording import default_db
from monitor.shipped import load_model
from simulators.records import read

FOLDS: Final = 4
THRESHOLDS: Final = ((1.0, -1.0), (1.25, -1.0), (1.5, -1.0), (1.5, -0.5), (1.75, -0.75), (2.0, -0.75), (2.25, -0.75))
SHARE_OF_SHORT: Final = 0.3
"""What the recordings of cinc2017 together weigh beside mitdb: who holds a device in hand for half a minute is asked
whether it was fibrillation, who wears one also when."""
RARE: Final = 0.5
"""Fibrillation weighs half as much as all the rest, whatever its share of the time."""
SETTLED: Final = 12
"""Beats of a short recording before its label is taken for theirs."""


class Heard(NamedTuple):
    """What the chain knows of each classified beat of a recording."""

    fs: float
    length: int
    sample: I64
    known_at: I64
    measures: F64
    """(beats, measures); NaN where too little is known."""
    onset: I64
    """Where what is known there began."""


class Weights(NamedTuple):
    """Of a logistic regression."""

    weights: F64
    bias: float

    def odds(self, measures: F64) -> F64:
        """Log odds."""
        odds: F64 = measures @ self.weights + self.bias
        return odds


SHIPPED: Final = Weights(WEIGHTS, BIAS)


class _Measured(AtrialFibrillation):
    """Tells the measures instead of what they come to."""

    def measured(self, rows: RowIndex, rr_s: F64, labels: U8, p_wave: F32) -> F64:
        self.refresh(rows[~(rr_s < Limits().asystole_s)])
        self._remember(rows, rr_s, labels)
        measures = np.full((len(rows), len(MEASURES)), np.nan)
        known = self.held[rows] >= LEAST
        measures[known] = self._measures(rows[known], p_wave[known])
        return measures


def hear(signals: Sequence[F32], fs: float, model: Model) -> list[Heard]:
    """Signals in mV, of one rate."""
    said = [[e for e in events if isinstance(e, ClassifiedBeat)] for events in analyze(signals, fs, model)]
    half = round(CONTEXT_S * fs)
    padded = [np.pad(x, half, mode="edge") for x in signals]
    p_waves, atria = PWaves(fs, len(signals)), _Measured(len(signals))
    told: list[list[tuple[F64, int]]] = [[] for _ in signals]
    for k in range(max(map(len, said))):
        rows = np.array([row for row, beats in enumerate(said) if k < len(beats)])
        beats = [said[row][k] for row in rows]
        windows = np.stack([padded[row][b.sample : b.sample + 2 * half] for row, b in zip(rows, beats, strict=True)])
        due, labels = np.zeros(len(rows), DUE), np.array([LABELS.index(beat.label) for beat in beats], np.uint8)
        due["row"] = rows
        rr_s = np.array([np.nan if beat.rr_s is None else beat.rr_s for beat in beats])
        measures = atria.measured(rows, rr_s, labels, p_waves.feed(due, labels, windows))
        for row, measure, ago in zip(rows, measures, atria.onset(rows), strict=True):
            told[row].append((measure, said[row][k - int(ago)].sample))
    return [_heard(x, fs, *pair) for x, pair in zip(signals, zip(said, told, strict=True), strict=True)]


def _heard(x: F32, fs: float, beats: Sequence[ClassifiedBeat], told: Sequence[tuple[F64, int]]) -> Heard:
    sample, known_at = (np.array([getattr(b, name) for b in beats], np.int64) for name in ("sample", "classified_at"))
    measures = np.array([measure for measure, _ in told]).reshape(-1, len(MEASURES))
    return Heard(fs, len(x), sample, known_at, measures, np.array([onset for _, onset in told], np.int64))


def episodes(heard: Heard, odds: F64, begins: float, ends: float) -> list[tuple[Span, Span]]:
    """Where it stands, and when that was known."""
    turns: list[int] = []
    for k in np.flatnonzero(odds == odds):
        if odds[k] < ends if len(turns) % 2 else odds[k] > begins:
            turns.append(int(k))
    where = [*heard.onset[turns].tolist(), heard.length]
    when = [*heard.known_at[turns].tolist(), heard.length]
    pairs = zip(zip(where[::2], where[1::2], strict=False), zip(when[::2], when[1::2], strict=False), strict=True)
    return [pair for pair in pairs if pair[0][0] < pair[0][1]]


class Reference(NamedTuple):
    """Where a recording's annotations say what."""

    fibrillation: list[Span]
    flutter: list[Span]


def truth(path: Path, length: int) -> Reference:
    """Of a record of mitdb."""
    marks = annotations.read(path)
    return Reference(*(rhythm_spans(marks, labels, length) for labels in (ATRIAL_FIBRILLATION, ATRIAL_FLUTTER)))


def labelled(heard: Heard, reference: Reference) -> tuple[F64, Bool]:
    """Measures of the beats outside flutter, and which of them are of fibrillation."""
    known = ~np.isnan(heard.measures[:, 0]) & ~_inside(heard.sample, reference.flutter)
    return heard.measures[known], _inside(heard.sample, reference.fibrillation)[known]


def _inside(samples: I64, spans: Sequence[Span]) -> Bool:
    inside = np.zeros(len(samples), np.bool_)
    for first, end in spans:
        inside |= (samples >= first) & (samples < end)
    return inside


def fit(long: Sequence[tuple[F64, Bool]], short: Sequence[tuple[F64, Bool]]) -> Weights:
    """Weights for the beats of annotated records and of short recordings that are of one rhythm."""
    x, y = (np.concatenate(part) for part in zip(*long, *short, strict=True))
    n = sum(len(of) for _, of in long)
    share = np.ones(len(y))
    share[:n][y[:n]] = RARE * np.count_nonzero(~y[:n]) / np.count_nonzero(y[:n])
    share[:n] /= share[:n].sum()
    share[n:] *= SHARE_OF_SHORT / max(1, len(y) - n)
    mean, scale = x.mean(0), x.std(0)
    z = np.column_stack([(x - mean) / scale, np.ones(len(x))])

    def cost(w: F64) -> tuple[float, F64]:
        odds = z @ w
        return float(share @ (np.logaddexp(0, odds) - y * odds)), z.T @ (share * (1 / (1 + np.exp(-odds)) - y))

    w = minimize(cost, np.zeros(z.shape[1]), jac=True).x
    weights = w[:-1] / scale
    return Weights(np.round(weights, 1), round(float(w[-1] - weights @ mean), 1))


class Study(NamedTuple):
    """Everything that was heard."""

    mitdb: Mapping[str, Heard]
    references: Mapping[str, Reference]
    cinc2017: Mapping[str, Heard]
    fibrillates: Mapping[str, bool]

    def fitted(self, records: Sequence[str], recordings: Sequence[str]) -> Weights:
        """To these of mitdb and of cinc2017."""
        short = []
        for name in recordings:
            measures = self.cinc2017[name].measures[SETTLED:]
            measures = measures[~np.isnan(measures[:, 0])]
            short.append((measures, np.full(len(measures), self.fibrillates[name])))
        return fit([labelled(self.mitdb[name], self.references[name]) for name in records], short)

    def by_duration(self, weights: Mapping[str, Weights], begins: float, ends: float) -> EpisodeTally:
        """Of the records that have weights."""
        return ec57_episodes.total(self._tally(name, of, begins, ends) for name, of in weights.items())

    def _tally(self, name: str, weights: Weights, begins: float, ends: float) -> EpisodeTally:
        heard, reference = self.mitdb[name], self.references[name]
        found = [where for where, _ in episodes(heard, weights.odds(heard.measures), begins, ends)]
        return ec57_episodes.compare(reference.fibrillation, found, heard.fs, reference.flutter)

    def waits_s(self, weights: Weights, begins: float, ends: float) -> list[float]:
        """From an annotated onset of mitdb until it is known; 0 where it stands already."""
        waits = []
        for name, heard in self.mitdb.items():
            told = [when for _, when in episodes(heard, weights.odds(heard.measures), begins, ends)]
            for first, end in self.references[name].fibrillation:
                waits += [max(a - first, 0) / heard.fs for a, b in told if b > first and a < end][:1]
        return waits

    def f1(self, weights: Mapping[str, Weights], begins: float) -> float:
        """Of fibrillation against all the rest, over the recordings of cinc2017 that have weights; per cent."""
        told = {name: bool((of.odds(self.cinc2017[name].measures) > begins).any()) for name, of in weights.items()}
        both = sum(told[name] and self.fibrillates[name] for name in told)
        return 200 * both / (sum(told.values()) + sum(self.fibrillates[name] for name in told))


def lines(study: Study) -> Iterator[str]:
    """What is printed."""
    half = sorted(study.cinc2017)[::2]
    fitted = study.fitted(DS1, half)
    yield f"fitted: {', '.join(f'{m} {w:g}' for m, w in zip(MEASURES, fitted.weights, strict=True))}; {fitted.bias:g}"
    yield "weights    begins  ends  mitdb        DS2          known, s  cinc2017, the other half of it"
    for name, weights, thresholds in (("shipped", SHIPPED, ((BEGINS, ENDS),)), ("fitted", fitted, THRESHOLDS)):
        for begins, ends in thresholds:
            yield f"{name:10}{begins:7}{ends:6}  {_row(study, weights, begins, ends)}"
    held_out, held_out_short = _cross_validated(study)
    for begins, ends in THRESHOLDS:
        whole = _pair(study.by_duration(held_out, begins, ends))
        yield f"{'held out':10}{begins:7}{ends:6}  {whole}{'':23}{study.f1(held_out_short, begins):.1f}"


def _row(study: Study, weights: Weights, begins: float, ends: float) -> str:
    long = [study.by_duration(dict.fromkeys(names, weights), begins, ends) for names in (study.mitdb, DS2)]
    short = sorted(study.cinc2017)
    f1, other = (study.f1(dict.fromkeys(names, weights), begins) for names in (short, short[1::2]))
    return f"{''.join(map(_pair, long))}{_delay(study, weights, begins, ends):8.1f}  {f1:.1f}, {other:.1f}"


def _cross_validated(study: Study) -> tuple[dict[str, Weights], dict[str, Weights]]:
    """The weights for each recording that the others of its fold have no part in."""
    records, recordings = _dealt(study), sorted(study.cinc2017)
    held_out: dict[str, Weights] = {}
    held_out_short: dict[str, Weights] = {}
    for k in range(FOLDS):
        mine, mine_short = records[k::FOLDS], recordings[k::FOLDS]
        weights = study.fitted(
            [name for name in records if name not in mine], [name for name in recordings if name not in mine_short]
        )
        held_out |= dict.fromkeys(mine, weights)
        held_out_short |= dict.fromkeys(mine_short, weights)
    return held_out, held_out_short


def _dealt(study: Study) -> list[str]:
    """Those with fibrillation first, so that each fold has its share of them."""
    return sorted(study.mitdb, key=lambda name: (not study.references[name].fibrillation, name))


def _pair(tally: EpisodeTally) -> str:
    return "{:5.1f} / {:4.1f} ".format(*tally.by_duration())


def _delay(study: Study, weights: Weights, begins: float, ends: float) -> float:
    waits = np.array(study.waits_s(weights, begins, ends))
    return float(np.median(waits[waits > 0]))


def _signals(folder: Path) -> tuple[dict[str, F32], float]:
    recordings = [read(path.with_suffix("")) for path in sorted(folder.glob("*.hea"))]
    return {recording.record: recording.physical() for recording in recordings}, recordings[0].fs


def _heard_of(folder: Path, model: Model) -> dict[str, Heard]:
    signals, fs = _signals(folder)
    return dict(zip(signals, hear([*signals.values()], fs, model), strict=True))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m monitor.cli.fibrillation_study")
    parser.add_argument("--mitdb", type=Path, default=default_db())
    parser.add_argument("--cinc2017", type=Path, default=default_db().parent / "cinc2017")
    options = parser.parse_args(arguments)
    model = load_model()
    mitdb, cinc2017 = _heard_of(options.mitdb, model), _heard_of(options.cinc2017, model)
    references = {name: truth(options.mitdb / f"{name}.atr", heard.length) for name, heard in mitdb.items()}
    marked = dict(csv.reader((options.cinc2017 / "REFERENCE.csv").read_text().splitlines()))
    study = Study(mitdb, references, cinc2017, {name: marked[name] == "A" for name in cinc2017})
    for line in lines(study):
        print(line, flush=True)


if __name__ == "__main__":
    main()
