"""The service: a broker before and behind `monitor.watch`, a clock, and an orderly end."""

import asyncio
import gc
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from edge.events import to_json
from monitor import memory
from monitor.clock import SlewedClock
from monitor.config import Config, ConfigError
from monitor.confirmation import Published, Settled
from monitor.continuity import Continuity
from monitor.ingest import BESIDE_SAMPLES, KEPT_ALARMS, SUBSCRIPTIONS
from monitor.keeper import Keeper
from monitor.link import Link, Will
from monitor.notify import ALIVE, ALIVE_EVERY_S, READY, STOPPING, Notify
from monitor.outlets import opened_store, outlets
from monitor.publications import MonitorStatus
from monitor.shipped import load_model
from monitor.sinks import Outlet
from monitor.standing import Alarm
from monitor.tasks import at_hangup, cancelled, every, running, stopped_by_signals
from monitor.watch import Told, Watch
from monitor.workers import ALL, Share

if TYPE_CHECKING:
    from monitor.cluster.worker import Worker
    from monitor.metrics_observer import Observer

_PACKAGE: Final = "pulse-monitor"
_STORE_PATIENCE_S: Final = 3.0
"""At the start; then it begins without."""
_AT_RUN_TIME: Final = ("rhythm", "patients", "alarms")
"""Sections of the configuration that need no restart."""
_AT_ONCE: Final = 256
"""Messages taken before the engine and the sinks have their turn."""
_VITALS_S: Final = 1.0
_GARBAGE: Final = (50_000, 20, 100)
"""Python's thresholds, which are made for programs without state: of thousands of patients nearly everything stays, and
looking through it at the usual pace takes 6 % of the time."""
_KEPT_S: Final = 3.0
"""A broker sends what it has kept at once; after so long the monitor stops listening to its own alarms."""


log: Final = structlog.get_logger("pulse.monitor")


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    seconds: float
    patients: int
    samples: int
    samples_lost: int
    """That never came, or came and could not be analysed."""
    beats: int
    alarms: int
    advisories: int
    counters: dict[str, int]


async def run(
    config: Config,
    *,
    stop: asyncio.Event | None = None,
    ready: Callable[[], None] = lambda: None,
    reread: Callable[[], Config] | None = None,
    share: Share = ALL,
    notify: Notify = lambda _: None,
) -> Summary:
    """Watch until `stop` is set; without one, until SIGTERM or SIGINT.

    `ready` is called whenever the broker has let the monitor in and its subscriptions hold; `reread` gives the
    configuration anew at SIGHUP; `share` is whom to watch, and `notify` who supervises this process. Raises
    `ConfigError` and `ModelMismatch` before anything is opened.
    """
    gc.set_threshold(*_GARBAGE)
    watch = Watch(config, load_model(config.model.path))
    service = Service(config, watch, ready, share, notify)
    with stopped_by_signals(stop) as stopped, at_hangup(reread, service.reconfigure):
        return await service.run(stopped)


