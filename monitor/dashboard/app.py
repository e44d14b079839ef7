"""The dashboard: an MQTT client whose screen is a function of what it was told.

Messages wait in the link's queue; twelve times a second they are taken, and the sweep is drawn; four times a second the
rest of the screen is. Nothing else happens between.
"""

import time
from collections.abc import Callable
from typing import ClassVar, Final, Protocol

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Footer, Input

from edge.broker_url import BrokerUrl, parse_url
from monitor.dashboard import theme
from monitor.dashboard.board import Board, Scene
from monitor.dashboard.dialogs import Confirm, Help
from monitor.dashboard.drawing import Drawing
from monitor.dashboard.link import Arrival, Link, LinkChange
from monitor.dashboard.panes import ListPane
from monitor.dashboard.snapshot import PatientView
from monitor.dashboard.views import patients
from monitor.dashboard.ward import Ward
from monitor.dashboard.words import condition

FRAME_S: Final = 1 / 12
SETTLE_S: Final = 0.2
"""Between two changes of the patient whose samples are asked for, while the cursor runs down the list."""
SILENCE_S: Final = 120


class Source(Protocol):
    """Where messages come from and commands go to: a `Link`, or a test's."""

    dropped: int

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def drain(self) -> list[Arrival | LinkChange]: ...
    def watch(self, patient: str) -> None: ...
    def ask_for_alarms(self) -> None: ...
    def command(self, patient: str, name: str, **order: object) -> bool: ...


