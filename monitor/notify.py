"""What a process tells the one that supervises it: that it is ready, that it is alive. systemd's protocol, a datagram
of NAME=VALUE (sd_notify(3)); nothing is said where nobody asked for it."""

import os
import socket
from collections.abc import Callable
from typing import Final, TypeAlias

Notify: TypeAlias = Callable[[str], None]

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"
ALIVE_EVERY_S: Final = 2.0
"""A watchdog waits for several of these."""


def to_supervisor() -> Notify:
    """Says it to the socket that `NOTIFY_SOCKET` names, if it does. A supervisor that is gone is no error of ours."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return lambda _said: None
    address = "\0" + path[1:] if path.startswith("@") else path

    def say(said: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            try:
                channel.sendto(said.encode(), address)
            except OSError:
                return

    return say
