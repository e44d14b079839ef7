"""Rhythms as scripts: a list of segments, each of which says when its beats come and what kind they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from edge.events import BeatClass

ASYSTOLE_S: Final = 4.0
"""PhysioNet/CinC Challenge 2015: asystole is no QRS for four seconds."""
VT_BEATS, VT_BPM = 5, 100.0
"""The same: five or more ventricular beats above this rate are a ventricular tachycardia; fewer are a run."""


class Planned(NamedTuple):
    """A beat to come: so long after the one before, of this class and shape."""

    rr_s: float
    label: BeatClass
    shape: str


Draw: TypeAlias = Callable[[np.random.Generator], Iterator[Planned]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a script."""

    draw: Draw
    seconds: float | None = None
    """Never longer than this, but at least one beat; None when the beats themselves end."""
    condition: str | None = None
    """What a monitor should find here: a key of `edge.events.RHYTHM_LABEL`."""
    silent: bool = False
    """Whether the condition is the interval before the one beat, and not the beats."""
    noise_mv: float = 0.0
    """Muscle noise and electrode motion, root mean square."""
    f_wave_mv: float = 0.0
    """Fibrillatory waves of the atria, amplitude."""
    lead_off: bool = False

    def beats(self, rng: np.random.Generator) -> Iterator[Planned]:
        """The beats of the segment, anew each time."""
        elapsed_s = 0.0
        for number, beat in enumerate(self.draw(rng)):
            elapsed_s += beat.rr_s
            if number and self.seconds is not None and elapsed_s > self.seconds:
                return
            yield beat


Script: TypeAlias = tuple[Segment, ...]


def normal(seconds: float, bpm: float = 72.0) -> Segment:
    """Sinus rhythm; named by its rate where that is a condition."""
    return Segment(draw=_sinus(bpm), seconds=seconds, condition=_rate_condition(bpm))


def bradycardia(seconds: float, bpm: float = 44.0) -> Segment:
    """Slow sinus rhythm; below 40 a minute it is extreme."""
    return normal(seconds, bpm)


def tachycardia(seconds: float, bpm: float = 130.0) -> Segment:
    """Fast sinus rhythm; above 140 a minute it is extreme."""
    return normal(seconds, bpm)


def ramp(seconds: float, from_bpm: float, to_bpm: float) -> Segment:
    """Sinus rhythm on its way from one rate to another, as hearts go that are driven and not ill."""

    def draw(rng: np.random.Generator) -> Iterator[Planned]:
        t_s = 0.0
        for relative in _sinus_rr(rng, 60.0):
            way = min(t_s / seconds, 1.0)
            rr_s = relative * 60.0 / (from_bpm + way * (to_bpm - from_bpm))
            yield Planned(rr_s, "N", "sinus")
            t_s += rr_s

    return Segment(draw=draw, seconds=seconds)


def pvc(seconds: float, bpm: float = 72.0, per_min: float = 8.0) -> Segment:
    """Sinus rhythm with ventricular beats, early and followed by a full compensatory pause."""
    return Segment(draw=_ectopic(bpm, per_min, Planned(0.6, "V", "ventricular"), 1.4), seconds=seconds)


def pac(seconds: float, bpm: float = 72.0, per_min: float = 8.0) -> Segment:
    """Sinus rhythm with atrial beats, early and followed by a pause that is not compensatory."""
    return Segment(draw=_ectopic(bpm, per_min, Planned(0.65, "S", "atrial"), 1.05), seconds=seconds)


def bigeminy(seconds: float, bpm: float = 72.0) -> Segment:
    """Every other beat ventricular."""

    def draw(rng: np.random.Generator) -> Iterator[Planned]:
        for rr_s in _sinus_rr(rng, bpm):
            yield Planned(0.6 * rr_s, "V", "ventricular")
            yield Planned(1.4 * rr_s, "N", "sinus")

    return Segment(draw=draw, seconds=seconds)


def v_run(n: int, bpm: float = 150.0) -> Segment:
    """`n` ventricular beats in a row, three or more."""
    if n < 3:
        raise ValueError(f"a run has three beats or more, not {n}")
    is_vt = n >= VT_BEATS and bpm > VT_BPM

    def draw(rng: np.random.Generator) -> Iterator[Planned]:
        for spread in rng.normal(1.0, 0.015, n).clip(0.96, 1.04):
            yield Planned(60.0 / bpm * spread, "V", "ventricular")

    return Segment(draw=draw, condition="ventricular_tachycardia" if is_vt else "ventricular_run")


