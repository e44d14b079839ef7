"""From blocks to what is to be said of each patient. No I/O, and no clock but `now`, in seconds since the epoch.

One lead of a patient is analysed: the most preferred that comes. Streams of one rate and one set of limits share a
chain; samples wait in its inbox and are fed a hop of all streams at a time.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from edge.events import Event, SignalQuality
from edge.limits import Limits
from edge.types import F32
from edge.wire import DeviceStatus, SampleBlock
from monitor.assembly import TAKEN, Assembly, Fate
from monitor.config import Streams
from monitor.counters import Counters
from monitor.facts import BATTERY_LOW, Between, DeviceClock, Facts, Missing, behind
from monitor.group import Group, SignalPath
from monitor.said import Begun, Ended, Forgotten, Heard, PatientVitals, Said, Technical

_MOST_HOPS: Final = 20
"""In one tick: two seconds of signal, so that who is behind does not keep the broker waiting."""
_FS_RANGE: Final = (100.0, 1000.0)
"""Hz. Beat images are defined for these; slower devices place a QRS too coarsely, faster ones send nothing more."""
_ALARMING_FLAGS: Final = ("lead_off", "saturated")
_WATCH_S: Final = 0.5
"""Silence is looked for this often."""


@dataclass(slots=True, eq=False)
class _Stream:
    patient: str
    lead: str
    assembly: Assembly
    heard: float
    facts: Facts = field(default_factory=Facts)
    missing: Missing = field(default_factory=Missing)
    is_behind: Between = field(default_factory=behind)
    clock: DeviceClock = field(default_factory=DeviceClock)
    flags: tuple[str, ...] | None = None
    """Of the newest block; `None` when they are to be looked at again."""
    silent: bool = False
    limits: Limits | None = None
    group: "Group[_Stream] | None" = None
    row: int = -1

    @property
    def waiting_s(self) -> float:
        """Of signal, to be analysed."""
        return self.group.waiting_s(self.row) if self.group else 0.0


class Engine:
    """All streams that are watched."""

    def __init__(
        self,
        settings: Streams,
        chain: Callable[[float, Limits], SignalPath],
        counters: Counters,
        limits: Callable[[str], Limits] = lambda _: Limits(),
    ) -> None:
        """`chain` makes the signal path for a sampling rate in Hz and the `limits` of its patients."""
        self._settings = settings
        self._chain, self._limits = chain, limits
        self._counters = counters
        self._rank = {lead: place for place, lead in enumerate(settings.leads)}
        self._streams: dict[str, _Stream] = {}
        self._births: dict[str, DeviceStatus] = {}
        self._groups: dict[tuple[float, Limits], Group[_Stream]] = {}
        self._begun: list[Said] = []
        self._said: list[Said] = []
        self._watched = 0.0

    @property
    def patients(self) -> int:
        """How many are watched."""
        return len(self._streams)

    @property
    def watched(self) -> tuple[str, ...]:
        """Who is watched."""
        return tuple(self._streams)

    @property
    def is_behind(self) -> bool:
        """Whether hops wait that the last tick left."""
        return any(group.is_ready for group in self._groups.values())

    @property
    def waiting_s(self) -> float:
        """Seconds of signal that wait to be analysed, of the stream that waits longest."""
        return max((group.most_waiting_s for group in self._groups.values()), default=0.0)

    @property
    def silent(self) -> int:
        """Of how many patients no samples come."""
        return sum(stream.silent for stream in self._streams.values())

    @property
    def heard_at(self) -> float | None:
        """When the newest block came, of whomever; None before the first."""
        return max((stream.heard for stream in self._streams.values()), default=None)

    def accept(self, patient: str, lead: str, block: SampleBlock, now: float) -> None:
        """Take in a block; it is analysed at the next tick."""
        stream = self._stream(patient, lead, now) if _FS_RANGE[0] <= block.fs <= _FS_RANGE[1] else None
        if stream is None:
            self._counters.blocks["not_analysed"] += 1
            return
        placed = stream.assembly.place(block, now)
        self._counters.blocks[placed.fate.name.lower()] += 1
        if placed.fate not in TAKEN:
            self._counters.samples_late += len(block.x) if placed.fate is Fate.LATE else 0
            return
        stream.clock.feed(block.t * 1e-6 + len(block.x) / block.fs, now)
        if placed.fate is Fate.BEGINS:
            self._begin(stream, block, now)
        if placed.lost:
            self._counters.gaps += 1
            self._counters.samples_lost += placed.lost
            stream.missing.add(placed.lost / block.fs, now)
        self._add(stream, placed.first, placed.x)
        self._heard(stream, block.flags, now)

    def status(self, patient: str, status: DeviceStatus) -> None:
        """What a device says of itself; kept, where its samples are still to come."""
        stream = self._streams.get(patient)
        if stream is None:
            self._keep_birth(patient, status)
        else:
            self._hear_status(stream, status)

    def _keep_birth(self, patient: str, status: DeviceStatus) -> None:
        """Of so many patients as are watched at most: a flood of birth certificates costs no more."""
        self._births.pop(patient, None)
        if status.state == "online":
            self._births[patient] = status
        if len(self._births) > self._settings.max_patients:
            del self._births[next(iter(self._births))]

    def _hear_status(self, stream: _Stream, status: DeviceStatus) -> None:
        stream.flags = None
        stream.facts.say("device_offline", status.state == "offline")
        if status.battery is not None:
            stream.facts.say("battery_low", status.battery < BATTERY_LOW, f"Battery at {status.battery:.0%}")
        self._tell_facts(stream)

    def relimit(self, now: float) -> None:
        """Limits may have changed. Whose did is analysed afresh from the next sample on: a bank has one set of them."""
        for stream in self._streams.values():
            if stream.group is not None and stream.limits != self._limits(stream.patient):
                fs, first = stream.group.fs, stream.assembly.end
                self._leave_row(stream)
                self._join(stream, fs, first, now - first / fs)

    def release(self, patients: Collection[str]) -> None:
        """Others watch these from now on: nothing more is said of them."""
        self._leave()
        for stream in [self._streams.pop(patient) for patient in patients if patient in self._streams]:
            if stream.group is not None:
                stream.group.drop(stream.row)
        self._begun = [said for said in self._begun if said.patient not in patients]
        self._said = [said for said in self._said if said.patient not in patients]

    def tick(self, now: float) -> list[Said]:
        """Feed what waits, and see who has fallen silent. Everything that is new, in order for each stream."""
        self._leave()
        self._said += self._begun
        self._begun = []
        fed = 0
        while fed < _MOST_HOPS and self.is_behind:
            fed += self._feed()
        if now - self._watched >= _WATCH_S:
            self._watched = now
            self._watch(now)
        return self._told()

    def flush(self) -> list[Said]:
        """The end of all streams: everything that is still to be said."""
        while self.is_behind:
            self._feed()
        for stream in self._streams.values():
            self._end(stream)
        self._streams.clear()
        self._leave()
        return self._told()

    def vitals(self, now: float) -> list[PatientVitals]:
        """Every patient in a line; of a silent stream no rate is known."""
        return [
            PatientVitals(
                t=round(now * 1e6),
                patient=stream.patient,
                lead=stream.lead,
                fs=group.fs,
                t0=round(stream.assembly.epoch_s * 1e6),
                sample=line.sample,
                hr_bpm=None if stream.silent else line.hr_bpm,
                rhythm="" if stream.silent else line.rhythm,
                quality="unusable" if stream.silent else line.quality,
                pvc_per_min=line.pvc_per_min,
            )
            for group in self._groups.values()
            for stream, line in group.vitals()
        ]

    def newest(self, patient: str, seconds: float) -> tuple[int, F32] | None:
        """The newest contiguous samples of a patient, at most so many seconds of those that are held: the number of
        the first, and (n,) in mV."""
        stream = self._streams.get(patient)
        return stream.group.newest(stream.row, seconds) if stream and stream.group else None

    def _stream(self, patient: str, lead: str, now: float) -> _Stream | None:
        """The stream of this lead, if it is the one to be analysed."""
        stream = self._streams.get(patient)
        if stream is not None and stream.lead == lead:
            return stream
        if lead in self._settings.not_ecg:
            return None
        if stream is not None:
            if not (stream.silent or self._is_better(lead, stream.lead)):
                return None
            self._end(stream)
        else:
            self._counters.patients += 1
        stream = _Stream(patient, lead, Assembly(self._settings.signal_loss_s), heard=now)
        self._streams[patient] = stream
        born = self._births.pop(patient, None)
        if born is not None:
            self._hear_status(stream, born)
        return stream

    def _is_better(self, lead: str, other: str) -> bool:
        last = len(self._rank)
        return self._rank.get(lead, last) < self._rank.get(other, last)

    def _begin(self, stream: _Stream, block: SampleBlock, now: float) -> None:
        """A session begins: a fresh row, and the old one says its last."""
        self._leave_row(stream)
        self._join(stream, block.fs, block.n0, now - block.end / block.fs)

    def _leave_row(self, stream: _Stream) -> None:
        if stream.group is not None:
            self._counters.samples_dropped += stream.group.end(stream.row)
            stream.facts.say("poor_signal", False)

    def _join(self, stream: _Stream, fs: float, first: int, t0_s: float) -> None:
        """Give the stream a row among those of its rate and limits."""
        stream.limits = self._limits(stream.patient)
        group = self._groups.get((fs, stream.limits))
        if group is None:
            group = Group(fs, self._chain(fs, stream.limits), self._settings.backlog_s)
            self._groups[fs, stream.limits] = group
        stream.group, stream.row = group, group.join(stream, first)
        self._begun.append(Begun(stream.patient, stream.lead, fs, first, t0_s, stream.assembly.epoch_s))

    def _add(self, stream: _Stream, first: int, x: F32) -> None:
        assert stream.group is not None, "a session begins before its samples come"
        self._counters.samples += len(x)
        self._counters.samples_dropped += stream.group.add(stream.row, first, x)

    def _heard(self, stream: _Stream, flags: tuple[str, ...], now: float) -> None:
        stream.heard = now
        if flags == stream.flags and not stream.silent:
            return
        stream.flags, stream.silent = flags, False
        for flag in _ALARMING_FLAGS:
            stream.facts.say(flag, flag in flags)
        stream.facts.say("signal_loss", False)
        stream.facts.say("device_offline", False)
        self._tell_facts(stream)

    def _feed(self) -> int:
        """Some hops of every stream that has any; returns how many they were of the stream that had most."""
        hops = 0
        for group in self._groups.values():
            said, fed = group.feed()
            self._hear(said)
            hops = max(hops, fed)
        self._counters.hops += hops
        return hops

    def _hear(self, found: list[tuple[_Stream, Event]]) -> None:
        for stream, event in found:
            self._said.append(Heard(stream.patient, stream.lead, event))
            if isinstance(event, SignalQuality):
                stream.facts.say("poor_signal", event.quality == "unusable", ", ".join(event.reasons))
                self._tell_facts(stream)

    def _watch(self, now: float) -> None:
        """Who has been silent for too long, by wall time; and what else time alone changes."""
        silenced = [stream for stream in self._streams.values() if self._has_fallen_silent(stream, now)]
        for group in self._groups.values():
            self._hear(group.pause([stream.row for stream in silenced if stream.group is group]))
        for stream in list(self._streams.values()):
            stream.facts.say("conflict", stream.assembly.conflict(now))
            stream.facts.say("gaps", stream.missing.is_much(now))
            stream.facts.say("overloaded", stream.is_behind(stream.waiting_s))
            is_off = stream.clock.is_off()
            off = f"Device's clock is off by {-stream.clock.off_s():+.0f} s" if is_off else ""
            stream.facts.say("clock_drift", is_off, off)
            if stream.facts.have_changed:
                self._tell_facts(stream)
            if now - stream.heard >= self._settings.forget_after_s:
                self._forget(stream)

    def _has_fallen_silent(self, stream: _Stream, now: float) -> bool:
        if stream.silent or now - stream.heard < self._settings.signal_loss_s:
            return False
        stream.silent = True
        stream.facts.say("signal_loss", True)
        return True

    def _forget(self, stream: _Stream) -> None:
        self._end(stream)
        del self._streams[stream.patient]
        self._leave()
        self._said.append(Forgotten(stream.patient))

    def _end(self, stream: _Stream) -> None:
        """The stream is to leave, and what was wrong with it ends."""
        self._leave_row(stream)
        stream.facts.end()
        self._tell_facts(stream)

    def _leave(self) -> None:
        """Those whose session has ended say their last."""
        for which, group in list(self._groups.items()):
            found, gone = group.leave()
            self._hear(found)
            self._said += [Ended(stream.patient, stream.lead) for stream in gone]
            if group.is_empty:
                del self._groups[which]

    def _tell_facts(self, stream: _Stream) -> None:
        self._said += [Technical(stream.patient, stream.lead, *fact) for fact in stream.facts.changed()]

    def _told(self) -> list[Said]:
        said, self._said = self._said, []
        return said
