"""Who dies or hangs is replaced, who is told to stop stops, and systemd hears of all of them as of one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from monitor.notify import ALIVE, READY, to_supervisor
from monitor import workers_supervisor
from monitor.workers_supervisor import Supervisor

folder = Path(sys.argv[1])
workers_supervisor._HANGS_S = 1.0

class Crew:
    def wanted(self):
        return int((folder / "wanted").read_text())

    def work(self, index, count, notify):
        signal.signal(signal.SIGHUP, lambda *_: (folder / f"hup-{index}").touch())
        (folder / f"{index}-of-{count}-{os.getpid()}").touch()
        notify(READY)
        while not (folder / f"hang-{os.getpid()}").exists():
            notify(ALIVE)
            time.sleep(0.02)
        time.sleep(100)

    def prepare(self, before, count):
        (folder / "steps").write_text(f"prepare {before} {count}, {working()} work; ")

    def deal(self, before, count):
        with (folder / "steps").open("a") as steps:
            steps.write(f"deal {before} {count}, {working()} work")

def working():
    children = Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text().split()
    return len(children) - 1

Supervisor(Crew(), to_supervisor(), 5.0).run()
"""


class Supervised:
    """Two workers, and the folder where they say what they do."""

    def __init__(self, folder: Path, systemd: socket.socket, process: "subprocess.Popen[bytes]") -> None:
        self.folder, self.systemd, self.process = folder, systemd, process

    def pids(self, which: str) -> set[int]:
        """Of all that there have been."""
        return {int(path.name.rsplit("-", 1)[1]) for path in self.folder.glob(f"{which}-[0-9]*")}

    def until(self, path: str, count: int = 1) -> None:
        """So many files are there."""
        deadline = time.monotonic() + 20
        while len(list(self.folder.glob(path))) < count:
            assert time.monotonic() < deadline, path
            time.sleep(0.01)


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    (tmp_path / "wanted").write_text("2")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, running(tmp_path) as process:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        found = Supervised(tmp_path, systemd, process)
        found.until("?-of-2-*", 2)
        yield found


@contextmanager
def running(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {"NOTIFY_SOCKET": str(folder / "notify")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)], env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_systemd_hears_that_all_are_ready_and_alive_and_at_the_end_that_they_stop(supervised: Supervised) -> None:
    said = []
    while b"READY=1" not in said or said[-1] != b"WATCHDOG=1":
        said.append(supervised.systemd.recv(100))
    supervised.process.terminate()
    while said[-1] != b"STOPPING=1":
        said.append(supervised.systemd.recv(100))
    assert supervised.process.wait(20) == 0
    assert said.count(b"READY=1") == 1


def test_who_is_killed_is_replaced_and_the_other_left_alone(supervised: Supervised) -> None:
    (victim,) = supervised.pids("0-of-2")
    os.kill(victim, signal.SIGKILL)
    supervised.until("0-of-2-*", 2)
    assert len(supervised.pids("1-of-2")) == 1


def test_who_hangs_is_replaced(supervised: Supervised) -> None:
    (victim,) = supervised.pids("1-of-2")
    (supervised.folder / f"hang-{victim}").touch()
    supervised.until("1-of-2-*", 2)
    assert not Path(f"/proc/{victim}").exists()


def test_a_hangup_is_passed_on(supervised: Supervised) -> None:
    supervised.process.send_signal(signal.SIGHUP)
    supervised.until("hup-?", 2)
    assert len(supervised.pids("0-of-2")) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_them_is_prepared_while_they_work_and_dealt_while_nobody_does(
    supervised: Supervised, count: int
) -> None:
    (supervised.folder / "wanted").write_text(str(count))
    supervised.process.send_signal(signal.SIGHUP)
    supervised.until(f"?-of-{count}-*", count)
    steps = (supervised.folder / "steps").read_text()
    assert steps == f"prepare 2 {count}, 2 work; deal 2 {count}, 0 work"


def test_workers_do_not_outlive_who_supervises_them(supervised: Supervised) -> None:
    workers = supervised.pids("?-of-2")
    supervised.process.kill()
    deadline = time.monotonic() + 20
    while any(is_running(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """A process that has ended and that nobody has waited for is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
