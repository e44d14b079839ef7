"""The configuration is checked whole, and an error says where and what."""

from pathlib import Path

import pytest

from edge.broker_url import BrokerUrl
from monitor.config import Broker, Config, ConfigError, load

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def written(folder: Path, text: str) -> Path:
    path = folder / "pulse.yaml"
    path.write_text(text)
    return path


def test_the_shipped_file_states_the_defaults() -> None:
    assert load(SHIPPED) == Config()


def test_the_shipped_file_leaves_none_out() -> None:
    """A key that is not in it would be a setting that nobody finds."""
    import msgspec
    import yaml

    def keys(values: object, above: str = "") -> set[str]:
        if not isinstance(values, dict):
            return {above}
        return {above}.union(*(keys(value, f"{above}.{name}") for name, value in values.items()))

    assert keys(yaml.safe_load(SHIPPED.read_text())) == keys(msgspec.to_builtins(Config()))


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(written(tmp_path, "# nothing\n")) == Config()


def test_a_file_needs_only_what_differs(tmp_path: Path) -> None:
    config = load(written(tmp_path, "monitor: {id: ward-3}\nrhythm:\n  tachycardia_bpm: 110\n"))
    assert (config.monitor.id, config.client_id) == ("ward-3", "pulse-monitor-ward-3")
    assert config.rhythm.tachycardia_bpm == 110
    assert config.streams == Config().streams


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, "model: {path: mine.tflite}\nbroker: {ca_file: /etc/ca.pem}\n"))
    assert config.model.path == str(tmp_path / "mine.tflite")
    assert config.broker.ca_file == "/etc/ca.pem"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("brokr: {}", ":1: brokr: no such key; did you mean broker?"),
        ("broker:\n  url: mqtt://h\n  keep_alive: 3", ":3: broker.keep_alive: no such key; did you mean keepalive_s?"),
        ("rhythm:\n  zzz: 3", ":2: rhythm.zzz: no such key; there are bradycardia_bpm, tachycardia_bpm,"),
        ("broker: {protocol: 4}", ":1: broker.protocol: invalid enum value 4"),
        ("broker: {keepalive_s: soon}", ":1: broker.keepalive_s: expected `int`, got `str`"),
        ("streams:\n  max_patients: 0", ":2: streams.max_patients: expected `int` >= 1"),
        ("streams: {leads: [MLII,\n  'a/b']}", ":2: streams.leads.1: expected `str` matching regex"),
        ("monitor: {id: 'a/#'}", ":1: monitor.id: expected `str` matching regex"),
        ("broker: {url: 'http://x'}", ":1: broker.url: a broker's URL begins with mqtt:// or mqtts://"),
        ("broker: {url: 'mqtt://h:99999'}", ":1: broker.url: not a broker's URL"),
        ("broker: {url: 'mqtt://me:secret@h'}", ":1: broker.url: credentials come from the environment"),
        ("broker: {retry_first_s: 20}", ":1: broker.retry_first_s: expected at most retry_most_s, 15"),
        ("rhythm: {pause_s: 5}", ":1: rhythm: pause_s must be below asystole_s"),
        ("alarms: {rules: {flutter: {}}}", ":1: alarms.rules: flutter: no such alarm condition; there are"),
        ("alarms: {rules: {asystole: {enabled: false}}}", ":1: alarms.rules: asystole: must be enabled"),
        (
            "alarms:\n  rules:\n    pause: {delay_s: 1}\n    irregular: {delay_s: -1}",
            ":4: alarms.rules.irregular.delay_s: expected `float` >= 0.0",
        ),
        (
            "alarms:\n  rules:\n    pause: {delay: 1}",
            ":3: alarms.rules.pause.delay: no such key; did you mean delay_s?",
        ),
        ("broker: {}\nbroker: {}", ":2: broker: is there twice"),
        ("broker: [", ":1: expected the node content, but found '<stream end>'"),
        ("- 1", ": expected `object`, got `array`"),
        ("a: !!python/object:os.system {}", ":1: could not determine a constructor"),
    ],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, text: str, wanted: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}{wanted}")


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: No such file"):
        load(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.yaml: not UTF-8"):
        load(tmp_path / "binary.yaml")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://ward", BrokerUrl("ward", 1883, tls=False)),
        ("mqtts://ward", BrokerUrl("ward", 8883, tls=True)),
        ("mqtt://[::1]:2883/", BrokerUrl("::1", 2883, tls=False)),
    ],
)
def test_a_url_says_where_the_broker_is(url: str, address: BrokerUrl) -> None:
    assert Broker(url=url).address() == address


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_MQTT_USERNAME", "ward")
    monkeypatch.setenv("PULSE_MQTT_PASSWORD", "secret")
    assert Broker().credentials() == ("ward", "secret")