def atrial_fibrillation(seconds: float, bpm: float = 95.0) -> Segment:
    """No P waves, and intervals that have no memory: a gamma distribution with a coefficient of variation of 0.24."""
    shape = 1.0 / 0.24**2

    def draw(rng: np.random.Generator) -> Iterator[Planned]:
        while True:
            rr_s = 60.0 / bpm * rng.gamma(shape, 1.0 / shape)
            yield Planned(float(np.clip(rr_s, 0.34, 1.6)), "N", "fibrillating")

    return Segment(draw=draw, seconds=seconds, condition="irregular", f_wave_mv=0.04)


def pause(seconds: float = 3.0) -> Segment:
    """One long interval, 2 s or more and short of asystole."""
    if not 2.0 <= seconds < ASYSTOLE_S:
        raise ValueError(f"a pause lasts 2 s to {ASYSTOLE_S:g} s, not {seconds:g}")
    return _silence(seconds, "pause")


def asystole(seconds: float = 6.0) -> Segment:
    """No beat for so long."""
    if seconds < ASYSTOLE_S:
        raise ValueError(f"asystole lasts {ASYSTOLE_S:g} s or more, not {seconds:g}")
    return _silence(seconds, "asystole")


def noise(seconds: float, level_mv: float = 0.15, bpm: float = 72.0) -> Segment:
    """Sinus rhythm under muscle noise and electrode motion of so many mV (root mean square)."""
    return Segment(draw=_sinus(bpm), seconds=seconds, noise_mv=level_mv)


def lead_off(seconds: float, bpm: float = 72.0) -> Segment:
    """The heart beats on, and nothing of it is seen."""
    return Segment(draw=_sinus(bpm), seconds=seconds, lead_off=True)


def _rate_condition(bpm: float) -> str | None:
    """The limits are those of the 2015 challenge where it is extreme, and the usual ones of wards where it is not."""
    if bpm < 50:
        return "extreme_bradycardia" if bpm < 40 else "bradycardia"
    if bpm > 120:
        return "extreme_tachycardia" if bpm > 140 else "tachycardia"
    return None


def _silence(seconds: float, condition: str) -> Segment:
    beat = Planned(seconds, "N", "sinus")
    return Segment(draw=lambda rng: iter((beat,)), condition=condition, silent=True)


def _sinus(bpm: float) -> Draw:
    return lambda rng: (Planned(rr_s, "N", "sinus") for rr_s in _sinus_rr(rng, bpm))


def _sinus_rr(rng: np.random.Generator, bpm: float) -> Iterator[float]:
    """Intervals whose spectrum has the two peaks of McSharry et al. 2003 (section II): Mayer waves at 0.1 Hz and
    breathing at 0.25 Hz; all together they stay within 6 % of the mean, so that a rate stays in its class."""
    mayer, breath = rng.uniform(0.0, 2.0 * np.pi, 2)
    t_s = 0.0
    while True:
        waves = 0.018 * np.sin(0.2 * np.pi * t_s + mayer) + 0.022 * np.sin(0.5 * np.pi * t_s + breath)
        rr_s = 60.0 / bpm * (1.0 + waves + np.clip(rng.normal(0.0, 0.006), -0.02, 0.02))
        yield float(rr_s)
        t_s += rr_s


def _ectopic(bpm: float, per_min: float, early: Planned, pause: float) -> Draw:
    """Sinus rhythm in which some beats come early (`early.rr_s` and `pause` in parts of the interval)."""
    chance = per_min / bpm

    def draw(rng: np.random.Generator) -> Iterator[Planned]:
        intervals = _sinus_rr(rng, bpm)
        yield Planned(next(intervals), "N", "sinus")
        for rr_s in intervals:
            # Two early beats in a row would be a couplet: before and after each there is a sinus beat.
            if rng.random() < chance:
                yield early._replace(rr_s=early.rr_s * rr_s)
                yield Planned(pause * rr_s, "N", "sinus")
            else:
                yield Planned(rr_s, "N", "sinus")

    return draw
