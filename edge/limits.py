"""Where a rhythm stops being normal. Seconds and beats a minute; the stages turn them into samples."""

from itertools import pairwise
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

_Rate: TypeAlias = Annotated[float, Meta(gt=0, le=400)]
_Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=60)]
_Share: TypeAlias = Annotated[float, Meta(gt=0, lt=1)]
_Count: TypeAlias = Annotated[int, Meta(ge=2, le=16)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of every rhythm condition, for resting adults. Raises `ValueError` when they contradict each other."""

    bradycardia_bpm: _Rate = 50.0
    """Kusumoto et al., ACC/AHA/HRS guideline on bradycardia, 2018: below 50."""
    tachycardia_bpm: _Rate = 120.0
    """Above 100 by definition, but that is an ordinary rate for the ill: monitors ship with 120."""
    extreme_bradycardia_bpm: _Rate = 40.0
    extreme_bradycardia_beats: _Count = 5
    extreme_tachycardia_bpm: _Rate = 140.0
    extreme_tachycardia_beats: Annotated[int, Meta(ge=2, le=24)] = 17
    """Below 40 over 5 beats, above 140 over 17: Clifford et al., Comput Cardiol 2015;42:273, table 1."""
    rate_hysteresis: _Share = 0.1
    """A rate condition is over when the rate is this share back inside its limit, so that it does not flutter."""

    pause_s: _Seconds = 2.0
    """Longer is rare in healthy people at rest (Bjerregaard, Am J Cardiol 1983); 3 s is where treatment is weighed."""
    found_within_s: _Seconds = 0.4
    """A beat is known so long after its R peak (99 % of them): a pause is announced only then, or each beat that is
    found a little late would be one."""
    asystole_s: _Seconds = 4.0
    """No QRS for 4 s: Clifford et al. 2015, as above."""

    irregular_interval: _Share = 0.2
    """An R-R interval is irregular when it is so far off the median of the last twelve: premature is commonly taken
    as a fifth to a quarter early, and respiration moves an interval by less."""
    irregular_on: _Share = 0.08
    irregular_off: _Share = 0.05
    """Shares of an interval; see `edge.irregularity`."""

    ventricular_run_beats: _Count = 3
    ventricular_tachycardia_beats: _Count = 5
    ventricular_tachycardia_bpm: _Rate = 100.0
    """Five or more above 100: Clifford et al. 2015, as above; three are a run (AAMI EC57)."""

    def __post_init__(self) -> None:
        ascending = ("extreme_bradycardia_bpm", "bradycardia_bpm", "tachycardia_bpm", "extreme_tachycardia_bpm")
        _check_ascending(self, ascending)
        _check_ascending(self, ("found_within_s", "pause_s", "asystole_s"))
        _check_ascending(self, ("irregular_off", "irregular_on"))
        _check_ascending(self, ("ventricular_run_beats", "ventricular_tachycardia_beats"))


def _check_ascending(limits: Limits, names: tuple[str, ...]) -> None:
    for low, high in pairwise(names):
        if getattr(limits, low) >= getattr(limits, high):
            raise ValueError(f"{low} must be below {high}")
