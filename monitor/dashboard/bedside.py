"""What stands at the selected patient's bed: the raw signal of each lead, and the beats in it."""

from collections import deque
from typing import Final

from edge.wire import PayloadError, SampleBlock
from monitor.dashboard.messages import Beat, Peak, Variability
from monitor.dashboard.sweep import Mark
from monitor.dashboard.trace import Trace

MOST_LEADS: Final = 16
MOST_BEATS: Final = 256
"""More than the slowest sweep can show of the fastest heart."""
PEAK_HALF_S: Final = 0.05
"""Coloured on both sides of an R peak whose QRS is not bounded yet."""


class Bedside:
    """The selected patient's signal. Everything in it began when the patient was selected."""

    def __init__(self, patient: str) -> None:
        self.patient = patient
        self.traces: dict[str, Trace] = {}
        self.latest: Beat | None = None
        self.variability: Variability | None = None
        self.heard: float | None = None
        """When the last samples came."""
        self._beats: deque[Beat | Peak] = deque(maxlen=MOST_BEATS)

    def feed(self, lead: str, block: SampleBlock, now: float) -> None:
        """Take a block of samples at `now`. Raises `PayloadError` on more leads than anybody wears."""
        if lead not in self.traces and len(self.traces) >= MOST_LEADS:
            raise PayloadError(f"more than {MOST_LEADS} leads")
        if block.seq == 0:
            self._beats.clear()
        self.traces.setdefault(lead, Trace()).feed(block)
        self.heard = now

    def beat(self, beat: Beat | Peak) -> None:
        """Take a beat; a classified one replaces what was known of the same peak."""
        known = [other for other in self._beats if other.sample != beat.sample or isinstance(beat, Peak)]
        self._beats = deque([*known, beat], MOST_BEATS)
        if isinstance(beat, Beat):
            self.latest = beat

    def lead(self, wanted: str) -> str | None:
        """The lead to draw: the wanted one where it is there, else the first."""
        return wanted if wanted in self.traces else next(iter(self.traces), None)

    def marks(self, lead: str) -> list[Mark]:
        """The beats as the sweep shows them."""
        half = int(PEAK_HALF_S * self.traces[lead].fs)
        return [_mark(beat, half) for beat in self._beats]


def _mark(beat: Beat | Peak, half: int) -> Mark:
    if isinstance(beat, Peak):
        return Mark(beat.sample, "?", beat.sample - half, beat.sample + half)
    return Mark(beat.sample, beat.label, beat.qrs_onset, beat.qrs_offset)
