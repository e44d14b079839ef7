"""The last seconds of everybody's samples, and how far each patient has been told, for the process that comes after.

What a monitor has acknowledged and not yet analysed, and all that its filters, thresholds and templates have learned,
dies with it. The one that is started in its place reads these seconds again, learns from them, and goes on where the
other has ended, as `monitor.cluster.retelling` has it.

The files outlive a process, whatever ends it: what was handed to the kernel is there. They are not for a loss of
power, after which these seconds are of no use, so nothing is forced to the disk; where the folder is in memory (`/run`)
nothing ever comes near one.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from monitor.ingest import Message
from monitor.retelling import Mark

_SAMPLES: Final = "/samples/"
_LENGTH: Final = 4
_SUFFIX: Final = ".journal"

log: Final = structlog.get_logger("pulse.journal")


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """What came together."""

    at: float
    """When, seconds since the epoch."""
    samples: list[tuple[str, bytes]] = []
    """Topics and payloads."""
    marks: dict[str, dict[str, Mark]] = {}
    """By who was told, and patient."""


_decoder: Final = msgspec.msgpack.Decoder(Chunk)


class Journal:
    """Two files in turn: the older one goes when the newer holds enough."""

    def __init__(self, folder: Path, name: str, keep_s: float) -> None:
        """Opens nothing yet."""
        self.marks: dict[str, dict[str, Mark]] = {}
        """All that there are, by who was told and patient: a file begins with them."""
        self._folder, self._name, self._keep_s = folder, name, keep_s
        self._file = -1
        self._begun = float("-inf")

    def samples(self, messages: Sequence[Message], now: float) -> None:
        """Keep the blocks among these messages. Raises `OSError`."""
        blocks = [(topic, payload) for topic, payload, retained in messages if _SAMPLES in topic and not retained]
        if blocks:
            self._write(Chunk(now, samples=blocks))

    def told(self, whom: str, marks: Mapping[str, Mark], now: float) -> None:
        """So far somebody has been told of these patients. Raises `OSError`."""
        if marks:
            self._write(Chunk(now, marks={whom: dict(marks)}))

    def close(self) -> None:
        """No more comes."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write(self, chunk: Chunk) -> None:
        if chunk.at - self._begun >= self._keep_s:
            self._turn(chunk.at)
        written = msgspec.msgpack.encode(chunk)
        framed = len(written).to_bytes(_LENGTH) + written
        if os.write(self._file, framed) < len(framed):
            self._begun = float("-inf")  # the disk is full: what comes now must not stand behind half a chunk

    def _turn(self, now: float) -> None:
        """Begin another file, and let go of all but the last."""
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        before = sorted(self._folder.glob(f"{self._name}.*{_SUFFIX}"))
        path = self._folder / f"{self._name}.{round(now * 1000):015d}{_SUFFIX}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._begun = now
        for old in before[:-1]:
            old.unlink(missing_ok=True)
        self._write(Chunk(now, marks=self.marks))


class Recalled(msgspec.Struct, frozen=True):
    """What a process before has left."""

    messages: list[tuple[float, Message]]
    """When each came, in that order."""
    marks: dict[str, dict[str, Mark]]
    """By who was told, and patient."""


def recall(folder: Path, monitor: str, owns: Callable[[str], bool], keep_s: float, since: float) -> Recalled:
    """The newest `keep_s` of what a monitor, or any of its workers, has left since a time, of the patients that `owns`
    names. Older files are let go."""
    chunks = sorted(_chunks(folder, monitor, since), key=lambda chunk: chunk.at)
    messages = [
        (chunk.at, Message(topic, payload))
        for chunk in chunks
        for topic, payload in chunk.samples
        if owns(topic.split("/")[2])
    ]
    begin = messages[-1][0] - keep_s if messages else 0.0
    marks: dict[str, dict[str, Mark]] = {}
    for chunk in chunks:
        for whom, told in chunk.marks.items():
            marks.setdefault(whom, {}).update((patient, mark) for patient, mark in told.items() if owns(patient))
    return Recalled([(at, message) for at, message in messages if at >= begin], marks)


def _chunks(folder: Path, monitor: str, since: float) -> Iterator[Chunk]:
    its = re.compile(rf"{monitor}(-\d+)?\.\d+{re.escape(_SUFFIX)}")
    for path in folder.glob(f"*{_SUFFIX}"):
        if not its.fullmatch(path.name):
            continue
        if path.stat().st_mtime < since:
            path.unlink(missing_ok=True)
        else:
            yield from (chunk for chunk in _read(path) if chunk.at >= since)


def _read(path: Path) -> Iterator[Chunk]:
    """Up to where it makes sense: its writer may have died over the last chunk."""
    try:
        content = path.read_bytes()
    except OSError as error:
        log.error("the last seconds cannot be read", file=str(path), error=error.strerror)
        return
    at = 0
    while at + _LENGTH <= len(content):
        end = at + _LENGTH + int.from_bytes(content[at : at + _LENGTH])
        if end > len(content):
            return
        try:
            yield _decoder.decode(content[at + _LENGTH : end])
        except msgspec.DecodeError as error:
            log.error("the last seconds make no sense", file=str(path), error=str(error))
            return
        at = end
