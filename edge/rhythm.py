"""The rhythm of every stream, from its beats, their classes, and their absence."""

import numpy as np

from edge.atrial_fibrillation import BEGINS, ENDS, AtrialFibrillation
from edge.conditions import CONDITIONS, Conditions, Found, places
from edge.ectopy import Ectopy
from edge.intervals import KEPT, Intervals
from edge.irregularity import is_irregular, odd_intervals
from edge.limits import Limits
from edge.rates import CONDITIONS as RATE_CONDITIONS
from edge.rates import RateRules
from edge.rounds import rounds
from edge.silence import Silence
from edge.types import F32, I64, U8, RowIndex, Table
from edge.variability import Variability
from edge.ventricular_fibrillation import EVERY, HOPS, TO_BEGIN, TO_END, VentricularFibrillation

__all__ = ["Limits", "Rhythm"]

_ASYSTOLE = places("asystole")
_VF = places("ventricular_fibrillation")
_OTHERS = places(*(name for name in CONDITIONS if name not in ("asystole", "ventricular_fibrillation")))
_PAUSE = places("pause")
_RATES = places(*RATE_CONDITIONS)
_IRREGULAR = places("irregular")
_AF = places("atrial_fibrillation")


class Rhythm:
    """Rhythm conditions of a bank of streams; every beginning and every end is a `RhythmChange`.

    Asystole counts the samples that came, whatever is missing between them. Everything else is told from intervals
    without a hole. When an asystole begins the other conditions are over: they were of a heart that beats. Only
    ventricular fibrillation, told from the signal, may stand beside it: in neither are there beats.
    """

    def __init__(self, fs: float, capacity: int, limits: Limits | None = None) -> None:
        """`fs` in Hz."""
        self.fs = fs
        self._limits = limits or Limits()
        self._found_within = round(self._limits.found_within_s * fs)
        self._rates = RateRules(self._limits)
        self._conditions = Conditions(capacity)
        self._intervals = Intervals(fs, capacity)
        self._silence = Silence(fs, capacity)
        self._ectopy = Ectopy(fs, capacity, self._limits)
        self._variability = Variability(fs, capacity)
        self._atria = AtrialFibrillation(fs, capacity)
        self._ventricles = VentricularFibrillation(fs, capacity)
        self._parts = (
            *(self._conditions, self._intervals, self._silence, self._ectopy),
            *(self._variability, self._atria, self._ventricles),
        )
        # Where a window that is the first of so many to say the same is in its middle.
        hop = self._ventricles.hop
        self._turned = {
            True: hop * (HOPS // 2 + EVERY * (TO_BEGIN - 1)),
            False: hop * (HOPS // 2 + EVERY * (TO_END - 1)),
        }

    def start(self, rows: RowIndex, sample: int | I64) -> None:
        """Fresh streams whose next sample is number `sample`; nothing stands in them."""
        self._conditions.refresh(rows)
        self._intervals.refresh(rows)
        self._silence.start(rows, sample)
        self._ectopy.start(rows, sample)
        self._variability.start(rows, sample)
        self._atria.start(rows)
        self._ventricles.start(rows)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. What stands goes on until beats say otherwise."""
        self._intervals.skip(rows, sample, self._silence.skip(rows, sample))
        self._ectopy.skip(rows, sample)
        self._atria.skip(rows, sample)
        self._variability.skip(rows)
        self._ventricles.skip(rows)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        for part in self._parts:
            part.grow(capacity)

    def feed(self, rows: RowIndex, x: F32, clock: I64) -> Found:
        """What a hop of signal says, `(len(rows), hop)` in mV; `clock` is the number of the next sample."""
        changed = self._ventricles.feed(rows, x)
        if not len(changed):
            return []
        turned = np.isin(rows, changed)
        rows, clock = rows[turned], clock[turned]
        stands = self._ventricles.stands[rows]
        sample = clock - np.where(stands, self._turned[True], self._turned[False])
        return self._conditions.change(rows, _VF, stands[:, None], sample=sample[:, None], known_at=clock - 1)

    def found(self, beats: Table) -> Found:
        """What newly found beats (`BEAT`) say, several of one stream or none."""
        changes: Found = []
        for one_each in rounds(beats["row"]):
            changes += self._found(beats[one_each])
        return changes

    def tick(self, rows: RowIndex, clock: I64) -> Found:
        """What it says that no further beat was found; `clock` is the number of the next sample of each row."""
        self._silence.advance(rows, clock)
        return self._quiet(rows, clock, clock - self._found_within, clock - 1)

    def classified(self, due: Table, labels: U8, p_wave: F32) -> Found:
        """What the classes of beats (`DUE`, indices into `edge.tables.LABELS`) say, and the size of their P waves."""
        changes: Found = []
        for one_each in rounds(due["row"]):
            beats, label = due[one_each], labels[one_each]
            known_at = self._known_at(beats["row"])
            changes += self._ectopy.feed(beats, label, known_at, self._conditions)
            changes += self._atrial(beats, label, p_wave[one_each], known_at)
            changes += self._variability.feed(beats, label, known_at)
        return changes

    def hr_bpm(self, rows: RowIndex) -> F32:
        """Median of the last twelve R-R intervals, in beats a minute; NaN when unknown and in asystole."""
        silent = self._conditions.standing(rows, _ASYSTOLE)[:, 0]
        rate: F32 = np.where(silent, np.nan, 60 / self._intervals.usual[rows]).astype(np.float32)
        return rate

    def headline(self, rows: RowIndex) -> list[str]:
        """The WFDB label of each row's rhythm, `(N` where no condition stands."""
        return self._conditions.headline(rows)

    def pvc_per_min(self, rows: RowIndex) -> I64:
        """Ventricular beats in the last minute."""
        return self._ectopy.pvc_per_min(rows, self._silence.seen[rows])

    def _found(self, beats: Table) -> Found:
        rows, sample, known_at = beats["row"], beats["sample"], beats["found_at"]
        changes = self._quiet(rows, sample, sample, known_at) + self._beating(beats)
        expected = self._intervals.usual[rows]
        rr = self._intervals.feed(beats)
        changes += self._conditions.change(
            rows, _PAUSE, False, sample=sample[:, None], known_at=known_at, value=rr[:, None]
        )
        changes += odd_intervals(beats, rr, expected, self._limits)
        return changes + self._rate(rows, known_at) + self._irregular(rows, known_at)

    def _quiet(self, rows: RowIndex, until: I64, pause_until: I64, known_at: I64) -> Found:
        """What it says that there was no beat up to these samples."""
        silent_s = self._silence.seconds(rows, until)
        if not (silent_s > self._limits.pause_s).any():
            return []
        return self._asystole(rows, silent_s, known_at) + self._pause(rows, pause_until, known_at)

    def _asystole(self, rows: RowIndex, silent_s: F32, known_at: I64) -> Found:
        silent = silent_s >= self._limits.asystole_s
        if not silent.any():
            return []
        self._silence.dismiss(rows[silent])
        new = silent & ~self._conditions.standing(rows, _ASYSTOLE)[:, 0]
        rows, known_at = rows[new], known_at[new]
        self._intervals.forget(rows)
        self._atria.start(rows)
        self._ectopy.forget(rows)
        since = self._silence.since[rows][:, None]
        begun = self._conditions.change(
            rows, _ASYSTOLE, True, sample=since, known_at=known_at, value=silent_s[new][:, None]
        )
        return begun + self._conditions.change(rows, _OTHERS, False, sample=since, known_at=known_at)

    def _beating(self, beats: Table) -> Found:
        """The end of an asystole."""
        rows = beats["row"]
        beating = self._silence.feed(beats)
        asystole = self._conditions.standing(rows, _ASYSTOLE) & ~beating[:, None]
        resumed = self._silence.resumed[rows][:, None]
        return self._conditions.change(rows, _ASYSTOLE, asystole, sample=resumed, known_at=beats["found_at"])

    def _pause(self, rows: RowIndex, until: I64, known_at: I64) -> Found:
        silent_s = self._intervals.since_beat(rows, until)
        long = silent_s > self._limits.pause_s
        if not long.any():
            return []
        rows, known_at, silent_s = rows[long], known_at[long], silent_s[long]
        pausing = ~self._conditions.standing(rows, _ASYSTOLE)
        last = self._intervals.beat_before(rows, np.array([0]))
        return self._conditions.change(rows, _PAUSE, pausing, sample=last, known_at=known_at, value=silent_s[:, None])

    def _rate(self, rows: RowIndex, known_at: I64) -> Found:
        rr_s = self._rates.intervals_s(self._intervals, rows)
        hold = self._rates.hold(self._conditions.standing(rows, _RATES), rr_s)
        onset = self._intervals.beat_before(rows, self._rates.onset)
        return self._conditions.change(rows, _RATES, hold, sample=onset, known_at=known_at, value=60 / rr_s)

    def _irregular(self, rows: RowIndex, known_at: I64) -> Found:
        held = self._conditions.standing(rows, _IRREGULAR)[:, 0]
        holds, share = is_irregular(held, self._intervals, rows, self._limits)
        onset = self._intervals.beat_before(rows, np.array([KEPT // 2]))
        return self._conditions.change(
            rows, _IRREGULAR, holds[:, None], sample=onset, known_at=known_at, value=share[:, None]
        )

    def _atrial(self, due: Table, labels: U8, p_wave: F32, known_at: I64) -> Found:
        rows = due["row"]
        odds = self._atria.feed(due, labels, p_wave)
        held = self._conditions.standing(rows, _AF)[:, 0]
        holds = np.where(held, ~(odds < ENDS), odds > BEGINS)
        onset = self._atria.onset(rows)[:, None]
        return self._conditions.change(rows, _AF, holds[:, None], sample=onset, known_at=known_at)

    def _known_at(self, rows: RowIndex) -> I64:
        return self._silence.seen[rows] - 1
