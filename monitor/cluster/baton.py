"""What a worker leaves on the broker for the one that takes over a shard: a value and its bytes."""

from typing import Literal

import msgspec

from monitor.memory import Memory
from monitor.standing import Alarm


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """How far a patient's session has been told."""

    lead: str
    fs: float
    epoch_s: float
    """Device time of sample 0: it tells this session from the next."""
    t0_s: float
    """When sample 0 was taken, by the clock of the worker that heard it first."""
    told: int = -1
    """The newest beat that was told …"""
    known: int = -1
    """… and the newest sample at which anything was known and told."""


class Baton(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shard, as far as the signal of the last seconds does not say it again."""

    v: Literal[1] = 1
    memory: Memory
    """The shard's patients, and their alarms."""
    marks: dict[str, Mark]
    recent: tuple[Alarm, ...] = ()
    """What changed of late, newest of each id: the worker may have died before it could tell."""


def encode(baton: Baton) -> bytes:
    """As it lies on the broker."""
    return msgspec.msgpack.encode(baton)


def decode(payload: bytes) -> Baton:
    """Raises `msgspec.DecodeError` for what no worker of this version wrote."""
    return msgspec.msgpack.decode(payload, type=Baton)
