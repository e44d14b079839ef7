"""Draws the pictures of docs/detector.md from real signal: `python docs/detector_figures.py` (needs mitdb)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from edge.delineation import delineate
from edge.detector import Detector, Mode
from edge.peak_finder import PER_HOP
from edge.peaks import Peaks
from edge.tables import HELD, SEARCHED
from edge.types import F32, F64, Table
from monitor.recording import Recording, default_db, load

FOLDER: Final = Path(__file__).parent / "detector"
FIRST, LAST, BEAT, PEAK = "#1f4e79", "#b03a2e", "#1e8449", "#7f8c8d"


class Traced:
    """A detector that one stream is run through, and what it had in it after each hop."""

    def __init__(self, recording: Recording, seconds: float) -> None:
        self.recording, self.detector = recording, Detector(recording.fs)
        rows, hop = np.array([0]), self.detector.hop
        self.detector.start(rows, 0)
        self.envelope: list[F32] = []
        self.threshold: list[float] = []
        self.found: list[Table] = []
        for first in range(0, round(seconds * recording.fs) - hop, hop):
            self.found.append(self.detector.feed(rows, recording.x[None, first : first + hop]))
            self.envelope.append(self.detector.finder.newest(rows)[0].copy())
            self.threshold.append(self._threshold())
        self.beats = np.concatenate(self.found)

    def _threshold(self) -> float:
        """The level that passes long after a beat, once there is one."""
        if self.detector.mode[0] == Mode.LEARNING:
            return float("nan")
        none, background = np.array([0]), np.log(np.maximum(self.detector.finder.average, 1e-9)).astype(np.float32)
        peak = Peaks(none, none, np.zeros(1, np.float32), background, none)
        score, _ = self.detector.thresholds.score(peak, np.array([self.detector.t_zone + 1]))
        return float(np.exp(-score[0])) if score[0] > -5 else float("nan")

    def envelope_at(self) -> tuple[F64, F32]:
        """Seconds and values; the filter's delay is taken out."""
        envelope = np.concatenate(self.envelope)
        delay_s = self.detector.finder.gabor.delay / self.recording.fs
        return (np.arange(len(envelope)) + 1) * self.detector.finder.hop_s / PER_HOP - delay_s, envelope


def stages(traced: Traced, begin_s: float, end_s: float, name: str) -> None:
    """Signal, envelope with its threshold, beats."""
    r, fs = traced.recording, traced.recording.fs
    figure, (signal, envelope) = plt.subplots(2, 1, figsize=(9, 4.2), sharex=True, layout="constrained")
    t = np.arange(len(r.x)) / fs
    inside = (t >= begin_s) & (t < end_s)
    signal.plot(t[inside], r.x[inside], color=FIRST, lw=0.8)
    signal.set_ylabel(f"{r.name}, mV")
    _marks(signal, r, traced.beats, begin_s, end_s)
    at_s, values = traced.envelope_at()
    shown = (at_s >= begin_s) & (at_s < end_s)
    envelope.plot(at_s[shown], values[shown], color=FIRST, lw=0.8, label="envelope, 14 ± 6 Hz")
    hop_s = traced.detector.finder.hop_s
    hop = np.arange(len(traced.threshold)) * hop_s
    shown = (hop >= begin_s) & (hop < end_s)
    envelope.step(hop[shown], np.array(traced.threshold)[shown], color=LAST, lw=1, label="threshold")
    envelope.set(xlabel="s", ylabel="mV", xlim=(begin_s, end_s))
    envelope.legend(loc="upper right", fontsize=7)
    _save(figure, name)


def _marks(axes: Any, recording: Recording, beats: Table, begin_s: float, end_s: float) -> None:
    """Beats found, and in another colour those that were held or searched back."""
    for flag, colour, what in ((0, BEAT, "found"), (HELD, "#d68910", "held"), (SEARCHED, LAST, "searched back")):
        of_kind = beats["flags"] & (HELD | SEARCHED) == flag
        sample = beats["sample"][of_kind]
        sample = sample[(sample >= begin_s * recording.fs) & (sample < end_s * recording.fs)]
        if len(sample):
            axes.plot(sample / recording.fs, recording.x[sample], "v", ms=5, color=colour, label=what)
    true = recording.r_peak[(recording.r_peak >= begin_s * recording.fs) & (recording.r_peak < end_s * recording.fs)]
    low = np.full(len(true), 0.03)
    axes.plot(true / recording.fs, low, "^", ms=4, color=PEAK, label="label", transform=axes.get_xaxis_transform())
    axes.legend(loc="upper right", fontsize=7)


def bounds(recordings: Sequence[tuple[Recording, int]], name: str) -> None:
    """QRS onset and offset of one beat of each."""
    figure, axes = plt.subplots(1, len(recordings), figsize=(9, 2.4), layout="constrained")
    for one, (r, beat) in zip(axes, recordings, strict=True):
        middle, half = int(r.r_peak[beat]), round(0.5 * r.fs)
        window = r.x[middle - half : middle + half]
        onset, offset, _ = delineate(window[None], r.fs)
        t = (np.arange(len(window)) - half) / r.fs
        one.plot(t, window, color=FIRST, lw=0.9)
        one.axvspan(onset[0] / r.fs, offset[0] / r.fs, color=BEAT, alpha=0.2)
        one.set(title=f"{r.name}: {1e3 * (offset[0] - onset[0]) / r.fs:.0f} ms", xlabel="s from R", xlim=(-0.4, 0.4))
    _save(figure, name)


def _save(figure: Any, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    figure.savefig(FOLDER / f"{name}.png", dpi=80)
    plt.close(figure)


def main() -> None:
    """All pictures."""
    db = default_db()
    stages(Traced(load(db, "100"), 20), 0, 12, "learning")
    stages(Traced(load(db, "108"), 460), 449, 459, "held")
    stages(Traced(load(db, "119"), 60), 44, 54, "ventricular")
    stages(Traced(load(db, "203"), 60), 45, 55, "hard")
    bounds([(load(db, "100"), 20), (load(db, "109"), 20), (load(db, "118"), 20), (load(db, "208"), 20)], "bounds")


if __name__ == "__main__":
    main()
