"""A silent heart and a fallen electrode, through the whole chain: neither hides the other."""

import numpy as np

from edge.chain import Chain
from edge.events import Event, RhythmChange, SignalQuality
from edge.types import F32, F64
from tests.contracts import FS, ecg, hops

SILENCE_S = 12.0


def said(after: F32 | F64) -> list[Event]:
    """After twenty seconds of a heart: what is known only then."""
    heart, _ = ecg(20, 1)
    chain = Chain(FS, None, capacity=1)
    rows = np.array([chain.join()])
    x = np.concatenate([heart, heart[-1] + after]).astype(np.float32)
    return [event for hop in hops(x, chain.hop) for _, event in chain.feed(rows, hop) if _known_at(event) >= len(heart)]


def _known_at(event: Event) -> int:
    return event.known_at if isinstance(event, RhythmChange) else event.sample


def asystole(events: list[Event]) -> bool:
    return any(isinstance(e, RhythmChange) and e.condition == "asystole" and e.active for e in events)


def quality(events: list[Event]) -> list[tuple[str, tuple[str, ...]]]:
    return [(e.quality, e.reasons) for e in events if isinstance(e, SignalQuality)]


def test_a_silent_heart_is_asystole_and_its_signal_is_good() -> None:
    """The electrode still hears its own small noise."""
    events = said(np.random.default_rng(0).normal(0, 0.01, round(SILENCE_S * FS)))
    assert asystole(events)
    assert quality(events) == []


def test_a_fallen_electrode_is_told_and_vetoes_no_asystole() -> None:
    """Where there is no noise either, both are said: who looks can tell, and nobody who dies is kept silent."""
    events = said(np.zeros(round(SILENCE_S * FS)))
    assert asystole(events)
    assert quality(events) == [("unusable", ("flat",))]


def test_an_electrode_that_hangs_in_the_air_is_unusable() -> None:
    """It picks up the mains, as strong as the heart before."""
    t = np.arange(round(SILENCE_S * FS)) / FS
    events = said(2 * np.sin(2 * np.pi * 50 * t))
    assert quality(events)[-1][0] == "unusable"
