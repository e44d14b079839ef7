"""People with hearts of their own, seeded, whose true beats and arrhythmias are known."""

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from edge.events import BeatClass
from edge.types import F32, F64, I64, Bool
from edge.wire import Flag
from simulators.course import Course
from simulators.disturbance import QUIET_MV, Wander, fibrillatory_waves, muscle_and_motion
from simulators.morphology import AFTER_S, BEFORE_S, SHAPES
from simulators.rhythms import Script
from simulators.source import Counts, Unit

PEAK_S: Final = 0.03
"""The extremum of an R wave lies within so much of its centre, whatever lies beside it."""
HUM_MV: Final = 0.02
"""What an electrode that is off still picks up from the mains."""


class TrueBeat(NamedTuple):
    """An R peak that is really there: the extremum of its R wave before anything disturbs it."""

    sample: int
    label: BeatClass


class Episode(NamedTuple):
    """A scripted arrhythmia: a key of `edge.events.RHYTHM_LABEL`, from its first to its last R peak."""

    condition: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticRecording:
    """A finite ECG and what is true about it. A `Source`."""

    patient: str
    fs: float
    mv: F32
    """The signal in mV, `(n,)`."""
    clean_mv: F32
    """The heart alone, without noise or wander, `(n,)`."""
    off: Bool
    """Where the electrode is off, `(n,)`."""
    beats: tuple[TrueBeat, ...]
    episodes: tuple[Episode, ...]
    lead: str = "MLII"
    gain: float = 200.0
    offset: float = 1024.0
    unit: Unit = "mV"

    @property
    def length(self) -> int:
        return len(self.mv)

    def cut(self, first: int, n: int) -> Counts:
        counts = np.rint(self.mv[first : first + n] * self.gain + self.offset)
        fitting: Counts = counts.clip(-32768, 32767).astype(np.int16)
        return fitting

    def physical(self) -> F32:
        """What a monitor sees of it, in mV: whole counts, `(n,)`."""
        mv: F32 = (self.cut(0, self.length) - np.float32(self.offset)) / np.float32(self.gain)
        return mv

    def flags(self, first: int, n: int) -> tuple[Flag, ...]:
        return ("lead_off",) if self.off[first : first + n].any() else ()


class Person:
    """Somebody with a heart of their own. The same seed gives the same person, sample by sample."""

    def __init__(self, patient: str, seed: int, fs: float = 360.0) -> None:
        traits = np.random.default_rng([seed])
        self.patient, self.seed, self.fs = patient, seed, fs
        self._shapes = {name: shape.varied(traits, 0.08) for name, shape in SHAPES.items()}
        self._wander = Wander.of(traits)

    def recorded(
        self, script: Script, seconds: float | None = None, *, take: int = 0, origin: int = 0
    ) -> SyntheticRecording:
        """`script` played once: `seconds` of it, or to where it can begin anew without a seam.

        Another `take` draws other intervals and noise; `origin` is the sample number at which it begins.
        """
        rng = np.random.default_rng([self.seed, take])
        course = Course.of(script, rng)
        n = round((course.end_s if seconds is None else seconds) * self.fs)
        t_s = np.arange(n) / self.fs
        clean = self._heart(course, n, origin)
        off = _level(course, "lead_off", t_s) > 0
        mv = clean + self._wander.at(t_s + origin / self.fs) + self._noise(course, rng, t_s)
        mv[off] = HUM_MV * np.sin(2.0 * np.pi * 50.0 * t_s[off])
        reach = round(PEAK_S * self.fs)
        r_peaks = _extrema(clean, np.rint(course.r_s * self.fs).astype(np.int64), reach)
        return SyntheticRecording(
            patient=self.patient,
            fs=self.fs,
            mv=mv.astype(np.float32),
            clean_mv=clean.astype(np.float32),
            off=off,
            beats=_seen(course, r_peaks, off, n - reach),
            episodes=_episodes(course, r_peaks, n),
        )

    def _heart(self, course: Course, n: int, origin: int) -> F64:
        """The beats in mV, `(n,)`."""
        height = self._wander.breathing(course.r_s + origin / self.fs)
        reach = np.arange(-round(BEFORE_S * self.fs), round(AFTER_S * self.fs))
        shapes = np.array([beat.shape for beat in course.beats])
        mv = np.zeros(n)
        for name in np.unique(shapes):
            chosen = shapes == name
            r_s = course.r_s[chosen]
            at = np.rint(r_s * self.fs).astype(np.int64)[:, None] + reach
            drawn = self._shapes[name].drawn(at / self.fs - r_s[:, None], course.rr_s[chosen])
            inside = (at >= 0) & (at < n)
            np.add.at(mv, at[inside], (drawn * height[chosen, None])[inside])
        return mv

    def _noise(self, course: Course, rng: np.random.Generator, t_s: F64) -> F64:
        rms = np.hypot(QUIET_MV, _level(course, "noise_mv", t_s))
        noise: F64 = rms * muscle_and_motion(rng, len(t_s), self.fs)
        return noise + _level(course, "f_wave_mv", t_s) * fibrillatory_waves(t_s)


