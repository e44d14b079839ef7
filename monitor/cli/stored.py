"""What the commands that read the store have in common."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from monitor.config import Config, load
from monitor.store import database
from monitor.store.database import StoreError
from monitor.store.found import Period
from monitor.store.reader import Reader

_F = TypeVar("_F", bound=Callable[..., Any])
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO: Final = re.compile(r"(\d+(?:\.\d+)?)([mhdw])")


class Moment(click.ParamType[int]):
    """A time: so long ago (`30m`, `24h`, `7d`, `2w`), or a date (`2026-03-01`, `2026-03-01T08:30`)."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """µs since the epoch."""
        if isinstance(value, int):
            return value
        ago = _AGO.fullmatch(value)
        if ago:
            return _us(datetime.now() - timedelta(**{_UNITS[ago[2]]: float(ago[1])}))
        try:
            return _us(datetime.fromisoformat(value))
        except ValueError:
            self.fail(f"{value!r} is neither like 30m, 24h, 7d nor like 2026-03-01T08:30", param, ctx)


def store_options(command: _F) -> _F:
    """`--store`, `-c`, `--since` and `--until`; the command gets them as `store` and `period`."""
    for option in (
        click.option("--until", type=Moment(), help="Until then."),
        click.option("--since", type=Moment(), help="From then on: 30m, 24h, 7d, or a date."),
        click.option("-c", "--config", type=click.Path(path_type=Path), help="The monitor's configuration."),
        click.option("--store", metavar="URL", envvar="PULSE_STORE", show_envvar=True, help="The store itself."),
    ):
        command = option(command)
    return command


def period_of(since: int | None, until: int | None) -> Period:
    """What is asked about."""
    return Period(since or 0, until or time.time_ns() // 1000 + 1)


@contextmanager
def opened(store: str | None, config: Path | None) -> Iterator[Reader]:
    """The store at a URL, or that of a configuration, or the usual one. Raises `StoreError` or `ConfigError`."""
    url = store or (load(config) if config else Config()).store.address
    try:
        engine = database.connect(_existing(url))
    except ValueError as error:
        raise StoreError(str(error)) from None
    try:
        database.migrate(engine)
        with database.explained(engine), engine.connect() as connection:
            yield Reader(connection)
    finally:
        engine.dispose()


def clock(us: int | None, form: str = "%d %b %H:%M:%S") -> str:
    """A time as people here write it."""
    return "" if us is None else datetime.fromtimestamp(us / 1e6).strftime(form)


def _existing(url: str) -> str:
    """SQLite would make a file that is not there, and show it empty."""
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists():
        raise StoreError(f"{path}: there is no store; a monitor makes it")
    return url


def _us(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)
