"""The table of states is whole, and the page in `docs/` shows it.

`python -m tests.monitor.test_alarm_states` redraws the page.
"""

from pathlib import Path

import pytest

from monitor.alarm_rules import DEFAULT_RULES, Rule
from monitor.alarm_states import PRESENT, RAISED, TRANSITIONS, Input, State, diagram, step

PAGE = Path(__file__).parents[2] / "docs" / "alarms.md"
HEAD = """\
# Alarms

An alarm is told by patient and condition; raised again it is extended, never doubled. `monitor/alarm_states.py` holds
the table that this picture is drawn from, `monitor/alarm_rules.py` the rules, and `tests/monitor/alarms/` examples of
both. The words are those of IEC 60601-1-8.

Nobody is told of a *pending* alarm. An *inhibited* one is still there, but a worse one of the same patient speaks for
it. A *latched* one is over and waits to be seen. Nothing inhibits asystole.

"""


def page() -> str:
    states = f"```mermaid\n{diagram()}\n```\n"
    head = "| condition | priority | kind | delay s | hold s | latches | muted or blocked by |\n" + "|---" * 7 + "|\n"
    return f"{HEAD}{states}\n## Rules as shipped\n\n{head}" + "".join(_line(*item) for item in DEFAULT_RULES.items())


def _line(name: str, rule: Rule) -> str:
    latches = "yes" if rule.latching else ""
    cells = (name, rule.priority, rule.kind, f"{rule.delay_s:g}", f"{rule.hold_s:g}", latches)
    return f"| {' | '.join(cells)} | {', '.join(rule.inhibited_by)} |\n"


def test_the_page_shows_the_table_and_the_rules() -> None:
    assert PAGE.read_text() == page()


def test_every_state_is_reached_and_left() -> None:
    standing = set(State) - {State.EVENT}
    assert set(TRANSITIONS.values()) == standing
    assert {state for state, _ in TRANSITIONS} == standing
    assert {happens for _, happens in TRANSITIONS} == set(Input)


@pytest.mark.parametrize("state", sorted(RAISED))
def test_whatever_is_raised_can_be_ended(state: State) -> None:
    """By its condition's end and an acknowledgement, in whatever order."""
    for first, second in ((Input.OVER_LATCHING, Input.ACKNOWLEDGE), (Input.ACKNOWLEDGE, Input.OVER_LATCHING)):
        assert step(step(state, first), second) is State.INACTIVE


def test_no_state_that_latches_is_left_for_inactive_but_by_a_person() -> None:
    for (state, happens), after in TRANSITIONS.items():
        if state in RAISED - {State.ACKNOWLEDGED} and after is State.INACTIVE:
            assert happens in (Input.OVER, Input.ACKNOWLEDGE, Input.RESET)
            assert (state in PRESENT) == (happens is Input.OVER)


def test_what_is_not_in_the_table_changes_nothing() -> None:
    for state in State:
        for happens in Input:
            if (state, happens) not in TRANSITIONS:
                assert step(state, happens) is state


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"drew {PAGE}")
