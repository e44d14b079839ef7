"""An MQTT broker inside this process, for the demo: amqtt, which speaks MQTT 3.1.1."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from amqtt.broker import Broker

from monitor.free_port import free_port


@contextlib.asynccontextmanager
async def embedded_broker() -> AsyncIterator[int]:
    """A broker on 127.0.0.1; gives its port."""
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is counted at both its ends
    port = free_port()
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        },
        loop=asyncio.get_running_loop(),
    )
    await broker.start()
    try:
        yield port
    finally:
        with contextlib.suppress(Exception):  # it is the last to leave; nobody is left to be told
            await broker.shutdown()
