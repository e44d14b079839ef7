"""The views, pinned in width, colour and clock.

Run as a script this file writes the golden files anew: `python tests/monitor/dashboard/test_views.py`; look at them
with `cat`, and at what changed with `git diff`.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.text import Text

from monitor.dashboard.bedside import Bedside
from monitor.dashboard.drawing import Drawing
from monitor.dashboard.snapshot import WardView
from monitor.dashboard.views import alarms, digits, ecg, feed, header, patients, vitals
from monitor.dashboard.views.lines import sparkline
from monitor.dashboard.ward import Ward

GOLDEN = Path(__file__).with_name("golden")
REGENERATE = "PULSE_GOLDEN"


def painted(lines: list[Text], width: int) -> str:
    """As a terminal of true colour would get it; every line is as wide as it should be."""
    assert {line.cell_len for line in lines} <= {width}
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    for line in lines:
        console.print(line, end="\n", markup=False, highlight=False, soft_wrap=True)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def golden(name: str, lines: list[Text], width: int) -> None:
    """The lines are those of the golden file."""
    path, text = GOLDEN / f"{name}.ansi", painted(lines, width)
    if os.environ.get(REGENERATE):
        path.write_text(text)
    assert text == path.read_text()


@pytest.fixture
def full(ward: Ward, said: Any, now: float) -> WardView:
    """One patient in each state that there is."""
    say: Callable[..., None] = lambda message, at=now, retained=False: ward.receive(*message, at, retained)  # noqa: E731
    say(said.monitor())
    for second in range(40):
        at = now - 40 + second
        say(said.vitals("p1", 72 + second % 5), at)
        say(said.vitals("p2", 150 + second, "(VT", pvc_per_min=120), at)
    for patient, hr_bpm, rhythm in (("p1", 74, "(N"), ("p2", 189, "(VT"), ("p3", 38, "(SBR"), ("p5", 97, "(AFIB")):
        say(said.vitals(patient, hr_bpm, rhythm, pvc_per_min=int(patient[1]) // 2), now - 0.5)
    say(said.vitals("p4", 66), now - 12)
    say(said.vitals("p6", None, quality="unusable"), now - 0.5)
    say(said.vitals("p7", 80), now - 400, True)
    say(said.vitals("p8", 80), now - 75)
    say(said.device("p8", "offline"))
    say(said.device("p1", battery=0.87))
    say(said.alarm("p2", "ventricular_tachycardia", message="Ventricular tachycardia 189/min", began=now - 9))
    say(said.alarm("p2", "tachycardia", "low", "inhibited", began=now - 100, message="Tachycardia"))
    say(said.alarm("p3", "extreme_bradycardia", "high", "acknowledged", began=now - 95))
    say(said.alarm("p4", "signal_loss", "medium", kind="technical", message="No samples", began=now - 10))
    say(said.alarm("p5", "pause", "medium", "latched", message="Pause of 3.1 s", count=2, began=now - 700))
    say(said.alarm("p6", "lead_off", "low", "silenced", silenced_until_us=int((now + 92) * 1e6), began=now - 3700))
    say(said.alarm("p1", "bradycardia", "low", message="Bradycardia", began=now - 7000))
    say(said.over("p1", "bradycardia"))
    say(said.alarm("p1", "ventricular_beat", "advisory", "event", message="Ventricular beat", count=5, began=now - 2))
    say(said.alarm("p5", "irregular_rr", "advisory", "event", message="R-R 1.12 s, expected 0.80 s"))
    return ward.snapshot(now)


@pytest.mark.parametrize("width", [78, 118, 178])
def test_patients(full: WardView, width: int) -> None:
    """Everybody a line, at three widths, the second line under the cursor."""
    golden(f"patients-{width}", patients.render(full.patients, full.now, width, 11, 0, "p2", 0), width)


def test_only_live_numbers_are_numbers(full: WardView) -> None:
    """Not the last one of a patient who has gone, however small the change on the screen."""
    lines = patients.render(full.patients, full.now, 100, 9, 0, "p1", 0)
    text = {line.plain.split()[1 if "▌" in line.plain else 0]: line.plain for line in lines[1:]}
    assert "66" not in text["p4"]
    assert "80" not in text["p7"] + text["p8"]
    assert "NO DATA for 12s" in text["p4"]
    assert "OFFLINE for 1m" in text["p8"]
    assert "waiting" in text["p7"]


def test_without_a_broker_no_number_is_left(ward: Ward, full: WardView, now: float) -> None:
    """Everybody's line says that there is no connection."""
    ward.link(False, now, "Keep alive timeout")
    view = ward.snapshot(now + 1)
    lines = patients.render(view.patients, view.now, 100, 9, 0, "p1", 0)
    assert sum("NO CONNECTION" in line.plain for line in lines) == 8
    banner = header.banner(view, 100, 0)
    assert banner is not None
    assert "NO CONNECTION to 127.0.0.1:1883" in banner.plain
    golden("cut", [header.render(view, 100, 0), banner, *lines], 100)


def test_a_dead_monitor_takes_a_whole_line(ward: Ward, said: Any, full: WardView, now: float) -> None:
    """And a living one takes none."""
    assert header.banner(full, 80, 0) is None
    ward.receive(*said.monitor(state="offline"), now)
    banner = header.banner(ward.snapshot(now), 80, 0)
    assert banner is not None
    assert "MONITOR ward-1 IS DOWN" in banner.plain


