"""The wire, version 1: what devices send, in MessagePack or JSON, told apart by the first byte.

The law: any bytes give a value or a `PayloadError`, and nothing else.
"""

import math
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
import numpy as np
from msgspec import Meta

from edge.types import F32

VERSION: Final = 1
MAX_PAYLOAD: Final = 256 * 1024
"""Bytes. A minute of 360 Hz int16 is 43 kB; more than this is a mistake or an attack."""
MAX_SAMPLES: Final = 65_536
FS_RANGE: Final = (50.0, 4000.0)
"""Hz. Below, a QRS has too few samples to be placed; above, nobody samples an ECG."""
GAIN_RANGE: Final = (1e-3, 1e7)
"""Counts per unit."""
MAX_OFFSET: Final = 1e9

Encoding = Literal["msgpack", "json"]
Flag = Literal["lead_off", "saturated", "motion"]

_Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]


class PayloadError(ValueError):
    """The device's fault: these bytes are not a message of wire version 1."""


class SampleBlock(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A block of samples of one lead, in counts."""

    seq: int
    """Block counter of the session, from 0."""
    n0: int
    """Sample number of the first sample in the session."""
    t: int
    """Device time of the first sample, µs since the epoch."""
    fs: float
    gain: float
    offset: float
    unit: Literal["mV", "au"]
    x: F32
    """Counts, `(n,)`."""
    flags: tuple[Flag, ...] = ()

    @property
    def end(self) -> int:
        """Sample number after the last."""
        return self.n0 + len(self.x)

    def physical(self) -> F32:
        """The samples in `unit`, float32."""
        value: F32 = (self.x - np.float32(self.offset)) / np.float32(self.gain)
        return value


class _Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both encodings carry; `x` is bytes in the one and numbers in the other."""

    v: Literal[1]
    seq: _Count
    n0: _Count
    t: _Count
    fs: float
    gain: float
    offset: float = 0.0
    unit: Literal["mV", "au"] = "mV"
    flags: Annotated[tuple[Flag, ...], Meta(max_length=8)] = ()


class _Packed(_Wire, frozen=True, kw_only=True):
    x: Annotated[bytes, Meta(min_length=2, max_length=2 * MAX_SAMPLES)]


class _Plain(_Wire, frozen=True, kw_only=True):
    x: Annotated[list[float], Meta(min_length=1, max_length=MAX_SAMPLES)]


class DeviceStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A birth certificate (`online`), or the last will (`offline`)."""

    v: Literal[1] = 1
    state: Literal["online", "offline"]
    device: Annotated[str, Meta(max_length=64)] = ""
    firmware: Annotated[str, Meta(max_length=64)] = ""
    leads: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=16)] = ()
    fs: float | None = None
    battery: Annotated[float, Meta(ge=0, le=1)] | None = None
    """Charge left, 0 … 1."""


_unpack = msgspec.msgpack.Decoder(_Packed)
_parse = msgspec.json.Decoder(_Plain)
_parse_status = msgspec.json.Decoder(DeviceStatus)


def decode(payload: bytes) -> SampleBlock:
    """The block in `payload`. Raises `PayloadError`."""
    if len(payload) > MAX_PAYLOAD:
        raise PayloadError(f"{len(payload)} bytes, more than {MAX_PAYLOAD}")
    if payload[:1] == b"{":
        plain = _decoded(_parse, payload)
        return _block(plain, _counts(plain.x))
    packed = _decoded(_unpack, payload)
    if len(packed.x) % 2:
        raise PayloadError("x: an odd number of bytes cannot be int16")
    return _block(packed, np.frombuffer(packed.x, "<i2").astype(np.float32))


def encode(block: SampleBlock, encoding: Encoding = "msgpack") -> bytes:
    """The payload of a block. Counts outside int16 do not fit MessagePack and raise `ValueError`."""
    head: dict[str, object] = {
        "v": VERSION,
        "seq": block.seq,
        "n0": block.n0,
        "t": block.t,
        "fs": block.fs,
        "gain": block.gain,
        "offset": block.offset,
        "unit": block.unit,
    }
    if block.flags:
        head["flags"] = block.flags
    if encoding == "json":
        return msgspec.json.encode(head | {"x": block.x.tolist()})
    counts = np.rint(block.x)
    if len(counts) and (counts.min() < -32768 or counts.max() > 32767):
        raise ValueError("counts do not fit int16")
    return msgspec.msgpack.encode(head | {"x": counts.astype("<i2").tobytes()})


def decode_status(payload: bytes) -> DeviceStatus:
    """A device's status, always JSON. Raises `PayloadError`."""
    if len(payload) > MAX_PAYLOAD:
        raise PayloadError(f"{len(payload)} bytes, more than {MAX_PAYLOAD}")
    status: DeviceStatus = _decoded(_parse_status, payload)
    if status.fs is not None:
        _check("fs", status.fs, *FS_RANGE)
    return status


def encode_status(status: DeviceStatus) -> bytes:
    """The payload of a device's status."""
    return msgspec.json.encode(status)


def _decoded(decoder: Any, payload: bytes) -> Any:
    try:
        return decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(str(error)) from None


def _counts(numbers: list[float]) -> F32:
    counts = np.asarray(numbers, np.float64)
    if not (np.abs(counts) <= MAX_OFFSET).all():
        raise PayloadError(f"x: a sample beyond ±{MAX_OFFSET:g} counts")
    return counts.astype(np.float32)


def _block(wire: _Wire, x: F32) -> SampleBlock:
    _check("fs", wire.fs, *FS_RANGE)
    _check("gain", wire.gain, *GAIN_RANGE)
    _check("offset", wire.offset, -MAX_OFFSET, MAX_OFFSET)
    return SampleBlock(
        seq=wire.seq,
        n0=wire.n0,
        t=wire.t,
        fs=wire.fs,
        gain=wire.gain,
        offset=wire.offset,
        unit=wire.unit,
        x=x,
        flags=wire.flags,
    )


def _check(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise PayloadError(f"{name}: {value} is not within {low:g} … {high:g}")
