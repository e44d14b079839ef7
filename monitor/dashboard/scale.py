"""How tall the trace is drawn: a scale that opens at once, and closes only when it was too wide for long."""

import math
from typing import Final, NamedTuple

import numpy as np

from edge.types import F32

LEAST_SPAN: Final = 1.0
"""mV. Never magnified beyond: the noise of a flat line must not look like fibrillation."""
DIVISIONS: Final = 4
PATIENCE_S: Final = 12.0
"""Longer than a sweep, so that one tall beat on the screen keeps its place."""


class Span(NamedTuple):
    """What fits on the screen, in whole quarters of a division of a 1-2-5 series."""

    low: float
    high: float
    division: float

    @property
    def size(self) -> float:
        """From the bottom to the top."""
        return self.high - self.low

    def levels(self) -> list[float]:
        """The whole divisions inside, where lines are drawn."""
        first, last = math.floor(self.low / self.division) + 1, math.ceil(self.high / self.division)
        return [k * self.division for k in range(first, last)]


def span_of(low: float, high: float) -> Span:
    """The least span around `low … high`."""
    middle, half = (low + high) / 2, max(high - low, LEAST_SPAN) / 2
    low, high = middle - half, middle + half
    division = _one_two_five((high - low) / DIVISIONS)
    step = division / 4
    return Span(math.floor(low / step + 1e-6) * step, math.ceil(high / step - 1e-6) * step, division)


def _one_two_five(value: float) -> float:
    """The least of 1, 2, 5 × 10ⁿ that is not below `value`."""
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in (1, 2, 5, 10) if step * decade >= value * (1 - 1e-9))


class Scale:
    """One patient's span; it outlives the moments in which another patient is looked at."""

    def __init__(self) -> None:
        self.span = span_of(-0.5, 1.0)
        self._fresh = True
        self._roomy_since: float | None = None

    def fit(self, x: F32, now: float) -> Span:
        """The span for what is on the screen, `x` with NaN in its holes, at `now` (seconds)."""
        seen = x[np.isfinite(x)]
        if len(seen):
            self._fit(float(seen.min()), float(seen.max()), now)
        return self.span

    def _fit(self, low: float, high: float, now: float) -> None:
        if self._fresh:
            self.span, self._fresh = span_of(low, high), False
        elif low < self.span.low or high > self.span.high:
            self.span = span_of(min(low, self.span.low), max(high, self.span.high))
        if span_of(low, high).size > 0.7 * self.span.size:
            self._roomy_since = None
        elif self._roomy_since is None:
            self._roomy_since = now
        elif now - self._roomy_since > PATIENCE_S:
            self.span, self._roomy_since = span_of(low, high), None
