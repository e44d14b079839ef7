"""How well the bounds of the QRS and the peaks of P and T agree with an expert, on the QT database.

    python -m monitor.bench_delineation [--db DIR] [--page FILE]

prints mean and standard deviation of the error for each mark, about R peaks that the detector found. The expert saw two
leads and marked once, one lead is all that is seen here: what counts as the answer is a protocol, and each is printed.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from edge.delineation import delineate
from edge.types import F64, I64, Bool
from edge.waves import NO_PEAK, wave_peaks
from monitor.bench_page import printed, put
from monitor.expert_marks import MARKS, LabelledBeats, read
from monitor.recording import default_db

TOLD_WRONG_MS: Final = 300.0
"""What a mark that was not told counts in the choice of a lead."""


class Score(NamedTuple):
    """Of one mark."""

    labelled: int
    told_percent: float
    mean_ms: float
    sd_ms: float


def estimate(beats: LabelledBeats) -> F64:
    """`MARKS` as the signal path sees them, `(n, len(MARKS))` ms from R; nan where none is told."""
    onset, offset, _ = delineate(beats.windows, beats.fs)
    p, t = wave_peaks(beats.windows, beats.fs, onset, offset, beats.before, beats.after)
    peaks = [np.where(peak == NO_PEAK, np.nan, peak) for peak in (p, t)]
    return 1000 / beats.fs * np.stack([onset, offset, *peaks], axis=1)


def best_lead(cost: F64, group: I64, lead: I64) -> Bool:
    """Which beats are of the lead that costs least, on the average, in their group (a beat, a record)."""
    total = np.full((group.max() + 1, 2), np.inf)
    for one in (0, 1):
        here = lead == one
        count = np.bincount(group[here], minlength=len(total))
        summed = np.bincount(group[here], cost[here], len(total))
        total[count > 0, one] = summed[count > 0] / count[count > 0]
    chosen: Bool = lead == total.argmin(1)[group]
    return chosen


def _of_each_beat(beats: LabelledBeats, cost: F64) -> Bool:
    return best_lead(cost, beats.beat, beats.lead)


def _of_each_record(beats: LabelledBeats, cost: F64) -> Bool:
    return best_lead(cost, beats.record, beats.lead)


def _the_first(beats: LabelledBeats, cost: F64) -> Bool:
    first: Bool = beats.lead == 0
    return first


PROTOCOLS: Final[dict[str, Callable[[LabelledBeats, F64], Bool]]] = {
    "better lead of each beat": _of_each_beat,
    "better lead of each record": _of_each_record,
    "first lead": _the_first,
}
"""Which beats count, of two for each label, given what each costs. The first is Martínez et al. 2004 (IEEE Trans Biomed
Eng 51(4), §III): for each mark of each beat the lead with the least error, since the expert saw both."""
ONE_LEAD: Final = "one lead of each record"
"""The strictest that still lets a lead be chosen: the same for both bounds."""


def scores(beats: LabelledBeats, told: F64) -> Iterator[tuple[str, str, Score]]:
    """Mark, protocol and score."""
    error = told - beats.marks
    cost = np.where(np.isnan(told), TOLD_WRONG_MS, np.abs(error))
    for k, mark in enumerate(MARKS):
        known = ~np.isnan(beats.marks[:, k])
        some = beats.only(known)
        for name, chosen in PROTOCOLS.items():
            yield mark, name, _score(error[known, k][chosen(some, cost[known, k])])
        if k < 2:
            yield mark, ONE_LEAD, _score(error[known, k][_of_each_record(some, cost[known, :2].sum(1))])


def _score(error: F64) -> Score:
    told = error[~np.isnan(error)]
    return Score(len(error), 100 * len(told) / len(error), float(told.mean()), float(told.std()))


def table(beats: LabelledBeats, told: F64) -> Iterator[str]:
    """Lines of text."""
    yield f"{'mark':12s}{'protocol':28s}{'labelled':>9s}{'told %':>8s}{'mean ms':>9s}{'sd ms':>7s}"
    for mark, protocol, s in scores(beats, told):
        yield f"{mark:12s}{protocol:28s}{s.labelled:9d}{s.told_percent:8.1f}{s.mean_ms:9.1f}{s.sd_ms:7.1f}"
    for k, mark in list(enumerate(MARKS))[2:]:
        absent = np.isnan(beats.marks[:, k])
        told_there = ~np.isnan(told[absent, k])
        yield f"{mark} told in {told_there.sum()} of {absent.sum()} places where the expert marked none"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m monitor.bench_delineation", description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=default_db().parent / "qtdb", help="default: $PULSE_DATA/qtdb")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the table into it")
    options = parser.parse_args(arguments)
    beats = read(options.db)
    lines = printed(table(beats, estimate(beats)))
    if options.page:
        put(options.page, lines)


if __name__ == "__main__":
    main()
