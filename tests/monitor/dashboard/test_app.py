"""Keys, mouse, floods and falls: the app itself, without a terminal."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from rich.text import Text
from textual.geometry import Region
from textual.pilot import Pilot

from monitor.dashboard.app import SILENCE_S, DashboardApp
from monitor.dashboard.dialogs import Confirm, Help
from monitor.dashboard.link import Arrival, LinkChange


class Time:
    """A clock that the test moves."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(now: float) -> Time:
    return Time(now)


@pytest.fixture
def app(recorded: Any, clock: Time, monkeypatch: pytest.MonkeyPatch) -> DashboardApp:
    """A dashboard whose frames and ticks the test makes."""
    monkeypatch.setattr(DashboardApp, "set_interval", lambda *_, **__: None)
    return DashboardApp("mqtt://10.0.0.1", source=recorded, clock=clock)


@pytest_asyncio.fixture
async def pilot(app: DashboardApp) -> AsyncIterator[Pilot[None]]:
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        yield pilot


async def pass_time(app: DashboardApp, pilot: Pilot[None], seconds: float = 0.25) -> None:
    """Frames and ticks as they would come."""
    for k in range(max(round(seconds * 12), 1)):
        app.clock.now += 1 / 12  # type: ignore[attr-defined]
        app.frame()
        if k % 3 == 0:
            app.tick()
    await pilot.pause()


def screen(app: DashboardApp) -> str:
    """All text on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@pytest_asyncio.fixture
async def eight(app: DashboardApp, pilot: Pilot[None], recorded: Any, said: Any) -> Pilot[None]:
    """Eight patients, two with alarms."""
    recorded.say(said.monitor(), *(said.vitals(f"p{k}", 60 + k) for k in range(1, 9)))
    recorded.say(said.alarm("p3", "ventricular_tachycardia", message="V tach 189/min"))
    recorded.say(said.alarm("p6", "pause", "medium", message="Pause of 3.1 s"))
    await pass_time(app, pilot)
    return pilot


async def test_it_starts_and_stops_its_source(app: DashboardApp, recorded: Any) -> None:
    """Connected while it is on the screen, and no longer."""
    async with app.run_test():
        assert recorded.running
    assert not recorded.running


async def test_nobody_is_there_yet(app: DashboardApp, pilot: Pilot[None]) -> None:
    """A ward without patients says so, and its keys do nothing bad."""
    await pass_time(app, pilot)
    for key in ("down", "enter", "a", "s", "r", "n", "p", "l", "o", "escape", "tab", "enter", "a"):
        await pilot.press(key)
        await pass_time(app, pilot)
    assert "waiting for the first patient" in screen(app)


@pytest.mark.parametrize(
    ("keys", "name"), [(("j", "j"), "p3"), (("down", "down", "up"), "p2"), (("G",), "p8"), (("G", "k", "g"), "p1")]
)
async def test_the_cursor_selects_whose_signal_is_asked_for(
    app: DashboardApp, eight: Pilot[None], recorded: Any, keys: tuple[str, ...], name: str
) -> None:
    """By arrows or vi's keys."""
    for key in keys:
        await eight.press(key)
        await pass_time(app, eight, 0.5)
    assert app.selected is not None
    assert app.selected.name == name == recorded.watched[-1]
    assert f"─ {name} " in screen(app)


async def test_running_down_the_list_does_not_ask_for_everybody(
    app: DashboardApp, eight: Pilot[None], recorded: Any
) -> None:
    """Who is only passed by is not subscribed."""
    before = len(recorded.watched)
    await eight.press(*["j"] * 7)
    await pass_time(app, eight, 0.5)
    assert recorded.watched[-1] == "p8"
    assert len(recorded.watched) - before <= 2


