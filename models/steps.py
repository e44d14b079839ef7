"""Where the pipeline keeps what it has made, and how it says how far it is."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from pathlib import Path
from typing import Final, Protocol, TypeVar

import platformdirs

WORK: Final = Path("build/models")
ARTIFACTS: Final = Path(__file__).parent / "artifacts"
SEEDS: Final = (0, 1, 2, 3, 4)
"""Nets that are trained; the first is shipped whatever the others score, the others show the spread."""

_Item = TypeVar("_Item", covariant=True)


class _Counted(Sized, Iterable[_Item], Protocol[_Item]):
    """Something whose length is known beforehand."""


def recordings() -> Path:
    """The folder that holds `mitdb`, `svdb`, `cinc2017` and `nstdb`: `$PULSE_DATA`, or the user's cache."""
    return Path(os.environ.get("PULSE_DATA") or platformdirs.user_cache_dir("pulse"))


def once(path: Path, make: Callable[[Path], None]) -> None:
    """Make a file unless it is there; a step that was interrupted leaves nothing behind."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    print(f"{path} …", flush=True)
    part = path.with_name(f"part-{path.name}")
    make(part)
    part.replace(path)


def progress(what: str, items: _Counted[_Item]) -> Iterator[_Item]:
    """Yield `items`, saying on stderr how many are done and how long the rest will take."""
    began = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        left = (time.monotonic() - began) / done * (len(items) - done)
        print(f"\r{what}: {done}/{len(items)}, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
