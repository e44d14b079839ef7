"""The states of an alarm and every way between them, in one table.

The terms are those of IEC 60601-1-8: a *latching* alarm outlives its condition until somebody has seen it,
*acknowledged* stops its sound for as long as the condition lasts, *silenced* (audio paused) until a time, *inhibited*
means that a worse alarm of the same patient speaks for it. `docs/alarms.md` draws this table.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an alarm stands."""

    INACTIVE = "inactive"
    PENDING = "pending"
    """The condition is there, its delay has not passed or something speaks for it; nobody has been told."""
    ACTIVE = "active"
    SILENCED = "silenced"
    ACKNOWLEDGED = "acknowledged"
    INHIBITED = "inhibited"
    """It had been raised, then a worse alarm of the same patient was; the condition is still there."""
    LATCHED = "latched"
    """The condition is over, and nobody has acknowledged the alarm yet."""
    EVENT = "event"
    """Not a state that stands: an advisory, told once in the live feed."""


class Input(StrEnum):
    """What happens to an alarm."""

    BEGIN = "condition begins"
    END = "condition ends"
    DUE = "delay has passed"
    OVER = "over, hold has passed"
    OVER_LATCHING = "over, latching"
    INHIBIT = "a worse alarm is raised"
    RELEASE = "the worse alarm is over"
    SILENCE = "silence"
    EXPIRE = "silence ends"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"


_S, _I = State, Input
TRANSITIONS: Final[dict[tuple[State, Input], State]] = {
    (_S.INACTIVE, _I.BEGIN): _S.PENDING,
    (_S.PENDING, _I.END): _S.INACTIVE,
    (_S.PENDING, _I.DUE): _S.ACTIVE,
    (_S.ACTIVE, _I.OVER): _S.INACTIVE,
    (_S.ACTIVE, _I.OVER_LATCHING): _S.LATCHED,
    (_S.ACTIVE, _I.INHIBIT): _S.INHIBITED,
    (_S.ACTIVE, _I.SILENCE): _S.SILENCED,
    (_S.ACTIVE, _I.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    (_S.SILENCED, _I.EXPIRE): _S.ACTIVE,
    (_S.SILENCED, _I.OVER): _S.INACTIVE,
    (_S.SILENCED, _I.OVER_LATCHING): _S.LATCHED,
    (_S.SILENCED, _I.SILENCE): _S.SILENCED,
    (_S.SILENCED, _I.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    (_S.INHIBITED, _I.RELEASE): _S.ACTIVE,
    (_S.INHIBITED, _I.OVER): _S.INACTIVE,
    (_S.INHIBITED, _I.OVER_LATCHING): _S.LATCHED,
    (_S.INHIBITED, _I.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    (_S.ACKNOWLEDGED, _I.OVER): _S.INACTIVE,
    (_S.ACKNOWLEDGED, _I.OVER_LATCHING): _S.INACTIVE,
    (_S.LATCHED, _I.BEGIN): _S.ACTIVE,
    (_S.LATCHED, _I.ACKNOWLEDGE): _S.INACTIVE,
    (_S.LATCHED, _I.RESET): _S.INACTIVE,
}
"""What is not here changes nothing: a reset does not stop an alarm whose condition is still there."""

RAISED: Final = frozenset({State.ACTIVE, State.SILENCED, State.ACKNOWLEDGED, State.INHIBITED, State.LATCHED})
"""Somebody has been told, and the alarm has not gone since."""

PRESENT: Final = RAISED - {State.LATCHED}
"""Raised, and the condition is there or was a moment ago: such an alarm speaks for the milder ones."""


def step(state: State, happens: Input) -> State:
    """The state after `happens`."""
    return TRANSITIONS.get((state, happens), state)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    head = ["stateDiagram-v2", f"    [*] --> {State.INACTIVE}"]
    return "\n".join(head + [f"    {a} --> {b}: {happens}" for (a, happens), b in TRANSITIONS.items()])