@pytest.mark.parametrize("width", [40, 80, 180])
def test_header(full: WardView, width: int) -> None:
    """What does not fit is left out; monitor, alarms and clock are never."""
    line = header.render(full, width, 0)
    golden(f"header-{width}", [line], width)
    assert width < 60 or {"ward-1", "14:13:20"} <= set(line.plain.split())


@pytest.mark.parametrize("width", [38, 48, 90])
def test_alarms(full: WardView, width: int) -> None:
    """Priority, patient, message, state and age."""
    golden(f"alarms-{width}", alarms.render(full, width, 7, 0, ("p4", "signal_loss"), 0), width)


@pytest.mark.parametrize("width", [30, 60])
def test_feed(full: WardView, width: int) -> None:
    """The newest on top."""
    golden(f"feed-{width}", feed.render(full, width, 4, 0), width)


@pytest.mark.parametrize(("width", "height"), [(14, 7), (26, 14)])
def test_vitals(full: WardView, said: Any, width: int, height: int) -> None:
    """Large digits, and as much of the rest as fits."""
    shown = {patient.name: patient for patient in full.patients}
    for name in ("p1", "p2", "p4"):
        golden(f"vitals-{name}-{width}", vitals.render(shown[name], Bedside(name), width, height, 0), width)


def test_the_sweep(ward: Ward, said: Any, now: float) -> None:
    """A normal beat, a wide one, one that is not classified yet, and a hole."""
    t = np.arange(0, 9, 1 / 360)
    x = 0.05 * np.sin(t)
    for at, width in ((1.0, 0.012), (2.0, 0.012), (3.1, 0.05), (4.6, 0.012), (5.4, 0.012)):
        x += np.exp(-(((t - at) / width) ** 2))
    ward.watch("p1")
    for k in range(0, len(t), 90):
        if k != 90 * 16:
            ward.receive(*said.samples("p1", x[k : k + 90], n0=k, seq=k // 90 + 1), now)
    for sample, letter in ((360, "N"), (720, "N"), (1116, "V"), (1656, "N")):
        ward.receive(*said.beat("p1", sample, letter), now)
    ward.receive(*said.peak("p1", 1944), now)
    assert ward.bedside is not None
    frame = Drawing().frame(ward.bedside, "MLII", (90, 10), now)
    assert frame is not None
    lines = [Text("", end="").join(_texts(ecg.row(frame.cells, frame.span, y, 5, True))) for y in range(11)]
    golden("sweep", lines, 95)


def _texts(segments: list[Any]) -> list[Text]:
    return [Text(segment.text, segment.style or "", end="") for segment in segments]


def test_names_and_messages_from_outside_are_only_text(ward: Ward, said: Any, now: float) -> None:
    """Neither markup nor escape codes nor newlines do anything."""
    evil = "[red]x[/red]\x1b[2J\x1b]0;title\x07\u202eabc\n\n[@click=app.quit]"
    ward.receive(*said.vitals("p1", rhythm=evil, lead=evil), now)
    ward.receive(*said.alarm("p1", "pause", message=evil), now)
    ward.receive(*said.alarm("p1", "x", "advisory", "event", message=evil), now)
    view = ward.snapshot(now)
    lines = [
        *patients.render(view.patients, now, 120, 3, 0, "p1", 0),
        *alarms.render(view, 120, 2, 0, None, 0),
        *feed.render(view, 120, 2, 0),
        *vitals.render(view.patients[0], None, 26, 12, 0),
    ]
    assert all(line.plain.isprintable() for line in lines)
    assert any("[red]x[/red]" in line.plain for line in lines)


@pytest.mark.parametrize("width", [0, 1, 5, 19, 40, 300])
@pytest.mark.parametrize("height", [0, 1, 2, 60])
def test_any_size_can_be_drawn(full: WardView, width: int, height: int) -> None:
    """Absurdly small ones too; every line has the width asked for."""
    for lines in (
        patients.render(full.patients, full.now, width, height, 0, "p1", 1),
        alarms.render(full, width, height, 0, None, 1),
        feed.render(full, width, height, 0),
        *(vitals.render(patient, None, width, height, 1) for patient in full.patients),
    ):
        assert len(lines) == height
        assert all(line.cell_len == width for line in lines)
    assert header.render(full, width, 1).cell_len == width


def test_most_urgent_first_and_by_name(full: WardView) -> None:
    """An order that does not hide anybody, and a search that does."""
    urgent = patients.arranged(full.patients, urgent_first=True, needle="")
    assert [patient.name for patient in urgent][:3] == ["p2", "p3", "p4"]
    assert len(urgent) == len(full.patients)
    assert [p.name for p in patients.arranged(full.patients, urgent_first=False, needle="P7")] == ["p7"]


def test_a_sparkline_of_a_steady_heart_is_flat() -> None:
    """Two beats a minute up and down are no mountains; a missing second is a gap."""
    assert len(set(sparkline((70.0, 72.0, 71.0, 70.0), 4))) <= 2
    assert sparkline((70.0, None, 120.0), 5) == "  ▁ █"
    assert sparkline((), 3) == "   "


@pytest.mark.parametrize("scale", [1, 2])
def test_large_digits_line_up(scale: int) -> None:
    """Every row is as wide as it was said to be."""
    for text in ("---", "  7", "148", "60"):
        rows = digits.large(text, scale)
        assert {len(row) for row in rows} == {digits.width(len(text), scale)}
        assert len(rows) == (3 if scale == 1 else 5)


if __name__ == "__main__":
    os.environ[REGENERATE] = "1"
    raise SystemExit(pytest.main([__file__, "-q"]))
