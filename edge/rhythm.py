"""The rhythm of every stream, from its beats, their classes, and their absence."""

import numpy as np

from edge.atrial_fibrillation import BEGINS, ENDS, STALE_S, AtrialFibrillation
from edge.conditions import CONDITIONS, Conditions, Found, places
from edge.ectopy import Ectopy
from edge.intervals import KEPT, Intervals
from edge.irregularity import is_irregular, odd_intervals
from edge.limits import Limits
from edge.rates import CONDITIONS as RATE_CONDITIONS
from edge.rates import RateRules
from edge.rounds import rounds
from edge.sequence import Sequence
from edge.silence import Silence
from edge.types import F32, F64, I64, U8, Bool, RowIndex, Table
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
        self._longest = round(self._limits.pause_s * fs)
        self._rates = RateRules(self._limits)
        self._conditions = Conditions(capacity)
        self._intervals = Intervals(fs, capacity)
        self._silence = Silence(fs, capacity)
        self._beats = Sequence(fs, capacity)
        self._ectopy = Ectopy(fs, capacity, self._limits)
        self._variability = Variability(fs, capacity)
        self._atria = AtrialFibrillation(capacity)
        self._ventricles = VentricularFibrillation(fs, capacity)
        self._parts = (
            *(self._conditions, self._intervals, self._silence, self._beats, self._ectopy),
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
        self._beats.refresh(rows)
        self._ectopy.start(rows)
        self._variability.start(rows, sample)
        self._atria.refresh(rows)
        self._ventricles.start(rows)

    def skip(self, rows: RowIndex, sample: int | I64) -> None:
        """A hole: the next sample is number `sample`. What stands goes on until beats say otherwise."""
        self._intervals.skip(rows, sample, self._silence.skip(rows, sample))
        self._atria.refresh(rows[self._beats.skip(rows, sample) > STALE_S])
        self._ventricles.skip(rows)

    def grow(self, capacity: int) -> None:
        """Make room for `capacity` streams."""
        for part in self._parts:
            part.grow(capacity)

    def feed(self, rows: RowIndex, x: F32) -> RowIndex:
        """Listen to `EVERY` hops of signal, in mV; gives the streams of which `fibrillating` has news."""
        return self._ventricles.feed(rows, x)

    def fibrillating(self, rows: RowIndex, clock: I64) -> Found:
        """What the signal says of streams of which `feed` has just told; `clock` is the number of the next sample."""
        stands = self._ventricles.stands[rows]
        sample = clock - np.where(stands, self._turned[True], self._turned[False])
        return self._conditions.change(rows, _VF, stands[:, None], sample=sample[:, None], known_at=clock - 1)

    def found(self, beats: Table) -> Found:
        """What newly found beats (`BEAT`) say, several of one stream or none."""
        if len(beats) == 1:
            return self._found(beats)
        changes: Found = []
        for one_each in rounds(beats["row"]):
            changes += self._found(beats[one_each])
        return changes

    def heard(self) -> I64:
        """Of all streams the sample number from which on they have been silent."""
        return self._silence.origin.copy()

    def is_long(self, samples: I64) -> Bool:
        """Where so many samples without a QRS are something to tell `tick`."""
        long: Bool = samples > self._longest
        return long

    def advance(self, rows: RowIndex, clock: I64) -> None:
        """Samples have come: the next is number `clock`."""
        self._silence.advance(rows, clock)

    def tick(self, rows: RowIndex, clock: I64) -> Found:
        """What it says that no further beat was found; `clock` is the number of the next sample of each row."""
        self.advance(rows, clock)
        silent = self._silence.samples(rows, clock)
        if not np.count_nonzero(self.is_long(silent)):
            return []
        known_at = clock - 1
        return self._asystole(rows, silent, known_at) + self._pause(rows, clock - self._found_within, known_at)

    def classified(self, due: Table, labels: U8, p_wave: F32) -> Found:
        """What the classes of beats say, one of each stream (`DUE`), and the size of their P waves.

        `labels` are indices into `edge.tables.LABELS`.
        """
        rows, sample = due["row"], due["sample"]
        known_at = self._silence.seen[rows] - 1
        rr_s = self._beats.feed(rows, sample)
        changes = self._ectopy.feed(rows, self._beats, rr_s == rr_s, labels, known_at, self._conditions)
        changes += self._atrial(rows, rr_s, labels, p_wave, known_at)
        return changes + self._variability.feed(rows, sample, rr_s, labels, known_at)

    def atria_fibrillate(self, rows: RowIndex) -> Bool:
        """Where the beats classified so far look like atrial fibrillation."""
        return self._atria.likely(rows)

    def hr_bpm(self, rows: RowIndex) -> F32:
        """Median of the last twelve R-R intervals, in beats a minute; NaN when unknown and in asystole."""
        silent = self._conditions.has(rows, _ASYSTOLE)
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
        silent = self._silence.samples(rows, sample)
        changes: Found = []
        if np.count_nonzero(silent > self._longest):
            changes += self._asystole(rows, silent, known_at) + self._pause(rows, sample, known_at)
        self._silence.feed(rows, sample)
        changes += self._beating(beats)
        expected = self._intervals.usual[rows]
        rr = self._intervals.feed(rows, sample)
        if np.count_nonzero(self._conditions.has(rows, _PAUSE)):
            changes += self._conditions.change(
                rows, _PAUSE, False, sample=sample[:, None], known_at=known_at, value=rr[:, None]
            )
        changes += odd_intervals(beats, rr, expected, self._limits)
        return changes + self._rate(rows, known_at) + self._irregular(rows, known_at)

    def _asystole(self, rows: RowIndex, samples: I64, known_at: I64) -> Found:
        """Where no QRS came for so many samples."""
        silent_s = samples / self.fs
        silent = silent_s >= self._limits.asystole_s
        if not silent.any():
            return []
        self._silence.dismiss(rows[silent])
        new = silent & ~self._conditions.has(rows, _ASYSTOLE)
        rows, known_at = rows[new], known_at[new]
        self._intervals.forget(rows)
        self._atria.refresh(rows)
        self._ectopy.forget(rows)
        since = self._silence.since[rows][:, None]
        begun = self._conditions.change(
            rows, _ASYSTOLE, True, sample=since, known_at=known_at, value=silent_s[new][:, None]
        )
        return begun + self._conditions.change(rows, _OTHERS, False, sample=since, known_at=known_at)

    def _beating(self, beats: Table) -> Found:
        """The end of an asystole."""
        silent = self._conditions.has(beats["row"], _ASYSTOLE)
        if not np.count_nonzero(silent):
            return []
        beats = beats[silent]
        rows = beats["row"]
        goes_on = ~self._silence.believe(beats)[:, None]
        resumed = self._silence.resumed[rows][:, None]
        return self._conditions.change(rows, _ASYSTOLE, goes_on, sample=resumed, known_at=beats["found_at"])

    def _pause(self, rows: RowIndex, until: I64, known_at: I64) -> Found:
        silent_s = self._intervals.since_beat(rows, until)
        long = silent_s > self._limits.pause_s
        if not long.any():
            return []
        rows, known_at, silent_s = rows[long], known_at[long], silent_s[long]
        pausing = ~self._conditions.standing(rows, _ASYSTOLE)
        last = self._intervals.beat_before(rows, 0)[:, None]
        return self._conditions.change(rows, _PAUSE, pausing, sample=last, known_at=known_at, value=silent_s[:, None])

    def _rate(self, rows: RowIndex, known_at: I64) -> Found:
        rr_s = self._rates.intervals_s(self._intervals, rows)
        held = self._conditions.standing(rows, _RATES)
        hold = self._rates.hold(held, rr_s)
        if not np.count_nonzero(hold != held):
            return []
        onset = np.stack([self._intervals.beat_before(rows, ago) for ago in self._rates.onset], axis=1)
        return self._conditions.change(rows, _RATES, hold, sample=onset, known_at=known_at, value=60 / rr_s)

    def _irregular(self, rows: RowIndex, known_at: I64) -> Found:
        held = self._conditions.has(rows, _IRREGULAR)
        holds, share = is_irregular(held, self._intervals, rows, self._limits)
        if not np.count_nonzero(holds != held):
            return []
        onset = self._intervals.beat_before(rows, KEPT // 2)[:, None]
        return self._conditions.change(
            rows, _IRREGULAR, holds[:, None], sample=onset, known_at=known_at, value=share[:, None]
        )

    def _atrial(self, rows: RowIndex, rr_s: F64, labels: U8, p_wave: F32, known_at: I64) -> Found:
        odds = self._atria.feed(rows, rr_s, labels, p_wave)
        held = self._conditions.has(rows, _AF)
        holds = np.where(held, ~(odds < ENDS), odds > BEGINS)
        if not np.count_nonzero(holds != held):
            return []
        onset = self._beats.before(rows, self._atria.onset(rows))[:, None]
        return self._conditions.change(rows, _AF, holds[:, None], sample=onset, known_at=known_at)