async def test_acknowledge_means_the_patient_or_the_alarm(app: DashboardApp, eight: Pilot[None], recorded: Any) -> None:
    """All of the selected patient; in the alarm list that one alone."""
    await eight.press("j", "a", "tab", "a", "down", "s")
    await eight.pause()
    assert recorded.commands == [
        ("p2", "acknowledge", {}),
        ("p3", "acknowledge", {"condition": "ventricular_tachycardia"}),
        ("p6", "silence", {"condition": "pause", "seconds": SILENCE_S}),
    ]


async def test_reset_asks_first(app: DashboardApp, eight: Pilot[None], recorded: Any) -> None:
    """No is no."""
    await eight.press("r")
    await eight.pause()
    assert isinstance(app.screen, Confirm)
    await eight.press("n")
    await eight.pause()
    assert recorded.commands == []
    await eight.press("r")
    await eight.pause()
    await eight.press("y")
    await eight.pause()
    assert recorded.commands == [("p1", "reset", {})]


async def test_a_command_that_was_not_sent_says_so(app: DashboardApp, eight: Pilot[None], recorded: Any) -> None:
    """Nobody may believe that an alarm was acknowledged."""
    recorded.online = False
    await eight.press("a")
    await eight.pause()
    assert "NOT sent" in screen(app)


async def test_next_goes_round_the_patients_with_alarms(app: DashboardApp, eight: Pilot[None]) -> None:
    """From whoever is selected."""
    seen = []
    for _ in range(3):
        await eight.press("n")
        await pass_time(app, eight)
        seen.append(app.selected.name if app.selected else None)
    assert seen == ["p3", "p6", "p3"]


async def test_a_more_urgent_alarm_is_always_in_sight(
    app: DashboardApp, eight: Pilot[None], recorded: Any, said: Any
) -> None:
    """It pushes the others down; the list does not stay with what was on top before."""
    recorded.say(*(said.alarm(f"p{k}", "tachycardia", "low") for k in range(1, 9)))
    await pass_time(app, eight)
    recorded.say(said.alarm("p8", "asystole", message="No heartbeat", began=app.clock() + 1))
    await pass_time(app, eight)
    assert app.board.alarms.picker.offset == 0
    assert "No heartbeat" in screen(app)


async def test_only_what_changed_is_painted(app: DashboardApp, eight: Pilot[None]) -> None:
    """A number that changes is not a line that changes."""
    lines = app.board.header
    before = Text.assemble("same ", ("12", "red"), " end", end="")
    lines.show([before])
    await eight.pause()
    assert lines._replace(0, Text.assemble("same ", ("13", "red"), " end", end="")) == Region(5, 0, 2, 1)


async def test_enter_on_an_alarm_goes_to_its_patient(app: DashboardApp, eight: Pilot[None]) -> None:
    """Whatever was searched for."""
    await eight.press("tab", "down", "enter")
    await pass_time(app, eight)
    assert app.selected is not None
    assert app.selected.name == "p6"


async def test_enter_zooms_and_escape_comes_back(app: DashboardApp, eight: Pilot[None]) -> None:
    """The cursor still moves while one patient fills the screen."""
    await eight.press("enter")
    await pass_time(app, eight)
    assert "Alarms" not in screen(app)
    await eight.press("j")
    await pass_time(app, eight)
    assert app.selected is not None
    assert app.selected.name == "p2"
    await eight.press("escape")
    await pass_time(app, eight)
    assert "Alarms 2" in screen(app)


async def test_find_narrows_the_list(app: DashboardApp, eight: Pilot[None]) -> None:
    """Letters are letters there, not commands; escape gives everybody back."""
    await eight.press("slash", "p", "6", "enter")
    await pass_time(app, eight)
    assert [patient.name for patient in app.scene.shown] == ["p6"]
    assert "1 of 8" in screen(app)
    await eight.press("escape")
    await pass_time(app, eight)
    assert len(app.scene.shown) == 8


async def test_most_urgent_first(app: DashboardApp, eight: Pilot[None]) -> None:
    """And back to names."""
    await eight.press("o")
    assert [patient.name for patient in app.scene.shown][:3] == ["p3", "p6", "p1"]
    await eight.press("o")
    assert app.scene.shown[0].name == "p1"


