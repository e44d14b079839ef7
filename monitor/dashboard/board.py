"""The panes on the screen, and how much room each gets."""

from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from monitor.dashboard.bedside import Bedside
from monitor.dashboard.drawing import Frame
from monitor.dashboard.panes import Lines, ListPane, SweepPane, title
from monitor.dashboard.snapshot import PatientView, WardView
from monitor.dashboard.views import alarms, feed, header, patients, vitals
from monitor.dashboard.words import rhythm

LOW: Final = 32
"""Rows below which borders go and every line counts."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is on the screen at one flash phase."""

    view: WardView
    shown: tuple[PatientView, ...]
    """The patients in their order, without those that a search left out."""
    needle: str
    order: str
    phase: int


class Board(Vertical):
    """Header, patients, the selected patient's bed, alarms and the live feed."""

    def __init__(self) -> None:
        super().__init__()
        self.header, self.banner = Lines(id="header"), Lines(id="banner")
        self.patients: ListPane[str] = ListPane(id="patients", head=1)
        self.sweep, self.numbers = SweepPane(id="sweep"), Lines(id="numbers")
        self.alarms: ListPane[tuple[str, str]] = ListPane(id="alarms")
        self.feed: ListPane[int] = ListPane(id="feed")
        self.bed = Horizontal(self.sweep, self.numbers, id="bed")
        self.bottom = Horizontal(self.alarms, self.feed, id="bottom")
        self.finder = Input(id="find", placeholder="find patients by name", compact=True)

    def compose(self) -> ComposeResult:
        yield from (self.header, self.banner, self.patients, self.bed, self.bottom, self.finder)

    def offer(self, scene: Scene) -> None:
        """Give the lists what they are about; their cursors stay on what they were on.

        Where nobody is choosing, the top is shown: the most urgent alarm, the newest line.
        """
        self.patients.offer([patient.name for patient in scene.shown])
        self.alarms.offer([standing.id for standing in scene.view.alarms])
        self.feed.offer(range(len(scene.view.feed)))
        for pane in (self.alarms, self.feed):
            if not pane.has_focus:
                pane.picker.pick(0)

    def apportion(self, patients_shown: int) -> None:
        """Heights: all patients if they fit into two fifths of the screen; the sweep takes what is left."""
        width, height = self.size
        low, zoomed = height < LOW, self.has_class("zoom")
        frame = 1 if low else 2
        self.set_class(low, "low")
        wanted = min(max(patients_shown, 1) + 1 + frame, max(int(0.45 * height), 4))
        self.patients.styles.height = 0 if zoomed else wanted  # not hidden: it keeps the focus, and the keys
        self.bottom.styles.height = height // 5 + (0 if low else 1)
        self.numbers.styles.width = 27 if width >= 100 and not low else 15

    def show(self, scene: Scene, selected: PatientView | None, bedside: Bedside | None) -> None:
        """Everything but the sweep."""
        view, phase = scene.view, scene.phase
        self.header.show([header.render(view, self.size.width, phase)])
        banner = header.banner(view, self.size.width, phase)
        self.banner.display = banner is not None
        self.banner.show([banner] if banner else [])
        self._show_patients(scene)
        self._show_alarms(view, phase)
        self.feed.show(feed.render(view, *self.feed.size, self.feed.picker.offset))
        title(self.feed, f"Live feed{_page(self.feed)}")
        self.numbers.show(vitals.render(selected, bedside, *self.numbers.size, phase))

    def draw(self, picture: Frame | None, selected: PatientView | None, connected: bool, paused: bool) -> None:
        """The sweep and what is written on its border."""
        if picture is None:
            self.sweep.blank()
        else:
            self.sweep.show(picture.cells, picture.span, picture.live and connected)
        stopped = picture is not None and not (picture.live and connected)
        state = "PAUSED" if paused else "NO SIGNAL" if stopped else ""
        title(self.bed, _bed_title(picture, selected, state), _bed_notes(picture))
        self.bed.set_class(bool(state), "still")

    def _show_patients(self, scene: Scene) -> None:
        pane = self.patients
        page = (*pane.size, pane.picker.offset, pane.picker.cursor or "", scene.phase)
        pane.show(patients.render(scene.shown, scene.view.now, *page, needle=scene.needle))
        title(pane, _patients_title(scene) + _page(pane))

    def _show_alarms(self, view: WardView, phase: int) -> None:
        pane = self.alarms
        cursor = pane.picker.cursor if pane.has_focus else None
        pane.show(alarms.render(view, *pane.size, pane.picker.offset, cursor, phase))
        title(pane, _alarms_title(view) + _page(pane))


def _patients_title(scene: Scene) -> str:
    count = f"{len(scene.view.patients)}" if not scene.needle else f"{len(scene.shown)} of {len(scene.view.patients)}"
    return " · ".join(filter(None, (f"Patients {count}", scene.order, f"/{scene.needle}" if scene.needle else "")))


def _alarms_title(view: WardView) -> str:
    if not view.connected:
        return "Alarms · last known"
    unseen = sum(standing.alarm.sounds for standing in view.alarms)
    count = f" {len(view.alarms)}" if view.alarms else ""
    return f"Alarms{count} · {unseen} unseen" if unseen else f"Alarms{count}"


def _bed_title(picture: Frame | None, selected: PatientView | None, state: str) -> str:
    if selected is None:
        return "no patient"
    lead = picture.lead if picture else ""
    return " · ".join(filter(None, (selected.name, lead, rhythm(selected.rhythm or ""), state)))


def _bed_notes(picture: Frame | None) -> str:
    if picture is None:
        return "waiting for samples"
    return f"{picture.seconds:g} s · {picture.span.division:g} {picture.unit}/div · {picture.fs:g} Hz"


def _page(pane: ListPane[str] | ListPane[tuple[str, str]] | ListPane[int]) -> str:
    """Which part of a long list is on the screen."""
    first, length = pane.picker.offset, pane.picker.length
    return "" if length <= pane.page or pane.page < 1 else f" · {first + 1}–{min(first + pane.page, length)}"
