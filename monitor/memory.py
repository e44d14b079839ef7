"""What a monitor must still know after a restart, as a value and as a file."""

import os
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from monitor.standing import KeptAlarm

log = structlog.get_logger("pulse.memory")


class Memory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the monitor watches, every alarm that is there or about to be, and the limits that operators have set."""

    v: Literal[1] = 1
    at: float
    """When this was so, seconds since the epoch."""
    patients: tuple[str, ...] = ()
    alarms: tuple[KeptAlarm, ...] = ()
    limits: dict[str, dict[str, int | float]] = {}
    """By patient and name."""


def save(path: Path, memory: Memory) -> None:
    """Replace the file as a whole: after a crash at any moment it holds either the old or the new. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(memory))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def load(path: Path) -> Memory | None:
    """What was saved. None where nothing was, or where it cannot be read: then it is named, and a file that makes no
    sense is put aside, since a monitor without a memory is better than none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Memory)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        log.error("the memory of alarms makes no sense", file=str(path), error=str(error), kept_as=_put_aside(path))
    except OSError as error:
        log.error("the memory of alarms cannot be read", file=str(path), error=error.strerror)
    return None


def _put_aside(path: Path) -> str | None:
    """Under the first free name, so that nothing is overwritten."""
    names = (path.with_suffix(f".corrupt-{n}") for n in range(1, 1000))
    aside = next(name for name in names if not name.exists())
    try:
        path.rename(aside)
    except OSError:
        return None
    return str(aside)


def _sync_folder(folder: Path) -> None:
    """A rename is on disk when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
