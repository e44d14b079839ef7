"""Everything between the broker and the broker, without either: messages and time in, alarms and publications out."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from edge.chain import Chain
from edge.classifier import Model
from edge.events import Beat, ClassifiedBeat, HeartRateVariability
from monitor import publications
from monitor.alarms import Alarms
from monitor.awaited import Awaited
from monitor.config import Config
from monitor.counters import Counters
from monitor.engine import Engine
from monitor.group import HOPS
from monitor.ingest import ChangeLimits, Command, Ingest, KeptAlarm, Message, Samples, Status
from monitor.memory import Memory
from monitor.metrics_timings import Timings
from monitor.patient_limits import PatientLimits
from monitor.publications import Publication
from monitor.recorder import Recorder
from monitor.said import Begun, Ended, Forgotten, Heard, PatientVariability, Said, Technical
from monitor.standing import Alarm
from monitor.store.entries import Entry

Filter: TypeAlias = Callable[[Said], Iterable[Said]]


@dataclass(slots=True)
class Told:
    """What is to be said."""

    alarms: list[Alarm] = field(default_factory=list)
    feed: list[Publication] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)


class Watch:
    """All patients. `now` is in seconds since the epoch and never runs backwards."""

    def __init__(self, config: Config, model: Model | None) -> None:
        """Raises `ValueError` for alarm rules that make no sense."""
        self.counters = Counters()
        self._streams = config.streams
        self._peaks = config.sinks.mqtt.peaks
        self._ingest = Ingest(config.streams.max_patients, self.counters)
        self._limits = PatientLimits(config, config.streams.max_patients)
        self._engine = Engine(
            config.streams,
            lambda fs, limits: Chain(fs, model, limits=limits, hops=HOPS),
            self.counters,
            self._limits.of,
        )
        self._alarms = Alarms(config.alarms.merged(), config.alarms.advisories, config.alarms.silence_s)
        self._raised: set[str] = set()
        self._recorder = Recorder(self._engine.newest, whole=config.store.signal) if config.store.enabled else None
        self._timings: Timings | None = None
        self._news: Filter = lambda said: (said,)
        self._worth_keeping: Filter | None = None
        self._awaited = Awaited()
        self._sessions = 0
        self._told = Told()

    @property
    def patients(self) -> int:
        """How many are watched."""
        return self._engine.patients

    @property
    def is_behind(self) -> bool:
        """Whether samples wait that the last tick left."""
        return self._engine.is_behind

    @property
    def waiting_s(self) -> float:
        """Seconds of signal that wait to be analysed, of the patient who waits longest."""
        return self._engine.waiting_s

    @property
    def silent(self) -> int:
        """Of how many patients no samples come."""
        return self._engine.silent

    @property
    def heard_at(self) -> float | None:
        """When the newest block came, of whomever; None before the first."""
        return self._engine.heard_at

    def measure(self) -> Timings:
        """How long things take, from now on."""
        self._timings = Timings()
        return self._timings

    def tell_only(self, news: Filter, worth_keeping: Filter | None = None) -> None:
        """Tell what `news` makes of what the engine says: who takes patients over hears what was told. What is kept is
        the same, where nothing else is said to be `worth_keeping`."""
        self._news, self._worth_keeping = news, worth_keeping

    @property
    def revision(self) -> tuple[int, ...]:
        """Another value whenever `memory` would be another but for its time."""
        return self._alarms.revision, self._sessions, self._limits.revision

    def memory(self, now: float) -> Memory:
        """What must outlive the monitor."""
        patients = self._awaited.patients.union(self._engine.watched)
        alarms = self._alarms.snapshot()
        return Memory(at=now, patients=tuple(sorted(patients)), alarms=alarms, limits=self._limits.own)

    def remember(self, memory: Memory, now: float) -> None:
        """Go on where a monitor has ended: at the start, before anything else. Who was watched is missed when no
        samples come, and given up after as long a silence as any patient."""
        self._limits.restore(memory.limits)
        self._alarms.restore(memory.alarms, now)
        self._raised = {alarm.id for alarm in self._alarms.standing()}
        if self._recorder:
            self._recorder.known(self._alarms.standing())
        patients = {*memory.patients, *(alarm.patient for alarm in memory.alarms)}
        missed_at = now + self._streams.signal_loss_s
        self._awaited.expect(patients, missed_at, max(missed_at, memory.at + self._streams.forget_after_s))

    def repeat(self, alarms: Iterable[Alarm]) -> None:
        """Say these at the next tick: who should have said them may have died over it."""
        self._told.alarms += alarms

    def release(self, patients: Collection[str]) -> None:
        """Others watch these from now on, and have what `memory` said of them: nothing more is said of them here."""
        self._engine.release(patients)
        self._alarms.release(patients)
        self._awaited.release(patients)
        self._limits.release(patients)
        for patient in patients:
            self._ingest.forget(patient)
        if self._recorder:
            self._recorder.release(patients)

    def reconfigure(self, config: Config, now: float) -> None:
        """Take over other limits and alarm rules. Raises `ValueError`, and then nothing has changed."""
        rules = config.alarms.merged()
        self._limits.reconfigure(config)
        self._engine.relimit(now)
        self._alarms.change(rules, config.alarms.advisories, config.alarms.silence_s)
        self._told.alarms += self._alarms.standing()

    def standing(self) -> list[Alarm]:
        """The alarms that are raised."""
        return self._alarms.standing()

    def accept(self, message: Message, now: float) -> None:
        """Take in a message; what it leads to is told at the next tick."""
        match self._ingest.accept(message):
            case Samples(patient, lead, block):
                self._engine.accept(patient, lead, block, now)
            case Status(patient, status):
                self._engine.status(patient, status)
            case Command(patient, name, condition, seconds):
                self.counters.commands += 1
                self._alarm(self._alarms.command(patient, name, condition, now, seconds))
            case ChangeLimits(patient, payload):
                self._change_limits(patient, payload, now)
            case KeptAlarm(patient, condition, kept=True):
                self._clean(patient, condition)

    def tick(self, now: float) -> Told:
        """Time has passed: what is new since the last call."""
        for said in self._engine.tick(now):
            for new in self._new(said):
                self._hear(new, now)
        self._miss(now)
        self._alarm(self._alarms.tick(now))
        return self._take(now)

    def vitals(self, now: float) -> list[Publication]:
        """Each patient in a line."""
        lines = self._engine.vitals(now)
        if self._recorder:
            self._recorder.vitals(lines, now)
        return [publications.of_vitals(line) for line in lines]

    def close(self, now: float) -> Told:
        """The end: what there is still to say, and no vitals that nobody keeps up any more. Alarms stand as they are:
        a monitor that goes away makes nobody well."""
        patients = [line.patient for line in self._engine.vitals(now)]
        for said in self._engine.flush():
            for new in self._new(said):
                if isinstance(new, Heard):
                    self._hear(new, now)
        self._told.feed += [nothing for patient in patients for nothing in publications.nothing_of(patient)]
        if self._recorder:
            self._recorder.end(now)
        return self._take(now)

    def _new(self, said: Said) -> Iterable[Said]:
        """What of this is to be told; what of it is to be kept goes there."""
        news = tuple(self._news(said))
        if self._recorder:
            for new in self._worth_keeping(said) if self._worth_keeping else news:
                self._recorder.hear(new)
        return news

    def _hear(self, said: Said, now: float) -> None:
        if self._timings:
            self._timings.hear(said)
        match said:
            case Heard(patient, lead, event):
                if isinstance(event, ClassifiedBeat) or (self._peaks and isinstance(event, Beat)):
                    self._told.feed.append(publications.of_beat(said))
                elif isinstance(event, HeartRateVariability):
                    self._told.feed.append(
                        publications.of_variability(PatientVariability.of(patient, lead, event, now))
                    )
                self.counters.beats += isinstance(event, Beat)
                self._alarm(self._alarms.event(patient, lead, event, now))
            case Technical(patient, lead, condition, active, message):
                self._alarm(self._alarms.technical(patient, condition, active, now, message, lead))
            case Begun(patient):
                self._sessions += 1
                if self._awaited.come(patient):
                    self._alarm(self._alarms.technical(patient, "signal_loss", False, now))
                    self._alarm(self._alarms.resume(patient, now))
            case Ended(patient, lead):
                self._alarm(self._alarms.restart(patient, lead, now))
            case Forgotten(patient):
                self._ingest.forget(patient)
                self._forget(patient, now)

    def _change_limits(self, patient: str, payload: bytes, now: float) -> None:
        answer = self._limits.obey(patient, payload)
        if answer.error:
            self.counters.refused["limits"] += 1
        else:
            self.counters.commands += 1
            self._engine.relimit(now)
        self._told.feed.append(publications.of_limits(answer))

    def _miss(self, now: float) -> None:
        """Those who have not come back since the monitor was restarted."""
        for patient in self._awaited.missed(now):
            self._alarm(self._alarms.technical(patient, "signal_loss", True, now))
        for patient in self._awaited.given_up(now):
            self._forget(patient, now)

    def _forget(self, patient: str, now: float) -> None:
        self._sessions += 1
        self._alarm(self._alarms.forget(patient, now))
        self._told.feed += publications.nothing_of(patient)

    def _alarm(self, alarms: list[Alarm]) -> None:
        self._told.alarms += alarms
        for alarm in alarms:
            self._count(alarm)

    def _count(self, alarm: Alarm) -> None:
        """An alarm counts once, however often it changes while it stands."""
        if alarm.state == "event":
            self.counters.advisories += 1
        elif alarm.state == "inactive":
            self._raised.discard(alarm.id)
        elif alarm.id not in self._raised:
            self._raised.add(alarm.id)
            self.counters.alarms += 1
            self.counters.raised[alarm.condition] += 1

    def _clean(self, patient: str, condition: str) -> None:
        """A monitor that died may have left alarms behind that nobody would ever end."""
        if not any(alarm.condition == condition for alarm in self._alarms.standing(patient)):
            self._told.feed.append(publications.no_alarm(patient, condition))

    def _take(self, now: float) -> Told:
        told, self._told = self._told, Told()
        if self._recorder:
            self._recorder.alarms(told.alarms, now)
            told.kept = self._recorder.take(now)
        return told
