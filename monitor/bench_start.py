"""How long the daemon takes from its start until it takes samples, as a supervisor would see it.

    python -m monitor.bench_start [-c config.yaml] [--runs 5]

Without a configuration it has a mosquitto of its own, and a store that is up to date but for the first time.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from monitor.bench_mosquitto import NoMosquitto, resident_bytes, running_mosquitto, written_config
from monitor.notify import READY

_PATIENCE_S: Final = 60.0
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Of one process, until its subscriptions held."""

    wall_s: float
    cpu_s: float
    """What it would take on a machine that does nothing else."""
    memory_mb: float


def measure(command: Sequence[str]) -> Start:
    """Start it, wait until it says that it is ready, and stop it. Raises `TimeoutError`."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"{folder}/notify")
        begun = time.monotonic()
        process = subprocess.Popen(
            command, env=os.environ | {"NOTIFY_SOCKET": f"{folder}/notify"}, stderr=subprocess.DEVNULL
        )
        try:
            _wait_until_ready(heard, begun + _PATIENCE_S)
            return _now(process.pid, time.monotonic() - begun)
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(heard: socket.socket, deadline: float) -> None:
    """Whatever else is said meanwhile."""
    said = b""
    while said != READY.encode():
        heard.settimeout(max(0.001, deadline - time.monotonic()))
        said = heard.recv(256)
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready within {_PATIENCE_S:g} s: is its broker there?")


def _now(pid: int, wall_s: float) -> Start:
    folder = Path(f"/proc/{pid}")
    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    return Start(
        wall_s=round(wall_s, 3),
        cpu_s=(int(fields[11]) + int(fields[12])) / _TICKS_PER_S,
        memory_mb=round(resident_bytes(pid) / 1e6, 1),
    )


def medians(config: Path, runs: int) -> Start:
    """Of some starts with this configuration, one after another. Raises `TimeoutError`."""
    command = [sys.executable, "-m", "monitor.cli", "monitor", "-c", str(config)]
    starts = [msgspec.to_builtins(measure(command)) for _ in range(runs)]
    return Start(**{name: statistics.median(each[name] for each in starts) for name in starts[0]})


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description="Time from the daemon's start until it takes samples")
    parser.add_argument("-c", "--config", type=Path, help="of a daemon whose broker runs")
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args(arguments)
    try:
        print(msgspec.json.encode(_measured(asked.config, asked.runs)).decode())
    except (NoMosquitto, TimeoutError) as error:
        sys.exit(str(error))


def _measured(config: Path | None, runs: int) -> Start:
    if config:
        return medians(config, runs)
    with tempfile.TemporaryDirectory(prefix="pulse-bench-") as name, running_mosquitto(Path(name)) as port:
        own = written_config(Path(name), port)
        medians(own, 1)  # makes the store
        return medians(own, runs)


if __name__ == "__main__":
    main()
