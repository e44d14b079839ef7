"""The page that makers of devices read tells the truth."""

import re
from pathlib import Path

from edge import wire

PAGE = (Path(__file__).parent.parent.parent / "docs" / "wire.md").read_text()
BLOCK, STATUS, *_ = re.findall(r"```json\n(.*?)```", PAGE, re.S)


def test_the_block_on_the_page_is_a_block() -> None:
    block = wire.decode(BLOCK.encode())
    assert (block.fs, len(block.x)) == (360, 5)


def test_the_status_on_the_page_is_a_status() -> None:
    assert wire.decode_status(STATUS.encode()).battery == 0.8


def test_every_field_of_a_block_is_on_the_page() -> None:
    for field in wire.SampleBlock.__struct_fields__:
        assert f"`{field}`" in PAGE


def test_the_limits_on_the_page_are_the_limits() -> None:
    assert f"{wire.MAX_PAYLOAD // 1024} KiB" in PAGE
    low, high = wire.FS_RANGE
    assert f"{low:g} to {high:g}" in PAGE
