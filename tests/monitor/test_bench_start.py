"""The time until a daemon is ready is measured until just then, and no daemon is left behind."""

import sys

import msgspec
import pytest

from monitor.bench_start import Start, main, measure

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


TALKS_ON = """
import time
from monitor.notify import ALIVE, to_supervisor
while True:
    to_supervisor()(ALIVE)
    time.sleep(0.1)
"""


@pytest.mark.parametrize("program", ["import time; time.sleep(60)", TALKS_ON])
def test_a_daemon_that_is_never_ready_is_not_waited_for_forever(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr("monitor.bench_start._PATIENCE_S", 0.5)
    with pytest.raises(TimeoutError):
        measure([sys.executable, "-c", program])


@pytest.mark.mosquitto
def test_without_a_configuration_it_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--runs", "1"])
    start = msgspec.json.decode(capsys.readouterr().out, type=Start)
    assert 0 < start.cpu_s < 30
