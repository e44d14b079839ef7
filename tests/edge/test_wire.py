"""Any bytes give a block or a PayloadError, and what is encoded comes back."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge import wire
from edge.wire import DeviceStatus, Encoding, PayloadError, SampleBlock

GOOD = {
    "v": 1,
    "seq": 4,
    "n0": 1440,
    "t": 1_700_000_000_000_000,
    "fs": 360.0,
    "gain": 200.0,
    "offset": 1024.0,
    "unit": "mV",
}


def packed(**changes: object) -> bytes:
    return msgspec.msgpack.encode({**GOOD, "x": b"\x01\x00\xff\xff", **changes})


def plain(**changes: object) -> bytes:
    return json.dumps({**GOOD, "x": [1, -1], **changes}).encode()


def block_of(x: list[int], **changes: object) -> SampleBlock:
    fields = {**GOOD, "x": np.array(x, np.float32), **changes}
    del fields["v"]
    return SampleBlock(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("payload", [packed(), plain()])
def test_both_encodings_say_the_same(payload: bytes) -> None:
    block = wire.decode(payload)
    assert (block.seq, block.n0, block.fs, block.end) == (4, 1440, 360.0, 1442)
    np.testing.assert_array_equal(block.x, [1, -1])
    np.testing.assert_allclose(block.physical(), [-1023 / 200, -1025 / 200], rtol=1e-6)


@given(
    x=st.lists(st.integers(-32768, 32767), min_size=1, max_size=50),
    seq=st.integers(0, 2**53),
    encoding=st.sampled_from(["msgpack", "json"]),
)
def test_what_is_encoded_is_decoded(x: list[int], seq: int, encoding: Encoding) -> None:
    block = block_of(x, seq=seq, flags=("motion",))
    back = wire.decode(wire.encode(block, encoding))
    np.testing.assert_array_equal(back.x, block.x)
    assert (back.seq, back.t, back.flags, back.unit) == (seq, block.t, ("motion",), "mV")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fs", 0), ("fs", -360), ("fs", 1e9), ("fs", "360"), ("fs", None),
        ("gain", 0), ("gain", -200), ("gain", 1e300), ("offset", 1e30),
        ("seq", -1), ("n0", -1), ("n0", 2**60), ("t", -1), ("v", 2), ("unit", "V"),
        ("flags", ["unheard_of"]), ("flags", ["motion"] * 9), ("x", []), ("x", "no"), ("extra", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [packed, plain])
def test_absurd_values_are_refused(make: object, name: str, value: object) -> None:
    with pytest.raises(PayloadError):
        wire.decode(make(**{name: value}))  # type: ignore[operator]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["fs", "gain", "offset"])
def test_numbers_that_are_none_are_refused(name: str, value: float) -> None:
    with pytest.raises(PayloadError):
        wire.decode(packed(**{name: value}))


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"\x00", b"{", b"{}", b"[]", b"\xc1", packed()[:-1], plain()[:-1], packed(x=b"\x01"), packed(x=b""),
        plain().replace(b"[1, -1]", b"[1, NaN]"), plain().replace(b"[1, -1]", b"[1, 1e400]"), plain(x=[1e30]),
        b"{" * 100_000, b"\x91" * 100_000, b"{" + b" " * wire.MAX_PAYLOAD, b'{"x":"\xff"}',
    ],
)  # fmt: skip
def test_broken_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError):
        wire.decode(payload)


def _holds(payload: bytes) -> None:
    try:
        block = wire.decode(payload)
    except PayloadError:
        return
    assert np.isfinite(block.physical()).all()
    assert 1 <= len(block.x) <= wire.MAX_SAMPLES


@settings(max_examples=500)
@given(st.binary(max_size=200))
@example(b"\x80")
def test_any_bytes_give_a_block_or_the_one_error(payload: bytes) -> None:
    _holds(payload)


@settings(max_examples=500)
@given(st.data())
def test_a_good_payload_with_some_bytes_changed_gives_a_block_or_the_one_error(data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from([packed(), plain()])))
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    _holds(bytes(payload))


def test_counts_beyond_int16_do_not_fit_the_compact_encoding() -> None:
    block = block_of([40_000])
    with pytest.raises(ValueError, match="int16"):
        wire.encode(block)
    assert wire.decode(wire.encode(block, "json")).x[0] == 40_000


def test_a_status_comes_back_and_a_bad_one_is_refused() -> None:
    status = DeviceStatus(state="online", device="simulator", leads=("MLII",), fs=360.0, battery=0.5)
    assert wire.decode_status(wire.encode_status(status)) == status
    for bad in (b"", b"{}", b'{"state":"asleep"}', b'{"state":"online","fs":0}', b'{"state":"online","battery":2}'):
        with pytest.raises(PayloadError):
            wire.decode_status(bad)
