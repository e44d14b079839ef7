"""What a configuration says of who is told, as outlets; the libraries that only some need are imported for those."""

import importlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeAlias

from monitor.config import Config, ConfigError, Store
from monitor.counters import Counters
from monitor.link import Link
from monitor.publications import Publication
from monitor.sinks import LogAlarms, MqttAlarms, MqttSink, Outlet
from monitor.standing import Alarm

if TYPE_CHECKING:
    from monitor.store.writer import Writer

Repeats: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


def outlets(
    config: Config, link: Link, counters: Counters
) -> tuple[list[Outlet[Publication]], list[Outlet[Alarm]], list[Repeats]]:
    """Who hears the feed, who the alarms, and who of them has to repeat them. Beats in plenty must not push out an
    alarm, so each has its own queue."""
    sinks = config.sinks
    feed: list[Outlet[Publication]] = []
    alarms: list[Outlet[Alarm]] = []
    if sinks.mqtt.enabled:
        feed.append(Outlet("mqtt_feed", MqttSink(link), sinks.mqtt.queue, counters))
        alarms.append(Outlet("mqtt_alarms", MqttAlarms(link), sinks.mqtt.queue, counters))
    if sinks.log.enabled:
        alarms.append(Outlet("log", LogAlarms(sinks.log.least), sinks.log.queue, counters))
    over_http, repeats = _http_outlets(config, counters)
    return feed, alarms + over_http, repeats


def _http_outlets(config: Config, counters: Counters) -> tuple[list[Outlet[Alarm]], list[Repeats]]:
    """Their library is imported only where one is wanted."""
    webhook, alertmanager = config.sinks.webhook, config.sinks.alertmanager
    if webhook.url is None and alertmanager.url is None:
        return [], []
    from monitor.post import Alertmanager, Webhook

    outlets: list[Outlet[Alarm]] = []
    repeats: list[Repeats] = []
    if webhook.url is not None:
        hook = Webhook(webhook, counters)
        outlets.append(Outlet("webhook", hook, webhook.queue, counters, hook.close))
    if alertmanager.url is not None:
        sink = Alertmanager(alertmanager, config.monitor.id, counters)
        outlets.append(Outlet("alertmanager", sink, alertmanager.queue, counters, sink.close))
        repeats.append(sink.repeat)
    return outlets, repeats


def preload(config: Config) -> None:
    """Import what this configuration needs beyond the rest, so that processes forked from this one have it at once."""
    if config.store.enabled:
        importlib.import_module("monitor.store.writer")
    if config.monitor.metrics is not None:
        importlib.import_module("monitor.metrics_observer")
    if config.sinks.webhook.url is not None or config.sinks.alertmanager.url is not None:
        importlib.import_module("monitor.post")


def opened_store(settings: Store, counters: Counters) -> "Writer | None":
    """The database's library is imported where it is wanted: it takes a while."""
    if not settings.enabled:
        return None
    from monitor.store.writer import Writer

    try:
        return Writer(settings, counters)
    except ValueError as error:
        raise ConfigError(f"store.url: {error}") from None