class EndlessPatient:
    """A person who lives through a script again and again, never twice the same. A `Source` that is read forwards."""

    lead, gain, offset = "MLII", 200.0, 1024.0
    unit: Unit = "mV"
    length: int | None = None

    def __init__(self, person: Person, script: Script) -> None:
        self.patient, self.fs = person.patient, person.fs
        self._person, self._script = person, script
        self._take = 0
        self._end = 0
        self._recent: deque[tuple[int, SyntheticRecording]] = deque()

    def cut(self, first: int, n: int) -> Counts:
        pieces = [take.cut(at, k) for take, at, k in self._pieces(first, n)]
        return np.concatenate(pieces) if pieces else np.empty(0, np.int16)

    def flags(self, first: int, n: int) -> tuple[Flag, ...]:
        flags = [flag for take, at, k in self._pieces(first, n) for flag in take.flags(at, k)]
        return tuple(dict.fromkeys(flags))

    def _pieces(self, first: int, n: int) -> list[tuple[SyntheticRecording, int, int]]:
        """The takes that hold these samples, and where: `(take, first, n)`. Raises `LookupError` for what is past."""
        self._extend(first + n)
        self._forget(first)
        pieces = []
        for start, take in self._recent:
            begin, end = max(first, start), min(first + n, start + take.length)
            if begin < end:
                pieces.append((take, begin - start, end - begin))
        return pieces

    def _extend(self, end: int) -> None:
        while self._end < end:
            take = self._person.recorded(self._script, take=self._take, origin=self._end)
            self._recent.append((self._end, take))
            self._take += 1
            self._end += take.length

    def _forget(self, first: int) -> None:
        """Drop the takes that have ended before sample `first`, but for the last one."""
        while len(self._recent) > 1 and self._recent[1][0] <= first:
            self._recent.popleft()
        if self._recent and first < self._recent[0][0]:
            raise LookupError(f"{self.patient}: sample {first} is long past")


def _level(course: Course, name: str, t_s: F64) -> F64:
    """What the segment in force says under `name`, at each time."""
    levels = np.array([float(getattr(stretch.segment, name)) for stretch in course.stretches])
    level: F64 = levels[course.stretch_at(t_s)]
    return level


def _extrema(clean: F64, centres: I64, reach: int) -> I64:
    """The largest sample within `reach` of each centre."""
    near = centres[:, None] + np.arange(-reach, reach + 1)
    padded = np.concatenate([clean, np.full(max(0, near.max() + 1 - len(clean)), -np.inf)])
    extrema: I64 = near[np.arange(len(near)), padded[near].argmax(1)]
    return extrema


def _seen(course: Course, r_peaks: I64, off: Bool, end: int) -> tuple[TrueBeat, ...]:
    """The beats that can be seen: before `end`, and with the electrode on."""
    pairs = zip(r_peaks.tolist(), course.labels, strict=True)
    return tuple(TrueBeat(sample, label) for sample, label in pairs if sample < end and not off[sample])


def _episodes(course: Course, r_peaks: I64, n: int) -> tuple[Episode, ...]:
    """The scripted arrhythmias that lie wholly within `n` samples."""
    episodes = []
    for segment, first, last in course.stretches:
        if segment.condition and r_peaks[last] < n:
            begin = first - 1 if segment.silent else first
            episodes.append(Episode(segment.condition, int(r_peaks[begin]), int(r_peaks[last])))
    return tuple(episodes)
