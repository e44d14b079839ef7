"""What the operator may set: typed, bounded, and checked whole before anything is opened.

`config.yaml` at the root states every default with its unit and reason. Only differences need to be in a file.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias

import msgspec
import platformdirs
from msgspec import Meta, field

from edge.broker_url import BrokerUrl, parse_url
from edge.rhythm import Limits
from monitor.alarm_rules import DEFAULT_RULES, AlarmSettings, Priority, RuleChange
from monitor.yaml_source import ConfigError, Source

__all__ = ["Broker", "Config", "ConfigError", "load"]

_Name: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
AUTO: Final = "auto"
"""Where this system keeps such files for its users."""
_SQLITE_FILE: Final = "sqlite:///"
_STORES: Final = (_SQLITE_FILE, "postgresql://")
_Queue: TypeAlias = Annotated[int, Meta(ge=10, le=10_000_000)]


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Broker(_Section, frozen=True, kw_only=True):
    """How the broker is reached."""

    url: str = "mqtt://127.0.0.1:1883"
    protocol: Literal[5, 311] = 5
    client_id: _Name | None = None
    keepalive_s: Annotated[int, Meta(ge=2, le=3600)] = 15
    session_s: Annotated[int, Meta(ge=0, le=86_400)] = 30
    retry_first_s: Annotated[float, Meta(gt=0, le=60)] = 0.5
    retry_most_s: Annotated[float, Meta(gt=0, le=600)] = 15.0
    username_env: str = "PULSE_MQTT_USERNAME"
    password_env: str = "PULSE_MQTT_PASSWORD"
    ca_file: str | None = None

    def address(self) -> BrokerUrl:
        """Where `url` says the broker is. Raises `ValueError`."""
        url = parse_url(self.url)
        if url.user is not None:
            raise ValueError("credentials come from the environment, see username_env and password_env")
        return url

    def credentials(self) -> tuple[str | None, str | None]:
        """Name and password, where the environment has them."""
        return os.environ.get(self.username_env), os.environ.get(self.password_env)


class Address(NamedTuple):
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Service(_Section, frozen=True, kw_only=True):
    """The daemon itself."""

    id: _Name = "main"
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    tick_s: Annotated[float, Meta(ge=0.01, le=1)] = 0.1
    status_s: Annotated[float, Meta(ge=0.5, le=600)] = 5.0
    queue_messages: _Queue = 20_000
    drain_s: Annotated[float, Meta(ge=0, le=60)] = 3.0
    state_dir: str | None = AUTO
    recent_s: Annotated[float, Meta(ge=0, le=120)] | None = None
    metrics: Annotated[str, Meta(pattern=r"^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$")] | None = None

    @property
    def metrics_address(self) -> Address | None:
        """Where `metrics` says that they can be asked for."""
        if self.metrics is None:
            return None
        host, _, port = self.metrics.rpartition(":")
        return Address(host.strip("[]"), int(port))

    @property
    def memory(self) -> Path | None:
        """The file of what must outlive the monitor."""
        folder = self.state_folder
        return folder and folder / f"monitor-{self.id}.json"

    @property
    def state_folder(self) -> Path | None:
        """Where what must outlive the monitor is."""
        if self.state_dir is None:
            return None
        return platformdirs.user_state_path("pulse") if self.state_dir == AUTO else Path(self.state_dir)


class Streams(_Section, frozen=True, kw_only=True):
    """Which streams are watched, and for how long."""

    max_patients: Annotated[int, Meta(ge=1, le=100_000)] = 2000
    leads: tuple[_Name, ...] = ("MLII", "II", "ecg", "ECG", "I", "V1", "V2", "V5")
    not_ecg: tuple[_Name, ...] = ("ppg", "PPG", "resp", "RESP", "abp", "ABP")
    signal_loss_s: Annotated[float, Meta(ge=1, le=60)] = 5.0
    forget_after_s: Annotated[float, Meta(ge=10, le=7 * 86_400)] = 3600.0
    backlog_s: Annotated[float, Meta(ge=2, le=600)] = 40.0


class ModelFile(_Section, frozen=True, kw_only=True):
    """The classifier."""

    path: str | None = None


class MqttSink(_Section, frozen=True, kw_only=True):
    """Alarms, beats and vitals on the broker."""

    enabled: bool = True
    queue: _Queue = 10_000
    peaks: bool = False


class LogSink(_Section, frozen=True, kw_only=True):
    """Alarms in the log."""

    enabled: bool = True
    queue: _Queue = 1000
    least: Priority = "low"


class _HttpSink(_Section, frozen=True, kw_only=True):
    url: Annotated[str, Meta(pattern=r"^https?://[^/\s]+")] | None = None
    queue: _Queue = 1000
    least: Literal["high", "medium", "low"] = "low"
    timeout_s: Annotated[float, Meta(gt=0, le=60)] = 5.0
    retry_first_s: Annotated[float, Meta(gt=0, le=60)] = 0.5
    retry_most_s: Annotated[float, Meta(gt=0, le=3600)] = 60.0


class WebhookSink(_HttpSink, frozen=True, kw_only=True):
    """Alarms to a server of one's own."""

    secret_env: str = "PULSE_WEBHOOK_SECRET"


