"""The page holds what the store has, needs nothing else, and trusts no text."""

import re
from datetime import UTC
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from sqlalchemy import Engine

from edge.types import F32
from monitor.report import strip as strips
from monitor.report.facts import Facts, gather
from monitor.report.page import render
from monitor.store import database
from monitor.store.entries import Entry
from monitor.store.found import ALWAYS, StoredSession, StoredStrip
from monitor.store.reader import Reader
from tests.monitor.store.conftest import a_morning, raised, write


def facts_of(folder: Path, patient: str, *entries: Entry) -> Facts:
    engine: Engine = database.connect(f"sqlite:///{folder / 'store.db'}")
    database.migrate(engine)
    write(engine, *entries)
    with engine.connect() as connection:
        facts = gather(Reader(connection), patient, ALWAYS)
    engine.dispose()
    return facts


@pytest.fixture
def page(tmp_path: Path) -> str:
    morning = a_morning("p1", minutes=130, odd="VS")
    return render(facts_of(tmp_path, "p1", *morning, *a_morning("p2")), UTC)


class Outside(HTMLParser):
    """Everything that a page asks of the world."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object"):
            self.asked.append(tag)
        self.asked += [str(value) for name, value in attrs if name in ("src", "href")]


def test_it_needs_no_other_file(page: str) -> None:
    outside = Outside()
    outside.feed(page)
    assert outside.asked == []
    assert not re.search(r"url\(|@import|https?://", page)


def test_it_says_who_and_when_and_how_much(page: str) -> None:
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    words = re.sub(r"\s+", " ", words)
    for said in (
        "p1",
        "14 November 2023, 22:13",
        "number 1 of 2 patients",
        "watched 2 h 10 min",
        "beats 9,750",
        "75/min",
    ):
        assert said in words, said
    assert "Heart rate high (131)" in words
    assert "active 22:13:45 → acknowledged 22:13:46 → inactive 22:13:47" in words


def test_every_picture_is_well_formed(page: str) -> None:
    pictures = [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert len(pictures) == 5
    for picture in pictures:
        left, top, width, height = map(float, picture.attrib["viewBox"].split())
        assert (left, top) == (0, 0)
        for line in picture.iter("line"):
            assert all(-1 <= float(line.attrib[name]) <= width + 1 for name in ("x1", "x2"))
            assert all(-1 <= float(line.attrib[name]) <= height + 1 for name in ("y1", "y2"))


def test_no_text_of_an_alarm_becomes_markup(tmp_path: Path) -> None:
    entries = [*a_morning("p1"), raised(patient="p1", message="<script>alert(1)</script>", condition='x"><b>')]
    page = render(facts_of(tmp_path, "p1", *entries), UTC)
    assert "<script" not in page
    assert "<b>" not in re.sub(r"<b>[^<]*</b>", "", page)


def test_a_patient_of_whom_there_is_next_to_nothing_has_a_page(tmp_path: Path) -> None:
    page = render(facts_of(tmp_path, "p1", raised(patient="p1")), UTC)
    assert "No beats were classified" in page
    assert "the only patient" in page


def test_a_strip_is_drawn_to_scale_and_no_r_peak_is_lost() -> None:
    """25 mm a second and 10 mm a millivolt; a spike of one sample is as high as it was."""
    x: F32 = np.zeros(3600, np.float32)
    x[1001] = 1.7
    stored = StoredStrip(StoredSession(1, "II", 360.0, 0, 0, 9999), 0, x, [(1001, "V")])
    (alarm,) = [entry.alarm for entry in [raised(sample=1001)]]
    picture = ElementTree.fromstring(strips.draw(alarm, stored))  # type: ignore[arg-type]
    assert picture.attrib["viewBox"].split()[2] == "250.0"
    (trace,) = [path for path in picture.iter("path") if path.attrib["class"] == "trace"]
    first, steps = trace.attrib["d"].removeprefix("M").split("l")
    points = np.cumsum([[int(v) for v in first.split()], *np.reshape([int(v) for v in steps.split()], (-1, 2))], axis=0)
    highest = points[points[:, 1].argmin()] / 100
    assert highest[0] == pytest.approx(1001 / 360 * 25, abs=0.01)
    assert np.ptp(points[:, 1]) / 100 == pytest.approx(17.0, abs=0.01)
