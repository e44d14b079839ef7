"""What it costs that a monitor dies and another goes on, by how many seconds that one hears again.

    python -m monitor.bench_takeover --db $PULSE_DATA/mitdb

Of each record two minutes, a block a second, are watched by one monitor to the end, and by four that follow on each
other without a last word.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from edge.classifier import Model
from edge.topics import parse
from edge.types import F32
from edge.wire import SampleBlock, encode
from monitor.config import Config
from monitor.continuity import Continuity
from monitor.ingest import Message
from monitor.recording import default_db, load
from monitor.shipped import load_model
from monitor.watch import Told, Watch

RECORDS: Final = ("100", "105", "106", "108", "119", "200", "203", "207", "208", "213", "222", "228", "232", "233")
SECONDS: Final = 120
DIES_AT: Final = (40, 70, 100)
STARTED_S: Final = 1.7e9
_TICKS: Final = 10
"""In a second; a successor hears fifteen seconds again in eight of them."""
_GAIN: Final = 200.0
_SAME_BEAT_S: Final = 0.15


class Takeover(msgspec.Struct, frozen=True, kw_only=True):
    """Against what one monitor alone has told."""

    seconds_heard_again: float
    beats: int
    lost: int
    told_twice: int
    class_differs: int


class _Arrived:
    """Whatever is said arrives."""

    def begin(self) -> None: ...

    def is_there(self) -> bool:
        return True


def blocks(patient: str, x: F32, fs: float) -> Iterator[Message]:
    """A signal in mV as a device sends it, a second a message."""
    step = round(fs)
    for seq, n0 in enumerate(range(0, len(x) - step + 1, step)):
        block = SampleBlock(
            seq=seq,
            n0=n0,
            t=round((STARTED_S + n0 / fs) * 1e6),
            fs=fs,
            gain=_GAIN,
            offset=0.0,
            unit="mV",
            x=np.rint(x[n0 : n0 + step] * _GAIN).astype(np.float32),
        )
        yield Message(f"pulse/v1/{patient}/samples/MLII", encode(block))


def watched(
    seconds: Sequence[Sequence[Message]], model: Model, dies_at: Sequence[int], keep_s: float, folder: Path
) -> Iterator[tuple[str, int, str]]:
    """Patient, sample and class of every beat, in the order in which they are told."""
    watch, continuity = _begun(model, keep_s, folder, STARTED_S)
    for second, messages in enumerate(seconds):
        now = STARTED_S + second + 1
        if second in dies_at:
            memory = watch.memory(now)
            watch, continuity = _begun(model, keep_s, folder, now)
            watch.remember(memory, now)
        if continuity:
            continuity.keep(messages, now)
        for message in messages:
            watch.accept(message, now)
        for _ in range(_TICKS):
            yield from _beats(watch.tick(now))
            if continuity:
                continuity.tick(now)


def _begun(model: Model, keep_s: float, folder: Path, now: float) -> tuple[Watch, Continuity | None]:
    watch = Watch(Config(), model)
    if not keep_s:
        return watch, None
    continuity = Continuity(watch, folder, "main", keep_s)
    continuity.recall("main", lambda _: True, _Arrived(), _Arrived(), now)
    return watch, continuity


def _beats(told: Told) -> Iterator[tuple[str, int, str]]:
    for said in told.feed:
        topic = parse(said.topic)
        if topic is not None and topic.kind == "beats":
            beat = msgspec.json.decode(said.payload)
            yield topic.patient, beat["sample"], beat["class"]


def compare(
    whole: Sequence[tuple[str, int, str]], parts: Sequence[tuple[str, int, str]], fs: float, heard_again_s: float
) -> Takeover:
    """What followed on each other, against one alone."""
    lost = differs = 0
    by_patient: dict[str, list[tuple[int, str]]] = {}
    for patient, sample, label in parts:
        by_patient.setdefault(patient, []).append((sample, label))
    for patient, sample, label in whole:
        off, other = min((abs(sample - n), other) for n, other in by_patient[patient])
        lost += off > _SAME_BEAT_S * fs
        differs += off <= _SAME_BEAT_S * fs and other != label
    twice = sum(int((np.diff(sorted(n for n, _ in beats)) <= _SAME_BEAT_S * fs).sum()) for beats in by_patient.values())
    return Takeover(
        seconds_heard_again=heard_again_s, beats=len(whole), lost=lost, told_twice=twice, class_differs=differs
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each time that is heard again."""
    parser = argparse.ArgumentParser(description="What a take-over costs")
    parser.add_argument("--db", type=Path, default=default_db())
    parser.add_argument("--heard-again", type=float, nargs="+", default=[0.0, 5.0, 10.0, 15.0, 30.0])
    asked = parser.parse_args(arguments)
    model = load_model()
    recordings = [load(asked.db, record, SECONDS / 60 + 1) for record in RECORDS]
    fs = recordings[0].fs
    begin = round(60 * fs)
    seconds = list(zip(*(list(blocks(r.name, r.x[begin:], fs))[:SECONDS] for r in recordings), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        whole = list(watched(seconds, model, (), 0.0, Path(folder, "whole")))
        for keep_s in asked.heard_again:
            parts = list(watched(seconds, model, DIES_AT, keep_s, Path(folder, f"{keep_s}")))
            print(msgspec.json.encode(compare(whole, parts, fs, keep_s)).decode(), flush=True)


if __name__ == "__main__":
    main()