class AlertmanagerSink(_HttpSink, frozen=True, kw_only=True):
    """Alarms to Prometheus' Alertmanager."""


class Sinks(_Section, frozen=True, kw_only=True):
    """Who is told."""

    mqtt: MqttSink = field(default_factory=MqttSink)
    log: LogSink = field(default_factory=LogSink)
    webhook: WebhookSink = field(default_factory=WebhookSink)
    alertmanager: AlertmanagerSink = field(default_factory=AlertmanagerSink)


class Store(_Section, frozen=True, kw_only=True):
    """What is kept for later."""

    enabled: bool = True
    url: str = AUTO
    queue: _Queue = 100_000
    batch_s: Annotated[float, Meta(ge=0.05, le=60)] = 1.0
    keep_days: Annotated[float, Meta(gt=0, le=36_500)] = 90.0
    most_mb: Annotated[float, Meta(ge=1, le=1e8)] = 20_000.0
    signal: bool = False

    @property
    def address(self) -> str:
        """The URL, also where `url` leaves the choice to us."""
        if self.url != AUTO:
            return self.url
        return f"{_SQLITE_FILE}{platformdirs.user_data_path('pulse') / 'store.db'}"


class Cluster(_Section, frozen=True, kw_only=True):
    """Several machines that share the patients of one RabbitMQ."""

    url: Annotated[str, Meta(pattern=r"^amqps?://[^/@\s]+/?$")] | None = None
    warm_up_s: Annotated[float, Meta(ge=7, le=45)] = 15.0
    commit_s: Annotated[float, Meta(ge=0.02, le=5)] = 0.2
    heartbeat_s: Annotated[int, Meta(ge=2, le=600)] = 5
    unacknowledged: Annotated[int, Meta(ge=100, le=65_535)] = 20_000


class Patient(_Section, frozen=True, kw_only=True):
    """What is otherwise for one patient."""

    rhythm: dict[str, int | float] = field(default_factory=dict)


class Config(_Section, frozen=True, kw_only=True):
    """Everything that can be set."""

    broker: Broker = field(default_factory=Broker)
    monitor: Service = field(default_factory=Service)
    streams: Streams = field(default_factory=Streams)
    model: ModelFile = field(default_factory=ModelFile)
    rhythm: Limits = field(default_factory=Limits)
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    patients: dict[_Name, Patient] = field(default_factory=dict)
    sinks: Sinks = field(default_factory=Sinks)
    store: Store = field(default_factory=Store)
    cluster: Cluster = field(default_factory=Cluster)

    @property
    def client_id(self) -> str:
        """Under which the broker keeps the monitor's session."""
        return self.broker.client_id or f"pulse-monitor-{self.monitor.id}"

    def limits_of(self, patient: str, over: Mapping[str, int | float] = {}) -> Limits:
        """What holds for a patient, with what is set `over` the configuration. Raises `ValueError`."""
        other = {**(self.patients[patient].rhythm if patient in self.patients else {}), **over}
        if not other:
            return self.rhythm
        try:
            return msgspec.convert(msgspec.to_builtins(self.rhythm) | other, Limits)
        except msgspec.ValidationError as error:
            raise ValueError(f"{patient}: {error}") from None


def load(path: Path) -> Config:
    """The configuration in a file; paths in it are relative to it. Raises `ConfigError`."""
    source = Source.read(path)
    config = source.convert(Config, known=_known())
    with source.blame("broker", "url"):
        config.broker.address()
    with source.blame("alarms", "rules"):
        config.alarms.merged()
    with source.blame("broker", "retry_first_s"):
        _check_order(config.broker)
    for name in config.patients:
        with source.blame("patients", name, "rhythm"):
            config.limits_of(name)
    with source.blame("store", "url"):
        _check_store(config.store.address)
    return _anchored(config, path.parent)


def _known() -> dict[str, Any]:
    """Every key that there is."""
    keys: dict[str, Any] = msgspec.to_builtins(Config())
    keys["alarms"]["rules"] = {name: dict.fromkeys(RuleChange.__struct_fields__) for name in DEFAULT_RULES}
    return keys


def _check_order(broker: Broker) -> None:
    if broker.retry_first_s > broker.retry_most_s:
        raise ValueError(f"expected at most retry_most_s, {broker.retry_most_s:g}")


def _check_store(url: str) -> None:
    """Without the database's own library, which takes a while to import."""
    if not url.startswith(_STORES):
        raise ValueError(f"expected {' or '.join(_STORES)}…, got {url!r}")


def _anchored(config: Config, folder: Path) -> Config:
    def absolute(path: str | None) -> str | None:
        return path if path is None or path == AUTO else str(folder / Path(path).expanduser())

    url = config.store.url
    if url.startswith(_SQLITE_FILE):
        url = f"{_SQLITE_FILE}{absolute(url.removeprefix(_SQLITE_FILE))}"
    changes: dict[str, Any] = {
        "store": msgspec.structs.replace(config.store, url=url),
        "broker": msgspec.structs.replace(config.broker, ca_file=absolute(config.broker.ca_file)),
        "monitor": msgspec.structs.replace(config.monitor, state_dir=absolute(config.monitor.state_dir)),
        "model": msgspec.structs.replace(config.model, path=absolute(config.model.path)),
    }
    return msgspec.structs.replace(config, **changes)
