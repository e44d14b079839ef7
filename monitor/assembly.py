"""Blocks as they come off the wire, put in order: what follows, what is lost, doubled, late, or another device's.

Three things identify a block: its counter `seq`, its first sample `n0`, and its *epoch*, the device time of sample 0
(`t − n0 / fs`), which all blocks of a session share and two sessions do not. `seq` and `n0` alone would take a rival
device that happens to be at the same count for the patient's own; the epoch alone would take a device whose clock was
just set for a stranger. Rules, the first that fits:

- the next `seq` with the next `n0` follows, whatever its clock says, unless that clock is a known rival's;
- an epoch later than ours, or a `seq` 0 after our newest block, is a session that began later: it owns the stream;
- an earlier epoch, or other scaling, is foreign;
- what is behind us is doubled or late, what is ahead of us leaves a gap, at once: a beat must not wait for a packet.

A stream that is refused for `takeover_s`, while its owner says nothing for as long, becomes the owner: so a device
without a clock, or one that was reset to 1970, is back after that time.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple

import numpy as np

from edge.types import F32
from edge.wire import SampleBlock

_APART_S: Final = 0.5
"""Epochs this close are one session: devices stamp a block when they get round to it, and crystals drift."""
_RIVAL_BLOCKS: Final = 3
"""So many foreign blocks in a row are a rival; one may be a straggler of the session before."""
_RIVAL_S: Final = 10.0
"""A rival that has been silent for so long is gone."""
_HOLES_KEPT: Final = 32


class Fate(Enum):
    """What became of a block."""

    BEGINS = auto()
    """It is the first of a session; numbers start afresh with it."""
    FOLLOWS = auto()
    TRIMMED = auto()
    """Its front had been seen; the rest follows."""
    DOUBLED = auto()
    LATE = auto()
    """It belongs into a gap that was already told."""
    FOREIGN = auto()
    """It is of another session than the one that owns the stream."""


TAKEN: Final = frozenset({Fate.BEGINS, Fate.FOLLOWS, Fate.TRIMMED})


class Placed(NamedTuple):
    """A block in its place: `x` (n,) are its new samples from number `first` on, `lost` were missing before them."""

    fate: Fate
    first: int
    x: F32
    lost: int = 0


@dataclass(slots=True)
class _Session:
    """How far the owner of a stream has come."""

    first: int
    end: int
    seq: int
    t: int
    epoch_s: float
    scale: tuple[float, ...]
    heard: float
    holes: deque[range] = field(default_factory=lambda: deque(maxlen=_HOLES_KEPT))


@dataclass(slots=True)
class _Rival:
    """A run of refused blocks that hang together."""

    end: int
    seq: int
    epoch_s: float
    since: float
    seen: float
    foreign: int = 0

    def goes_on_with(self, block: SampleBlock) -> bool:
        close = abs(epoch_s(block) - self.epoch_s) < _APART_S or block.n0 == self.end
        return close and block.seq > self.seq and block.n0 >= self.end


def epoch_s(block: SampleBlock) -> float:
    """Device time of sample 0 of the block's session, seconds since 1970."""
    return block.t * 1e-6 - block.n0 / block.fs


def _scale(block: SampleBlock) -> tuple[float, ...]:
    return block.fs, block.gain, block.offset, float(block.unit == "mV")


class Assembly:
    """One stream. `now` is wall time in seconds, of any origin."""

    def __init__(self, takeover_s: float) -> None:
        self._takeover_s = takeover_s
        self._own: _Session | None = None
        self._rival: _Rival | None = None

    @property
    def epoch_s(self) -> float:
        """Device time of sample 0 of the session that owns the stream, as its newest block has it."""
        return self._own.epoch_s if self._own else 0.0

    @property
    def end(self) -> int:
        """The number of the sample that would follow the newest."""
        return self._own.end if self._own else 0

    def conflict(self, now: float) -> bool:
        """Whether a second device claims this stream."""
        rival = self._rival
        return rival is not None and rival.foreign >= _RIVAL_BLOCKS and now - rival.seen < _RIVAL_S

    def place(self, block: SampleBlock, now: float) -> Placed:
        """Find the place of a block, and keep it in mind."""
        own = self._own
        fate = Fate.BEGINS if own is None else self._fate(own, block, now)
        if own is None or fate is Fate.BEGINS:
            return self._begin(block, now)
        if fate in TAKEN:
            return _extend(own, fate, block, now)
        return Placed(fate, block.n0, block.x[:0])

    def _fate(self, own: _Session, block: SampleBlock, now: float) -> Fate:
        same_scale = _scale(block) == own.scale
        if block.seq == own.seq + 1 and block.n0 == own.end and not self._is_rivals(own, block, now):
            return Fate.FOLLOWS if same_scale else Fate.BEGINS
        apart = epoch_s(block) - own.epoch_s
        if apart > _APART_S or (block.seq == 0 and block.t > own.t and block.n0 < own.end):
            return Fate.BEGINS
        if apart < -_APART_S:
            return self._refuse(own, Fate.FOREIGN, block, now)
        if not same_scale:
            ahead = block.seq > own.seq and block.n0 >= own.end
            return Fate.BEGINS if ahead else self._refuse(own, Fate.FOREIGN, block, now)
        if block.end <= own.end:
            return self._refuse(own, _behind(own, block), block, now)
        return Fate.FOLLOWS if block.n0 >= own.end else Fate.TRIMMED

    def _begin(self, block: SampleBlock, now: float) -> Placed:
        self._rival = None
        self._own = _Session(
            first=block.n0,
            end=block.end,
            seq=block.seq,
            t=block.t,
            epoch_s=epoch_s(block),
            scale=_scale(block),
            heard=now,
        )
        return Placed(Fate.BEGINS, block.n0, block.physical())

    def _is_rivals(self, own: _Session, block: SampleBlock, now: float) -> bool:
        """Whether a block that would follow bears the clock of a device that was refused a moment ago."""
        if abs(epoch_s(block) - own.epoch_s) < _APART_S:
            return False
        rival = self._rival
        return rival is not None and now - rival.seen < _RIVAL_S and abs(epoch_s(block) - rival.epoch_s) < _APART_S

    def _refuse(self, own: _Session, fate: Fate, block: SampleBlock, now: float) -> Fate:
        rival = self._rival
        if rival is None or not rival.goes_on_with(block):
            rival = self._rival = _Rival(block.end, block.seq, epoch_s(block), since=now, seen=now)
        rival.end, rival.seq, rival.epoch_s, rival.seen = block.end, block.seq, epoch_s(block), now
        rival.foreign += fate is Fate.FOREIGN
        alone = min(now - own.heard, now - rival.since) >= self._takeover_s
        return Fate.BEGINS if alone else fate


def _behind(own: _Session, block: SampleBlock) -> Fate:
    late = block.n0 < own.first or any(block.n0 in hole for hole in own.holes)
    return Fate.LATE if late else Fate.DOUBLED


def _extend(own: _Session, fate: Fate, block: SampleBlock, now: float) -> Placed:
    first, lost = max(block.n0, own.end), max(block.n0 - own.end, 0)
    if lost:
        own.holes.append(range(own.end, block.n0))
    own.end, own.seq, own.t, own.epoch_s, own.heard = block.end, block.seq, block.t, epoch_s(block), now
    return Placed(fate, first, np.asarray(block.physical()[first - block.n0 :]), lost)
