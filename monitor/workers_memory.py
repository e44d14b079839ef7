"""What monitors remember, dealt out anew when there are more or fewer of them than before.

Only who supervises does this, while no worker runs. At every moment each patient is in some file whole, so that a crash
in the middle costs nothing: first everything together in one file, then the parts, and only then the others go.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from monitor import memory
from monitor.memory import Memory
from monitor.workers import Share, name


def deal(folder: Path, monitor: str, count: int) -> None:
    """Give each of `count` workers what is theirs of all that this monitor's processes have left. Raises `OSError`."""
    left = {path: kept for path in _files(folder, monitor) if (kept := memory.load(path)) is not None}
    whole = merged(left.values())
    names = [monitor] if count == 1 else [name(monitor, index) for index in range(count)]
    parts = {_path(folder, of): part(whole, Share(index, count).owns) for index, of in enumerate(names)}
    if all(_same(left.get(path), kept) for path, kept in parts.items()) and left.keys() <= parts.keys():
        return
    together = _path(folder, monitor)
    for path, kept in {together: whole, **parts}.items():
        memory.save(path, kept)
    for path in {*left, together} - parts.keys():
        path.unlink()


def merged(memories: Iterable[Memory]) -> Memory:
    """Of all of them; of a patient that is in several, what the newest says."""
    by_age = sorted(memories, key=lambda kept: kept.at)
    newest = {patient: kept for kept in by_age for patient in _named(kept)}
    parts = [part(kept, lambda patient, kept=kept: newest.get(patient) is kept) for kept in by_age]  # type: ignore[misc]
    return Memory(
        at=max((kept.at for kept in by_age), default=0.0),
        patients=tuple(sorted(patient for kept in parts for patient in kept.patients)),
        alarms=tuple(alarm for kept in parts for alarm in kept.alarms),
        limits={patient: limits for kept in parts for patient, limits in kept.limits.items()},
    )


def part(whole: Memory, owns: Callable[[str], bool]) -> Memory:
    """What it says of some patients."""
    return msgspec.structs.replace(
        whole,
        patients=tuple(filter(owns, whole.patients)),
        alarms=tuple(alarm for alarm in whole.alarms if owns(alarm.patient)),
        limits={patient: limits for patient, limits in whole.limits.items() if owns(patient)},
    )


def _named(kept: Memory) -> set[str]:
    return {*kept.patients, *(alarm.patient for alarm in kept.alarms), *kept.limits}


def _same(one: Memory | None, other: Memory) -> bool:
    """But for their age. Where there is no file, nothing is as good."""
    found = one or Memory(at=other.at)
    return msgspec.structs.replace(found, at=other.at) == other


def _path(folder: Path, of: str) -> Path:
    return folder / f"monitor-{of}.json"


def _files(folder: Path, monitor: str) -> list[Path]:
    """Of this monitor alone and of its workers, however many there were."""
    its = re.compile(rf"monitor-{monitor}(-\d+)?\.json")
    return sorted(path for path in folder.glob("monitor-*.json") if its.fullmatch(path.name))