async def test_help_opens_over_a_live_screen_and_closes(app: DashboardApp, eight: Pilot[None], said: Any) -> None:
    """Time goes on underneath."""
    await eight.press("question_mark")
    await pass_time(app, eight, 1)
    assert isinstance(app.screen, Help)
    assert "acknowledge" in screen(app)
    await eight.press("escape")
    await eight.pause()
    assert not isinstance(app.screen, Help)


async def test_the_mouse_selects(app: DashboardApp, eight: Pilot[None]) -> None:
    """A click on a line, the wheel, a double click to zoom."""
    await eight.click("#patients", offset=(12, 5))
    await pass_time(app, eight)
    assert app.selected is not None
    assert app.selected.name == "p4"
    app.board.patients.on_mouse_scroll_down()
    await pass_time(app, eight)
    assert app.selected.name == "p5"
    await eight.click("#patients", offset=(12, 5), times=2)
    await eight.pause()
    assert app.board.has_class("zoom")


async def feed_signal(app: DashboardApp, pilot: Pilot[None], recorded: Any, said: Any, seconds: range) -> None:
    """A patient's samples and vitals of these seconds, as they come."""
    for k in range(4 * seconds.start, 4 * seconds.stop):
        x = np.zeros(90)
        x[45] = 1.2
        recorded.say(said.samples("p1", x, n0=90 * k, seq=k))
        if k % 4 == 0:
            recorded.say(said.vitals("p1", 71))
        await pass_time(app, pilot, 0.25)


async def test_the_sweep_runs_and_pauses(app: DashboardApp, pilot: Pilot[None], recorded: Any, said: Any) -> None:
    """Paused, the picture stands and says so; the number goes on."""
    await pass_time(app, pilot)
    recorded.say(said.vitals("p1", 71))
    await pass_time(app, pilot, 0.5)
    await feed_signal(app, pilot, recorded, said, range(3))
    assert any("\u2800" < c < "\u2900" for c in screen(app))
    await pilot.press("p")
    await pass_time(app, pilot)
    before = app.board.sweep._shown
    await feed_signal(app, pilot, recorded, said, range(3, 4))
    assert before is not None
    assert app.board.sweep._shown is not None
    assert (app.board.sweep._shown[0].codes == before[0].codes).all()
    assert "PAUSED" in screen(app)
    assert " 71 " in screen(app)


async def test_a_signal_that_stops_is_not_live(app: DashboardApp, pilot: Pilot[None], recorded: Any, said: Any) -> None:
    """Neither the trace nor the number: both say so."""
    recorded.say(said.vitals("p1", 71))
    await pass_time(app, pilot, 0.5)
    await feed_signal(app, pilot, recorded, said, range(2))
    assert "NO SIGNAL" not in screen(app)
    await pass_time(app, pilot, 5)
    shown = screen(app)
    assert "NO SIGNAL" in shown
    assert "NO DATA" in shown
    assert " 71 " not in shown


async def test_a_lost_broker_is_unmistakable(app: DashboardApp, eight: Pilot[None], recorded: Any) -> None:
    """A line of its own, no number left, and all is well again when it is back."""
    recorded.waiting.append(LinkChange(False, "Keep alive timeout"))
    await pass_time(app, eight)
    shown = screen(app)
    assert "NO CONNECTION to 10.0.0.1:1883" in shown
    assert " 61 " not in shown
    recorded.waiting.append(LinkChange(True))
    await pass_time(app, eight)
    assert "NO CONNECTION" not in screen(app)


async def test_speed_and_lead_keys(app: DashboardApp, pilot: Pilot[None], recorded: Any, said: Any) -> None:
    """Faster shows fewer seconds; the next lead is drawn instead."""
    recorded.say(said.vitals("p1", 71))
    await pass_time(app, pilot, 0.5)
    recorded.say(said.samples("p1", np.zeros(360)), said.samples("p1", np.zeros(360), lead="V1"))
    await pass_time(app, pilot)
    assert "6 s ·" in screen(app)
    await pilot.press("plus", "l")
    await pass_time(app, pilot)
    assert "4 s ·" in screen(app)
    assert "p1 · V1" in screen(app)


