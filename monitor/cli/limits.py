"""`pulse limits`."""

import queue
import uuid
from collections.abc import Iterable
from typing import Any, Final

import click
import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from rich.table import Table

from edge import topics
from edge.broker_url import BrokerUrl, parse_url
from edge.limits import Limits
from monitor.cli.errors import Failure, reported
from monitor.cli.options import mqtt_option, url_option
from monitor.cli.screen import console
from monitor.patient_limits import LimitsAnswer, LimitsOrder

_NAMES: Final = Limits.__struct_fields__
_UNITS: Final = ("", "_bpm", "_s")
_DEFAULT: Final = "default"
_PATIENCE_S: Final = 5.0


@click.command(
    epilog="\b\nExamples:\n  pulse limits bed-1\n  pulse limits bed-1 tachycardia=140 pause=2.5\n"
    "  pulse limits bed-1 tachycardia=default"
)
@click.argument("patient")
@click.argument("changes", metavar="[NAME=VALUE…]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The monitor's answer as it came.")
@url_option
@mqtt_option
def command(patient: str, changes: tuple[str, ...], as_json: bool, url: str, mqtt: str) -> None:
    """Show the limits of PATIENT as the running monitor has them, or change them.

    Units may be left out (tachycardia is tachycardia_bpm); `default` gives back what the configuration has. What makes
    no sense changes nothing.
    """
    with reported(OSError, wrong_use=(ValueError,)):
        if not topics.is_name(patient):
            raise ValueError(f"{patient!r} cannot be a patient's name")
        order = LimitsOrder(id=uuid.uuid4().hex, set=dict(_change(text) for text in changes))
        payload = _asked(parse_url(url), 5 if mqtt == "5" else 4, patient, order)
        answer = msgspec.json.decode(payload, type=LimitsAnswer)
        if as_json:
            click.echo(payload)
        if answer.error:
            raise ValueError(answer.error)
    if not as_json:
        console().print(_table(answer))


def _change(text: str) -> tuple[str, float | None]:
    """A limit and its value, none for that of the configuration. Raises `ValueError`."""
    name, _, value = text.partition("=")
    whole = next((name + unit for unit in _UNITS if name + unit in _NAMES), None)
    if whole is None:
        raise ValueError(f"{name}: no such limit; there are {', '.join(_NAMES)}")
    if value == _DEFAULT:
        return whole, None
    try:
        return whole, msgspec.convert(value, int | float, strict=False)
    except msgspec.ValidationError:
        raise ValueError(f"{text}: expected NAME=NUMBER or NAME={_DEFAULT}") from None


def _asked(broker: BrokerUrl, protocol: int, patient: str, order: LimitsOrder) -> bytes:
    """The monitor's answer. Raises `OSError` where no broker answers, `Failure` where no monitor does."""
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion(protocol))
    client.username, client.password = broker.user, broker.password
    if broker.tls:
        client.tls_set()
    to, back = (str(topics.Topic(patient, kind, "limits")) for kind in ("commands", "answers"))
    client.on_connect = lambda client, *_: client.subscribe(back, qos=1)
    client.on_subscribe = lambda client, *_: client.publish(to, msgspec.json.encode(order), qos=1)
    client.on_message = lambda _client, _userdata, message: answers.put(bytes(message.payload))
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        return next(payload for payload in _coming(answers) if _is_for(order, payload))
    except queue.Empty:
        raise Failure(f"no monitor at {broker} has answered within {_PATIENCE_S:.0f} s") from None
    finally:
        client.disconnect()
        client.loop_stop()


def _coming(answers: "queue.SimpleQueue[bytes]") -> Iterable[bytes]:
    while True:
        yield answers.get(timeout=_PATIENCE_S)


def _is_for(order: LimitsOrder, payload: bytes) -> bool:
    """Others may ask at the same time."""
    told: Any = msgspec.json.decode(payload)
    return bool(told["id"] == order.id)


def _table(answer: LimitsAnswer) -> Table:
    table = Table("limit", "value", "set by", title=answer.patient)
    for name in _NAMES:
        mine = name in answer.own
        table.add_row(name, f"{getattr(answer.limits, name):g}", "an operator" if mine else "", style="bold" * mine)
    return table
