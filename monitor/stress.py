"""What is done to recordings to see whether a detector comes back: each change happens at once, two minutes in."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np
from scipy.signal import butter, sosfiltfilt

from edge.types import F32, I64
from monitor.matching import WINDOW_S, match, outside
from monitor.recording import Recording

AT_S: Final = 120.0
LENGTH_S: Final = 310.0
STEADY: Final = 10
"""So many labelled beats in a row, found without a false one among them, are a recovery."""
SILENCE_S: Final = 15.0
ALARM_S: Final = 4.0
"""A silent heart must be silent for so long for the alarm."""

Change: TypeAlias = Callable[[Recording], Recording]


def qrs_mv(recording: Recording) -> float:
    """Typical peak-to-peak amplitude of a QRS."""
    reach = round(0.05 * recording.fs)
    inside = recording.r_peak[30:300]
    complexes = recording.x[inside[:, None] + np.arange(-reach, reach)]
    return float(np.median(np.ptp(complexes, axis=1)))


def band_noise(samples: int, fs: float, seed: str) -> F32:
    """Noise of 0.5 to 40 Hz with a root mean square of 1."""
    sections = butter(2, (0.5, 40), "bandpass", fs=fs, output="sos")
    noise = sosfiltfilt(sections, np.random.default_rng(list(seed.encode())).normal(size=samples))
    scaled: F32 = (noise / noise.std()).astype(np.float32)
    return scaled


def cut(recording: Recording) -> Recording:
    """As much as is looked at."""
    end = min(round(LENGTH_S * recording.fs), len(recording.x))
    return recording._replace(x=recording.x[:end].copy(), r_peak=recording.r_peak[recording.r_peak < end])


def scaled(gain: float) -> Change:
    """Another amplitude from then on."""

    def change(recording: Recording) -> Recording:
        x = recording.x.copy()
        x[_at(recording) :] *= np.float32(gain)
        return recording._replace(x=x)

    return change


def stepped(mv: float, seconds: float) -> Change:
    """A step for some seconds."""

    def change(recording: Recording) -> Recording:
        first = _at(recording)
        x = recording.x.copy()
        x[first : first + round(seconds * recording.fs)] += np.float32(mv)
        return recording._replace(x=x)

    return change


def humming(share: float, hz: float = 50.0) -> Change:
    """Mains hum, its peak-to-peak a share of that of the QRS, from then on."""

    def change(recording: Recording) -> Recording:
        first = _at(recording)
        x = recording.x.copy()
        t = np.arange(len(x) - first) / recording.fs
        x[first:] += np.float32(share / 2 * qrs_mv(recording)) * np.sin(2 * np.pi * hz * t).astype(np.float32)
        return recording._replace(x=x)

    return change


def burst(times: float, seconds: float = 3.0) -> Change:
    """Noise of so many times the QRS's peak-to-peak, root mean square, for some seconds."""

    def change(recording: Recording) -> Recording:
        first, n = _at(recording), round(seconds * recording.fs)
        x = recording.x.copy()
        x[first : first + n] += np.float32(times * qrs_mv(recording)) * band_noise(n, recording.fs, recording.name)
        return recording._replace(x=x)

    return change


def silent(recording: Recording, noise: float) -> tuple[Recording, int]:
    """15 s without a heart, with noise of a share of the QRS, put between two beats; and where they begin."""
    k = int(np.searchsorted(recording.r_peak, _at(recording)))
    first = int(recording.r_peak[k] + recording.r_peak[k + 1]) // 2
    n = round(SILENCE_S * recording.fs)
    silence = np.float32(noise * qrs_mv(recording)) * band_noise(n, recording.fs, recording.name)
    x = np.concatenate([recording.x[:first], recording.x[first] + silence, recording.x[first:]])
    r_peak = np.where(recording.r_peak > first, recording.r_peak + n, recording.r_peak)
    return recording._replace(x=x[: len(recording.x)], r_peak=r_peak[r_peak < len(recording.x)]), first


def false_in_silence(found: I64, first: int, fs: float) -> int:
    """Beats that are told in the silence's first four seconds; its edge may show for a moment."""
    return int(((found > first + 0.08 * fs) & (found < first + ALARM_S * fs)).sum())


def recovery_s(recording: Recording, found: I64, after_s: float) -> float:
    """Seconds from `after_s` on until the first of ten beats in a row that are right; inf where there are none."""
    fs, begin = recording.fs, after_s * recording.fs
    kept = found[outside(found, recording.flutter)]
    matching = match(recording.r_peak, kept, WINDOW_S * fs)
    wrong = np.concatenate([recording.r_peak[matching.missed], kept[matching.false]])
    hits = recording.r_peak[matching.reference]
    hits = hits[hits >= begin]
    if len(hits) < STEADY:
        return float("inf")
    first, last = hits[: 1 - STEADY], hits[STEADY - 1 :]
    between = np.searchsorted(np.sort(wrong), last) - np.searchsorted(np.sort(wrong), first)
    steady = np.flatnonzero(between == 0)
    return float((first[steady[0]] - begin) / fs) if len(steady) else float("inf")


def _at(recording: Recording) -> int:
    return round(AT_S * recording.fs)


CHANGES: Final[Mapping[str, tuple[Change, float]]] = {
    "nothing": (lambda recording: recording, 0.0),
    "amplitude × 1/3": (scaled(1 / 3), 0.0),
    "amplitude × 3": (scaled(3), 0.0),
    "step of 20 mV, 0.2 s": (stepped(20, 0.2), 0.2),
    "step of 20 mV that stays": (stepped(20, LENGTH_S), 0.0),
    "hum, 20 % of QRS": (humming(0.2), 0.0),
    "noise, 5 × QRS, 3 s": (burst(5), 3.0),
}
"""By name, with the seconds that it lasts."""
