"""How long the daemon takes from its start until it takes samples: at a broker that runs, as a supervisor would see it.

python -m monitor.bench_start -c config.yaml --runs 5
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
        heard.settimeout(_PATIENCE_S)
        begun = time.monotonic()
        process = subprocess.Popen(
            command, env=os.environ | {"NOTIFY_SOCKET": f"{folder}/notify"}, stderr=subprocess.DEVNULL
        )
        try:
            while heard.recv(256) != READY.encode():
                pass
            return _now(process.pid, time.monotonic() - begun)
        finally:
            process.terminate()
            process.wait()


def _now(pid: int, wall_s: float) -> Start:
    folder = Path(f"/proc/{pid}")
    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    pages = int((folder / "statm").read_text().split()[1])
    return Start(
        wall_s=round(wall_s, 3),
        cpu_s=(int(fields[11]) + int(fields[12])) / _TICKS_PER_S,
        memory_mb=round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description="Time from the daemon's start until it takes samples")
    parser.add_argument("-c", "--config", required=True)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args(arguments)
    command = [sys.executable, "-m", "monitor.cli", "monitor", "-c", asked.config]
    starts = [msgspec.to_builtins(measure(command)) for _ in range(asked.runs)]
    print(msgspec.json.encode({name: statistics.median(each[name] for each in starts) for name in starts[0]}).decode())


if __name__ == "__main__":
    main()
