"""The time until a daemon is ready is measured until just then, and no daemon is left behind."""

import sys

import pytest

from monitor.bench_start import measure

PROGRAM = """
import os, sys, time
from monitor.notify import ALIVE, READY, to_supervisor
say = to_supervisor()
say(ALIVE)
time.sleep(0.3)
say(READY)
time.sleep(60)
"""


def test_it_ends_when_the_daemon_is_ready_and_ends_the_daemon() -> None:
    start = measure([sys.executable, "-c", PROGRAM])
    assert 0.3 <= start.wall_s < 30
    assert 0 < start.cpu_s < start.wall_s
    assert start.memory_mb > 5


def test_a_daemon_that_is_never_ready_is_not_waited_for_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.bench_start._PATIENCE_S", 0.5)
    with pytest.raises(TimeoutError):
        measure([sys.executable, "-c", "import time; time.sleep(60)"])