class Service:
    """The tasks around a watch."""

    def __init__(self, config: Config, watch: Watch, ready: Callable[[], None], share: Share, notify: Notify) -> None:
        """Raises `ConfigError`; opens nothing yet."""
        self._config, self._settings = config, config.monitor
        self._watch = watch
        self._ready, self._notify = ready, notify
        self._clock = SlewedClock()
        self._began = self._clock()
        self._lag_s = 0.0
        self._visits = 0
        self._worker = self._joined()
        offline = self._status("offline")
        self._link = Link(
            config.broker,
            config.client_id,
            will=Will(offline.topic, to_json(offline)),
            subscriptions=BESIDE_SAMPLES if self._worker else SUBSCRIPTIONS,
            queue=self._settings.queue_messages,
            counters=watch.counters,
            on_up=self._came_up,
            takes=self._worker.takes if self._worker else share.takes,
        )
        self._feed, self._alarms, self._repeats = outlets(config, self._link, watch.counters)
        self._outlets: tuple[Outlet[Any], ...] = (*self._feed, *self._alarms)
        self._store = opened_store(config.store, watch.counters)
        self._observer = self._observe()
        self._keeper = self._remember(config.monitor.memory)
        self._continuity = self._go_on(share)

    def reconfigure(self, reread: Callable[[], Config]) -> None:
        """Go by another configuration as far as that can be done at run time; one that is wrong changes nothing."""
        try:
            config = reread()
            self._watch.reconfigure(config, self._clock())
        except ValueError as error:
            self._watch.counters.config_refused += 1
            log.error("the configuration is not taken", error=str(error))
            return
        self._watch.counters.config_taken += 1
        rest = [name for name in Config.__struct_fields__ if getattr(config, name) != getattr(self._config, name)]
        waiting = [name for name in rest if name not in _AT_RUN_TIME]
        log.info("the configuration is taken", **({"after_a_restart": waiting} if waiting else {}))

    async def run(self, stop: asyncio.Event) -> Summary:
        """Until `stop` is set. What one of the tasks raises ends all, and is raised."""
        begun = time.monotonic()
        if self._store:
            await asyncio.to_thread(self._store.until_tried, _STORE_PATIENCE_S)
        watching = [self._listen(), every(self._settings.tick_s, self._tick), every(_VITALS_S, self._vitals)]
        telling = [outlet.run() for outlet in self._outlets]
        telling += [repeat() for repeat in self._repeats]
        telling += [self._keeper.run()] if self._keeper else []
        telling += [self._worker.run()] if self._worker else []
        if self._observer and self._settings.metrics_address:
            telling.append(self._observer.run(self._settings.metrics_address))
        telling += [self._link.run(), every(self._settings.status_s, self._say_status)]
        telling.append(every(ALIVE_EVERY_S, self._say_alive))
        async with running(watching + telling, stop) as tasks:
            await cancelled(tasks[: len(watching)])
            await self._close()
        return self._summary(time.monotonic() - begun)

    async def _listen(self) -> None:
        while True:
            await self._link.until_messages()
            now, messages = self._clock(), self._link.take(_AT_ONCE)
            if self._continuity:
                self._continuity.keep(messages, now)
            self._link.acknowledge()
            for message in messages:
                self._watch.accept(message, now)
            await asyncio.sleep(0)

    def _tick(self, late_s: float) -> bool:
        self._lag_s = late_s
        begun = time.perf_counter()
        self._tell(self._watch.tick(self._clock()))
        if self._observer:
            self._observer.tick(late_s, time.perf_counter() - begun)
        if self._continuity:
            self._continuity.tick(self._clock())
        return self._watch.is_behind

    def _vitals(self, _late_s: float) -> bool:
        self._tell(Told(feed=self._watch.vitals(self._clock())))
        return False

    def _say_status(self, _late_s: float) -> bool:
        status = self._status("online")
        self._link.publish(status.topic, to_json(status), retain=True)
        return False

    def _say_alive(self, _late_s: float) -> bool:
        self._notify(ALIVE)
        return False

    def _came_up(self) -> None:
        """Tell a broker that may have forgotten what stands; the first time, find what a dead monitor left there."""
        self._say_status(0.0)
        self._tell(Told(alarms=self._watch.standing()))
        self._visits += 1
        if self._visits == 1 and not self._worker:
            self._link.subscribe(KEPT_ALARMS)
            asyncio.get_running_loop().call_later(_KEPT_S, self._link.unsubscribe, KEPT_ALARMS)
        else:
            self._link.unsubscribe(KEPT_ALARMS)
        self._notify(READY)
        self._ready()

    def _observe(self) -> "Observer | None":
        """Prometheus' library is imported where somebody may ask for metrics."""
        if self._settings.metrics is None:
            return None
        from monitor.metrics_observer import Observer

        return Observer(self._watch, self._link, self._outlets, self._store, self._clock, version(_PACKAGE))

    def _remember(self, path: Path | None) -> Keeper | None:
        """Go on where the monitor before has ended."""
        if path is None or self._worker:
            return None
        before = memory.load(path)
        if before is not None:
            self._watch.remember(before, self._clock())
        watch, clock = self._watch, self._clock
        return Keeper(path, lambda: watch.memory(clock()), lambda: watch.revision, self._tell_alarms, watch.counters)

    def _go_on(self, share: Share) -> Continuity | None:
        """Hear again what the monitor before has heard last."""
        folder, keep_s = self._settings.state_folder, share.recent_s(self._settings.recent_s)
        if folder is None or not keep_s or self._worker:
            return None
        continuity = Continuity(self._watch, folder, self._settings.id, keep_s)
        published = Published(self._link, self._outlets, self._keeper)
        continuity.recall(share.family(self._settings.id), share.owns, published, self._kept(), self._clock())
        return continuity

    def _joined(self) -> "Worker | None":
        """A worker among others, where the configuration says so; the library for it is imported only then."""
        config = self._config
        if config.cluster.url is None:
            return None
        try:
            from monitor.cluster.worker import Worker
        except ImportError:
            raise ConfigError("cluster.url: aio-pika is missing: pip install 'pulse-monitor[cluster]'") from None
        return Worker(config.cluster, config.broker, self._watch, self._clock, self._tell_alarms, self._kept)

    def _kept(self) -> Settled:
        """Whether the store has what it was given."""
        return Settled([self._store] if self._store else [])

    def _tell_alarms(self, alarms: list[Alarm]) -> None:
        for hears_alarms in self._alarms:
            hears_alarms.offer(*alarms)

    def _tell(self, told: Told) -> None:
        if self._worker:
            told = self._worker.keep(told)
        if self._keeper:
            self._keeper.offer(*told.alarms)
        else:
            self._tell_alarms(told.alarms)
        for hears_feed in self._feed:
            hears_feed.offer(*told.feed)
        if self._store:
            self._store.offer(told.kept)

    async def _close(self) -> None:
        """Say the last words, and that we are gone."""
        self._notify(STOPPING)
        if self._worker:
            await self._worker.close(self._settings.drain_s)
        self._tell(self._watch.close(self._clock()))
        if self._keeper:
            await self._keeper.flush()
        patience_s = self._settings.drain_s if self._link.is_up else 0.0
        await asyncio.gather(*(outlet.drain(patience_s) for outlet in self._outlets))
        if self._store:
            await asyncio.to_thread(self._store.close, self._settings.drain_s)
        if self._continuity:
            self._continuity.close(self._clock())
        offline = self._status("offline")
        await self._link.close(offline.topic, to_json(offline), self._settings.drain_s)

    def _status(self, state: str) -> MonitorStatus:
        bare = MonitorStatus(state=state, id=self._settings.id, version=version(_PACKAGE))
        if state == "offline":
            return bare
        return msgspec.structs.replace(
            bare,
            t=round(self._clock() * 1e6),
            started=round(self._began * 1e6),
            patients=self._watch.patients,
            standing_alarms=len(self._watch.standing()),
            lag_s=round(self._lag_s, 3),
            counters=self._watch.counters.by_name(),
        )

    def _summary(self, seconds: float) -> Summary:
        counters = self._watch.counters
        return Summary(
            seconds=round(seconds, 3),
            patients=counters.patients,
            samples=counters.samples,
            samples_lost=counters.samples_lost + counters.samples_dropped,
            beats=counters.beats,
            alarms=counters.alarms,
            advisories=counters.advisories,
            counters=counters.by_name(),
        )