async def test_what_is_malformed_is_counted_on_the_screen(app: DashboardApp, eight: Pilot[None], recorded: Any) -> None:
    """And the others go on."""
    recorded.say(*[("pulse/v1/p1/vitals", b"\xff")] * 7, ("\x1b]0;owned\x07", b""))
    await pass_time(app, eight)
    assert "8 malformed" in screen(app)
    assert "owned" not in screen(app)


async def test_a_flood_leaves_the_screen_alive(app: DashboardApp, eight: Pilot[None], recorded: Any, said: Any) -> None:
    """Ten thousand messages between two frames; the key is still obeyed."""
    recorded.say(*[said.vitals(f"q{k % 300}", 80) for k in range(10_000)])
    await pass_time(app, eight)
    await eight.press("G")
    await pass_time(app, eight)
    assert app.selected is not None
    assert app.selected.name == "q299"


async def test_after_an_overflow_alarms_are_asked_for_again(
    app: DashboardApp, eight: Pilot[None], recorded: Any
) -> None:
    """Once, when it is over: an alarm's end may have been among what was dropped."""
    recorded.dropped = 50
    await pass_time(app, eight)
    assert "50 dropped" in screen(app)
    await pass_time(app, eight, 1)
    assert recorded.asked == 1
    assert app.scene.view.alarms == ()


async def test_a_new_high_alarm_rings_once_if_wanted(
    recorded: Any, said: Any, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off by default; acknowledged ones are quiet."""
    rung: list[int] = []
    for bell in (False, True):
        app = DashboardApp("mqtt://x", source=recorded, clock=clock, bell=bell)
        monkeypatch.setattr(app, "bell", lambda: rung.append(1))
        async with app.run_test():
            app.ward.link(True, clock())
            app.ward.receive(*said.alarm("p1", "asystole"), clock())
            for _ in range(4):
                app.tick()
        assert len(rung) == int(bell)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (20, 6), (1, 1)])
@pytest.mark.parametrize("patients", [0, 1, 8, 200])
async def test_every_size_of_ward_and_terminal(
    recorded: Any, said: Any, clock: Time, size: tuple[int, int], patients: int
) -> None:
    """Nothing falls over; where there is room the first patient, the sweep and the alarms are all there."""
    app = DashboardApp("mqtt://x", source=recorded, clock=clock)
    async with app.run_test(size=size) as pilot:
        recorded.say(*(said.vitals(f"p{k}", 70) for k in range(patients)))
        recorded.say(*(said.samples("p0", np.zeros(720)),) if patients else ())
        await pass_time(app, pilot, 1)
        await pilot.resize_terminal(size[0] + 7, size[1] + 3)
        await pass_time(app, pilot, 1)
        if size[0] >= 80 and patients:
            assert all(text in screen(app) for text in ("Patients", "p0", "Alarms", "Live feed", " 70 "))
            assert app.board.sweep.canvas[1] >= 4


async def test_the_clock_never_runs_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A corrected wall clock does not bring a stale number back to life."""
    from monitor.dashboard import app as module

    wall = [1000.0]
    monkeypatch.setattr(module.time, "time", lambda: wall[0])
    clock = module.Clock()
    first = clock()
    wall[0] -= 500
    assert clock() >= first
    wall[0] += 1000
    assert clock() > first + 400
    await asyncio.sleep(0)


async def test_arrivals_keep_their_retained_flag(
    app: DashboardApp, pilot: Pilot[None], recorded: Any, said: Any
) -> None:
    """From the wire to the screen."""
    topic, payload = said.vitals("p1", 71)
    recorded.waiting.append(Arrival(topic, payload, True))
    await pass_time(app, pilot)
    assert "waiting for vitals" in screen(app)
