"""What a worker leaves on the broker for the one that takes over a shard: a value and its bytes."""

from typing import Literal

import msgspec

from monitor.memory import Memory
from monitor.retelling import Mark
from monitor.standing import Alarm


class Baton(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shard, as far as the signal of the last seconds does not say it again."""

    v: Literal[1] = 1
    memory: Memory
    """The shard's patients, and their alarms."""
    told: dict[str, Mark]
    """How far each patient has been told …"""
    stored: dict[str, Mark]
    """… and how far of that the store has it."""
    recent: tuple[Alarm, ...] = ()
    """What changed of late, newest of each id: the worker may have died before it could tell."""


def encode(baton: Baton) -> bytes:
    """As it lies on the broker."""
    return msgspec.msgpack.encode(baton)


def decode(payload: bytes) -> Baton:
    """Raises `msgspec.DecodeError` for what no worker of this version wrote."""
    return msgspec.msgpack.decode(payload, type=Baton)