class Clock:
    """Wall time in seconds that never runs backwards, so that what is stale cannot come to life again."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def __call__(self) -> float:
        self._offset = max(self._offset, time.time() - time.monotonic())
        return self._offset + time.monotonic()


class DashboardApp(App[None]):
    """The ward on one screen."""

    CSS_PATH = "style.tcss"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "pulse"
    BINDINGS: ClassVar = [
        Binding("a", "acknowledge", "ack"),
        Binding("s", "silence", "silence"),
        Binding("r", "reset", "reset"),
        Binding("n", "next_alarm", "next"),
        Binding("p", "pause", "pause"),
        Binding("slash", "find", "find"),
        Binding("o", "order", show=False),
        Binding("plus,equals_sign", "speed(1)", show=False),
        Binding("minus", "speed(-1)", show=False),
        Binding("l", "lead", show=False),
        Binding("escape", "leave", show=False),
        Binding("question_mark", "help", "help"),
        Binding("q,ctrl+c", "quit", "quit", key_display="q"),
    ]

    def __init__(
        self,
        broker: BrokerUrl | str = "mqtt://localhost:1883",
        *,
        protocol: int = 5,
        bell: bool = False,
        source: Source | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`protocol` is 5, or 4 for MQTT 3.1.1; with `bell` a new high alarm rings. Raises `ValueError` for a URL."""
        super().__init__()
        broker = parse_url(broker) if isinstance(broker, str) else broker
        self.source: Source = source or Link(broker, protocol=protocol)
        self.ward = Ward(broker.place)
        self.drawing = Drawing()
        self.board = Board()
        self.clock = clock or Clock()
        self._bell = bell
        self._phase = 0
        self._needle = ""
        self._urgent_first = False
        self._lead = ""
        self._followed_at = 0.0
        self._rung: frozenset[tuple[str, str]] = frozenset()
        self._alarms_doubtful = False
        self.scene = self._scene()

    def compose(self) -> ComposeResult:
        yield self.board
        yield Footer()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of `theme`, for the style sheet."""
        return theme.VARIABLES

    def on_mount(self) -> None:
        """Connect, and begin to draw."""
        self.board.patients.focus()
        self.source.start()
        self.set_interval(FRAME_S, self.frame)
        self.set_interval(theme.TICK_S, self.tick)

    def on_unmount(self) -> None:
        """Leave the broker."""
        self.source.stop()

    @property
    def selected(self) -> PatientView | None:
        """The patient under the cursor."""
        name = self.board.patients.picker.cursor
        return next((patient for patient in self.scene.shown if patient.name == name), None)

    def frame(self) -> None:
        """Take what has come, and draw the sweep."""
        now = self.clock()
        for item in self.source.drain():
            if isinstance(item, Arrival):
                self.ward.receive(item.topic, item.payload, now, item.retained)
            else:
                self.ward.link(item.connected, now, item.reason)
        patient, bedside, picture = self.selected, self.ward.bedside, None
        if patient is not None and bedside is not None and bedside.patient == patient.name:
            picture = self.drawing.frame(bedside, self._lead or patient.lead, self.board.sweep.canvas, now)
        self.board.draw(picture, patient, self.scene.view.connected, self.drawing.paused)

    def tick(self) -> None:
        """Everything else, a flash phase on."""
        self._phase += 1
        self._count_dropped()
        self.scene = self._scene()
        self.board.apportion(len(self.scene.shown))
        self.board.offer(self.scene)
        self._follow()
        self._show()
        self._ring()

    @on(ListPane.Moved)
    def _moved(self) -> None:
        self._follow()
        self._show()

    @on(ListPane.Chosen, "#patients")
    def _zoom(self) -> None:
        self.board.toggle_class("zoom")
        self.tick()

    @on(ListPane.Chosen, "#alarms")
    def _go_to_patient(self) -> None:
        if (alarm := self.board.alarms.picker.cursor) is not None:
            self._find("")
            self.board.patients.picker.find(alarm[0])
            self._moved()

    @on(Input.Changed)
    def _find_changed(self, event: Input.Changed) -> None:
        self._find(event.value)

    @on(Input.Submitted)
    def _find_done(self) -> None:
        self.board.remove_class("finding")
        self.board.patients.focus()

    def action_acknowledge(self) -> None:
        """Acknowledge."""
        self._command("acknowledge", "acknowledged")

    def action_silence(self) -> None:
        """Silence for a while."""
        self._command("silence", f"silenced for {SILENCE_S} s", seconds=SILENCE_S)

    def action_reset(self) -> None:
        """Reset the selected patient's alarms, after a question."""
        if (patient := self.selected) is not None:
            question = f"Reset the latched alarms of {patient.name}?"
            self.push_screen(Confirm(question), lambda yes: self._reset(patient.name) if yes else None)

    def action_next_alarm(self) -> None:
        """The cursor on the next patient with an alarm."""
        names = [patient.name for patient in self.scene.shown]
        here = self.board.patients.picker.cursor
        after = names.index(here) + 1 if here in names else 0
        alarmed = {standing.patient for standing in self.scene.view.alarms}
        found = next((name for name in names[after:] + names[:after] if name in alarmed), None)
        if found is not None:
            self.board.patients.picker.find(found)
            self._moved()

    def action_pause(self) -> None:
        """Hold the sweep, or let it run on."""
        self.drawing.paused = not self.drawing.paused

    def action_speed(self, by: int) -> None:
        """The sweep faster, or slower."""
        self.drawing.faster(by)

    def action_lead(self) -> None:
        """The next of the patient's leads."""
        bedside, patient = self.ward.bedside, self.selected
        if bedside is not None and patient is not None and bedside.traces:
            leads = list(bedside.traces)
            here = leads.index(bedside.lead(self._lead or patient.lead) or leads[0])
            self._lead = leads[(here + 1) % len(leads)]

    def action_order(self) -> None:
        """Patients by name, or the most urgent first."""
        self._urgent_first = not self._urgent_first
        self.tick()

    def action_find(self) -> None:
        """Ask for a part of a name."""
        self.board.add_class("finding")
        self.board.finder.focus()

    def action_leave(self) -> None:
        """Out of what is open: the search, the single patient."""
        if self.board.has_class("finding") or self._needle:
            self.board.finder.value = ""
            self._find("")
            self._find_done()
        else:
            self.board.remove_class("zoom")
            self.tick()

    def action_help(self) -> None:
        """Keys and signs."""
        self.push_screen(Help())

    def _scene(self) -> Scene:
        view = self.ward.snapshot(self.clock())
        shown = patients.arranged(view.patients, urgent_first=self._urgent_first, needle=self._needle)
        return Scene(view, shown, self._needle, "most urgent first" if self._urgent_first else "", self._phase)

    def _show(self) -> None:
        self.board.show(self.scene, self.selected, self.ward.bedside)

    def _find(self, needle: str) -> None:
        self._needle = needle
        self.tick()

    def _follow(self) -> None:
        """Have the samples of the patient under the cursor, unless it is only passing."""
        name, bedside, now = self.board.patients.picker.cursor, self.ward.bedside, self.clock()
        if name is None or (bedside is not None and bedside.patient == name) or now - self._followed_at < SETTLE_S:
            return
        self._followed_at, self._lead = now, ""
        self.ward.watch(name)
        self.source.watch(name)

    def _command(self, name: str, done: str, **order: object) -> None:
        """Of the alarm under the cursor where the alarms have the focus, else of all of the selected patient."""
        alarm = self.board.alarms.picker.cursor if self.board.alarms.has_focus else None
        patient = self.selected
        if alarm is not None:
            self._send(alarm[0], name, f"{condition(alarm[1])} of {alarm[0]} {done}", condition=alarm[1], **order)
        elif patient is not None:
            self._send(patient.name, name, f"all alarms of {patient.name} {done}", **order)

    def _reset(self, patient: str) -> None:
        self._send(patient, "reset", f"alarms of {patient} reset")

    def _send(self, patient: str, name: str, said: str, **order: object) -> None:
        """Send, and say so: whether it was obeyed is seen in the alarm itself."""
        if self.source.command(patient, name, **order):
            self.notify(f"sent: {said}", timeout=3, markup=False)
        else:
            self.notify(f"NOT sent, there is no connection: {name}", severity="error", timeout=5, markup=False)

    def _count_dropped(self) -> None:
        """After an overflow nobody knows which alarms stand: once it is over, have them said again."""
        overflowing = self.source.dropped != self.ward.dropped
        self.ward.dropped = self.source.dropped
        if self._alarms_doubtful and not overflowing:
            self.ward.forget_alarms()
            self.source.ask_for_alarms()
        self._alarms_doubtful = overflowing

    def _ring(self) -> None:
        """One bell for high alarms that have just come."""
        high = frozenset(s.id for s in self.scene.view.alarms if s.alarm.priority == "high" and s.alarm.sounds)
        if self._bell and high - self._rung:
            self.bell()
        self._rung = high
