"""The dashboard as a program: it gives the terminal back whatever ends it."""

import asyncio
import signal
import sys
from typing import Final

from monitor.dashboard.app import DashboardApp

_ENDED_BY: Final = (signal.SIGTERM, signal.SIGHUP)


def run_dashboard(url: str = "mqtt://localhost:1883", *, protocol: int = 5, bell: bool = False) -> int:
    """Show the dashboard of the broker at `url` until it is quit, and return the exit status.

    `protocol` is 5, or 4 for MQTT 3.1.1; with `bell` a new high alarm rings the terminal's bell. The status is 0 after
    `q`, 128 + the signal's number after a signal, and 1 where there is no terminal or something of ours failed. Raises
    `ValueError` for a bad URL.
    """
    app = DashboardApp(url, protocol=protocol, bell=bell)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("the dashboard needs a terminal", file=sys.stderr)
        return 1
    asyncio.run(show(app))
    return app.return_code or 0


async def show(app: DashboardApp) -> None:
    """Show `app` on a running loop until it is quit, or a signal asks for the end; its `return_code` says which."""
    loop = asyncio.get_running_loop()
    try:
        for number in _ENDED_BY:
            loop.add_signal_handler(number, _leave, app, 128 + number)
        await app.run_async()
    finally:
        for number in _ENDED_BY:
            loop.remove_signal_handler(number)


def _leave(app: DashboardApp, code: int) -> None:
    app.exit(return_code=code)
