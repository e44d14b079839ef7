"""A strip as it would be on paper: 25 mm a second, 10 mm a millivolt."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from markupsafe import Markup

from edge.types import F32, I64
from monitor.report.svg import element, text
from monitor.store.found import StoredAlarm, StoredStrip

_MM_PER_S: Final = 25.0
_MM_PER_MV: Final = 10.0
_LEAST_MV: Final = 2.0
_MOST_MV: Final = 5.0
"""What is drawn of a signal that leaps: the middle of it."""
_MARGIN_MM: Final = 8.0
_POINTS_PER_S: Final = 180.0
"""More are not seen at this size."""


def draw(alarm: StoredAlarm, strip: StoredStrip) -> Markup:
    """The signal on its grid, each beat with its class, and where the alarm's condition is."""
    fs, x = strip.session.fs, strip.x
    low, high = _bounds(x)
    width, height = len(x) / fs * _MM_PER_S, (high - low) * _MM_PER_MV + _MARGIN_MM
    trace = [*_paper(width, height), *_onset(alarm, strip, height), _trace(x, fs, high), *_labels(strip)]
    name = f"{len(x) / fs:.0f} seconds of lead {strip.session.lead}"
    return element("svg", *trace, viewBox=f"0 0 {width:.1f} {height:.1f}", class_="strip", role="img", aria_label=name)


def _bounds(x: F32) -> tuple[float, float]:
    """In mV, on lines of the grid."""
    low, high = np.floor(2 * x.min()) / 2, np.ceil(2 * x.max()) / 2
    middle, span = (low + high) / 2, min(_MOST_MV, max(_LEAST_MV, high - low))
    return float(middle - span / 2), float(middle + span / 2)


def _paper(width: float, height: float) -> Iterator[Markup]:
    """Fine lines a millimetre apart, bold ones five: 40 and 200 ms, 0.1 and 0.5 mV."""
    for step, class_ in ((1, "fine"), (5, "bold")):
        down = "".join(f"M{x} 0V{height:.1f}" for x in range(0, int(width) + 1, step))
        across = "".join(f"M0 {y}H{width:.1f}" for y in range(0, int(height) + 1, step))
        yield element("path", d=down + across, class_=class_)


def _onset(alarm: StoredAlarm, strip: StoredStrip, height: float) -> Iterator[Markup]:
    if alarm.sample is None or not strip.first <= alarm.sample < strip.first + len(strip.x):
        return
    x = _mm(alarm.sample - strip.first, strip)
    yield element("line", x1=x, x2=x, y1=0, y2=height, class_=f"onset {alarm.priority}")


def _trace(x: F32, fs: float, high: float) -> Markup:
    """Relative steps of whole hundredths of a millimetre: short, and nothing adds up since they are differences."""
    kept = _outstanding(x, max(1, round(fs / _POINTS_PER_S)))
    across = np.rint(kept / fs * _MM_PER_S * 100).astype(np.int64)
    down = np.rint(((high - x[kept]) * _MM_PER_MV + _MARGIN_MM) * 100).astype(np.int64)
    steps = zip(np.diff(across).tolist(), np.diff(down).tolist(), strict=True)
    path = f"M{across[0]} {down[0]}l" + " ".join(f"{dx} {dy}" for dx, dy in steps)
    return element("path", d=path, transform="scale(.01)", class_="trace")


def _outstanding(x: F32, step: int) -> I64:
    """Of each `step` samples the one that stands out most, so that no R peak is cut off. Sample numbers, ascending."""
    whole = len(x) // step * step
    blocks = np.abs(x[:whole] - np.median(x)).reshape(-1, step)
    kept: I64 = np.arange(0, whole, step) + blocks.argmax(axis=1)
    return kept


def _labels(strip: StoredStrip) -> Iterator[Markup]:
    for sample, label in strip.beats:
        yield text(_mm(sample - strip.first, strip), 5.2, label, "middle", class_=f"beat class-{label}")


def _mm(samples: int, strip: StoredStrip) -> float:
    return samples / strip.session.fs * _MM_PER_S
