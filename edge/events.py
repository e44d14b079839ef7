"""What the signal path says: small frozen values, in the order in which it came to know them.

`sample` is where something is; `found_at`, `known_at` and `classified_at` are the newest sample that had been seen when
we knew: latency is part of the answer, and can be tested without a clock. All are absolute sample numbers of the
session.
"""

from typing import Final, Literal

import msgspec

BeatClass = Literal["N", "S", "V", "F", "Q"]
Quality = Literal["good", "doubtful", "unusable"]

RHYTHM_LABEL: Final = {
    "ventricular_fibrillation": "(VFL",
    "asystole": "(ASYS",
    "ventricular_tachycardia": "(VT",
    "ventricular_run": "(VT",
    "atrial_fibrillation": "(AFIB",
    "supraventricular_run": "(SVTA",
    "bigeminy": "(B",
    "trigeminy": "(T",
    "extreme_bradycardia": "(SBR",
    "extreme_tachycardia": "(TACHY",
    "pause": "(PAUSE",
    "bradycardia": "(SBR",
    "tachycardia": "(TACHY",
    "irregular": "(IRR",
}
"""Conditions that `RhythmChange` knows, and the label that a WFDB rhythm annotation gives each.

The first that stands names the rhythm: first what beats, then how fast. WFDB has no words for the last ones; its `(T`
and `(P` are trigeminy and a pacemaker.
"""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """Something at `sample`."""

    sample: int


class Gap(Event, frozen=True, kw_only=True, tag="gap"):
    """Samples `sample … last` never came. It is never silence, and no signal is invented for it."""

    last: int
    reason: Literal["lost", "overflow", "restart"] = "lost"


class Beat(Event, frozen=True, kw_only=True, tag="r_peak"):
    """An R peak, as soon as it is known."""

    found_at: int
    score: float
    searched: bool = False
    held: bool = False
    late: bool = False


class FirstOpinion(Event, frozen=True, kw_only=True, tag="first_opinion"):
    """What a beat looks like before the next one has come; its `ClassifiedBeat` may say otherwise."""

    known_at: int
    label: BeatClass = msgspec.field(name="class")
    score: float
    """Probability that the class is right, as the net gives it (0 for Q)."""


class ClassifiedBeat(Event, frozen=True, kw_only=True, tag="beat"):
    """A beat with its class, its R-R interval, the bounds of its QRS and the peaks of its waves."""

    found_at: int
    classified_at: int
    label: BeatClass = msgspec.field(name="class")
    score: float
    """Probability that the class is right, as the net gives it (0 for Q)."""
    rr_s: float | None
    """From the beat before; `None` at the start and after a gap."""
    qrs_onset: int
    qrs_offset: int
    qrs_ms: float
    r_mv: float
    """Amplitude at the R peak against the level before the QRS; its sign is the polarity."""
    p_peak: int | None = None
    t_peak: int | None = None
    """Of its P and T wave, where they can be told; beats that are V, F or Q are not asked for a P wave."""


class IrregularInterval(Event, frozen=True, kw_only=True, tag="irregular_rr"):
    """The interval that ends at `sample` does not fit the ones before it."""

    known_at: int
    rr_s: float
    expected_s: float


class RhythmChange(Event, frozen=True, kw_only=True, tag="rhythm"):
    """A condition begins (`active`) or ends at `sample`."""

    known_at: int
    condition: str
    """A key of `RHYTHM_LABEL`."""
    active: bool
    rhythm: str
    """What names the rhythm after this change, see `RHYTHM_LABEL`; `(N` when nothing stands."""
    value: float | None = None
    """What the condition is about: a rate in beats a minute, or an interval in seconds."""


class EctopicGroup(Event, frozen=True, kw_only=True, tag="ectopic_group"):
    """Ectopic beats in a row, once they are over: two are a couplet, three a triplet, three and more a run."""

    known_at: int
    label: BeatClass = msgspec.field(name="class")
    """V or S."""
    beats: int
    last: int
    """The last of them; `sample` is the first."""
    bpm: float


class HeartRateVariability(Event, frozen=True, kw_only=True, tag="variability"):
    """Of the five minutes that end with `sample`."""

    known_at: int
    intervals: int
    """Between normal beats; of these is all the rest."""
    sdnn_ms: float
    rmssd_ms: float
    pnn50: float
    """Share of neighbouring intervals that differ by more than 50 ms, per cent."""


class SignalQuality(Event, frozen=True, kw_only=True, tag="quality"):
    """The signal of the last seconds, when it changes."""

    quality: Quality
    reasons: tuple[str, ...] = ()
    """Of `flat`, `saturated`, `noise`."""


class Vitals(Event, frozen=True, kw_only=True, tag="vitals"):
    """A stream in one line."""

    hr_bpm: float | None
    rhythm: str
    quality: Quality
    pvc_per_min: int


def to_json(event: msgspec.Struct) -> bytes:
    """One line of JSON, without the newline."""
    return msgspec.json.encode(event)
