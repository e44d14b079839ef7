"""The topics of wire version 1, built and taken apart in one place."""

import re
from typing import Final, NamedTuple

ROOT: Final = "pulse/v1"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS_WITH_NAME: Final = frozenset({"samples", "alarms", "strip", "commands", "answers"})
_KINDS_ALONE: Final = frozenset({"status", "vitals", "beats", "variability"})


class Topic(NamedTuple):
    """A topic below `pulse/v1`: who, what, and which lead, condition or command (`""` where there is none)."""

    patient: str
    kind: str
    name: str = ""

    def __str__(self) -> str:
        return "/".join((ROOT, self.patient, self.kind, self.name) if self.name else (ROOT, self.patient, self.kind))


def is_name(text: str) -> bool:
    """Whether `text` can name a patient, a lead, a condition or a monitor."""
    return _NAME.fullmatch(text) is not None


def parse(topic: str) -> Topic | None:
    """The parts of a topic, or None for whatever is not exactly of wire version 1."""
    root, _, rest = topic.partition(ROOT + "/")
    if root or not rest:
        return None
    parts = rest.split("/")
    if not all(is_name(part) for part in parts):
        return None
    match parts:
        case [patient, kind, name] if kind in _KINDS_WITH_NAME:
            return Topic(patient, kind, name)
        case [patient, kind] if kind in _KINDS_ALONE:
            return Topic(patient, kind)
    return None


def monitor_status(monitor: str) -> str:
    """Where the monitor of this id says that it is alive."""
    return f"pulse/monitor/{monitor}/status"
