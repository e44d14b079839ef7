"""A RabbitMQ of the tests' own, with the files that are shipped."""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import _missing, _wait_until_open, free_port

DEPLOY = Path(__file__).parents[1] / "deploy" / "rabbitmq"
PASSWORD = "secret"
_SCRIPTS = "/usr/lib/rabbitmq/bin"
"""Debian's own in /usr/sbin insist on the folders and the user of the system's broker."""
_BOOT_S = 90.0


class Rabbit(NamedTuple):
    """Where it listens."""

    amqp: int
    mqtt: int


@contextlib.contextmanager
def running_rabbitmq(folder: Path, more: Sequence[dict[str, Any]]) -> Iterator[Rabbit]:
    """With the shipped topology and rights, and more definitions beside them. Everybody's password is `PASSWORD`."""
    program = shutil.which("rabbitmq-server", path=_SCRIPTS)
    if program is None:
        _missing("RabbitMQ")
    rabbit = Rabbit(free_port(), free_port())
    environment = os.environ | _environment(folder, rabbit, more)
    with (folder / "out").open("wb") as log:
        process = subprocess.Popen([str(program)], env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        for port in rabbit:
            _wait_until_open(port, _BOOT_S)
        yield rabbit
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        subprocess.run(["epmd", "-kill"], env=environment, capture_output=True, check=False)


def _environment(folder: Path, rabbit: Rabbit, more: Sequence[dict[str, Any]]) -> dict[str, str]:
    definitions = json.loads((DEPLOY / "definitions.json").read_text())
    for kind, each in [item for definition in more for item in definition.items()]:
        definitions[kind] += each
    for user in definitions["users"]:
        user["password_hash"] = _hashed(PASSWORD)
    (folder / "definitions.json").write_text(json.dumps(definitions))
    settings = (DEPLOY / "rabbitmq.conf").read_text()
    for shipped, ours in (
        ("0.0.0.0:5672", f"127.0.0.1:{rabbit.amqp}"),
        ("0.0.0.0:1883", f"127.0.0.1:{rabbit.mqtt}"),
    ):
        assert shipped in settings
        settings = settings.replace(shipped, ours)
    settings += f"prometheus.tcp.port = {free_port()}\nload_definitions = {folder / 'definitions.json'}\n"
    (folder / "rabbitmq.conf").write_text(settings)
    return {
        "HOME": str(folder),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_NODENAME": f"test{rabbit.amqp}@localhost",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(DEPLOY / "enabled_plugins"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",  # lets us end it
    }


def _hashed(password: str) -> str:
    """As RabbitMQ has it: base64 of salt and SHA-256 of salt and password."""
    salt = b"salt"
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
