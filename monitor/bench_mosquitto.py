"""A broker and a daemon of a benchmark's own: nothing on this machine is asked for, and nothing is left."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from monitor.free_port import free_port

_LIMITS: Final = "allow_anonymous true\nmax_queued_messages 180000\nmax_inflight_messages 2000\nset_tcp_nodelay true\n"
"""Those that the project ships."""


class NoMosquitto(Exception):
    """It is not installed here; the message says how it comes to be."""


@contextmanager
def running_mosquitto(folder: Path) -> Iterator[int]:
    """A mosquitto on 127.0.0.1; gives its port. Raises `NoMosquitto`."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NoMosquitto("mosquitto is not on this machine (Debian: apt install mosquitto)")
    port = free_port()
    (folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\n{_LIMITS}")
    process = subprocess.Popen([program, "-c", str(folder / "mosquitto.conf")], stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def resident_bytes(pid: int) -> int:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def written_config(folder: Path, port: int, **sections: dict[str, Any]) -> Path:
    """The configuration of a daemon for the broker on this port, the defaults but for what would be the user's own, and
    for these `sections`."""
    config: dict[str, dict[str, Any]] = {
        "broker": {"url": f"mqtt://127.0.0.1:{port}"},
        "monitor": {"state_dir": None},
        "store": {"url": "sqlite:///store.db"},  # beside this file
        "sinks": {"log": {"enabled": False}},
    }
    for name, settings in sections.items():
        config[name] = config.get(name, {}) | settings
    path = folder / "config.yaml"
    path.write_bytes(msgspec.yaml.encode(config))
    return path
