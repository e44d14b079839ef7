"""The dashboard in a real terminal, which it gives back whatever ends it."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from monitor.dashboard.run import run_dashboard
from tests.conftest import free_port

LEFT = b"\x1b[?1049l"
"""The alternate screen is left: the shell is back as it was."""
CURSOR = b"\x1b[?25h"
PROGRAM = "import sys; from monitor.dashboard import run_dashboard; sys.exit(run_dashboard('mqtt://127.0.0.1:{port}'))"
BROKEN = (
    "import sys; from monitor.dashboard import DashboardApp; from monitor.dashboard import run_dashboard;"
    "DashboardApp.tick = lambda self: 1 / 0;"
    "sys.exit(run_dashboard('mqtt://127.0.0.1:{port}'))"
)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, program: str) -> None:
        self.master, slave = pty.openpty()
        environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True
        )
        os.close(slave)
        self.output = b""
        self.open = True

    def until(self, there: Callable[[], object], seconds: float = 60.0) -> None:
        """Read until it is there."""
        deadline = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < deadline, self.output[-3000:]
            self._read()

    def ended(self) -> int:
        """The exit status; all output has been read then."""
        self.until(lambda: not self.open)
        os.close(self.master)
        return self.process.wait(30)

    def _read(self) -> None:
        if select.select([self.master], [], [], 0.1)[0]:
            try:
                self.output += os.read(self.master, 65536)
            except OSError:  # the other end is closed
                self.open = False


def shown(terminal: Terminal) -> bool:
    return b"Patients" in terminal.output


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_gives_the_terminal_back(number: signal.Signals, status: int) -> None:
    """A supervisor's stop leaves no broken shell."""
    terminal = Terminal(PROGRAM.format(port=free_port()))
    terminal.until(lambda: shown(terminal))
    terminal.process.send_signal(number)
    assert terminal.ended() == status
    assert LEFT in terminal.output
    assert CURSOR in terminal.output


def test_q_quits() -> None:
    """With status 0."""
    terminal = Terminal(PROGRAM.format(port=free_port()))
    terminal.until(lambda: shown(terminal))
    os.write(terminal.master, b"q")
    assert terminal.ended() == 0
    assert LEFT in terminal.output


def test_our_own_failure_gives_the_terminal_back_and_is_loud() -> None:
    """The traceback comes after the screen is restored, where it can be read."""
    terminal = Terminal(BROKEN.format(port=free_port()))
    assert terminal.ended() == 1
    assert LEFT in terminal.output
    assert b"ZeroDivisionError" in terminal.output[terminal.output.rindex(LEFT) :]


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe there is nothing to draw on."""
    assert run_dashboard() == 1
    assert "terminal" in capsys.readouterr().err


def test_a_bad_url_is_refused_first() -> None:
    """Before the screen is taken."""
    with pytest.raises(ValueError):
        run_dashboard("ftp://x")
