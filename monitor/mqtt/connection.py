"""One connection to a broker on the asyncio loop, from its greeting to its end."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import Final

from edge.broker_url import BrokerUrl
from monitor.mqtt import packets
from monitor.mqtt.packets import Kind, Malformed, Packet

_CONNECT_S: Final = 5.0
_SILENT: Final = 1.5
"""Times the keep-alive: who says nothing for so long is gone (MQTT 5.0, 3.1.2.10, of the other side)."""
_ROOM: Final = 1 << 20
"""Bytes that may wait to be sent before the connection says that it is full."""

Hear = Callable[[Packet], None]


class Connection(asyncio.Protocol):
    """What is written in one turn of the loop leaves in one piece."""

    def __init__(self, hears: Mapping[Kind, Hear], keep_alive_s: float) -> None:
        """`hears` is called with each packet of a kind; others are nobody's business."""
        self.is_full = False
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Why, once it is over."""
        self._hears = {int(kind): hear for kind, hear in hears.items()}
        self._keep_alive_s = keep_alive_s
        self._received = bytearray()
        self._written: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._fault = ""
        self._heard = self._loop.time()
        self._beat: asyncio.TimerHandle | None = None

    def write(self, packet: bytes) -> None:
        """Send it with what else is written in this turn; after the end it is lost."""
        self._written.append(packet)
        if len(self._written) == 1:
            self._loop.call_soon(self._flush)

    def keep_alive(self, seconds: float) -> None:
        """The broker wants to hear of us this often."""
        self._keep_alive_s = seconds
        self._ping()

    def close(self) -> None:
        """Once what is written has been sent."""
        self._flush()
        if self._transport:
            self._transport.close()

    def abort(self, fault: str) -> None:
        """At once, and why."""
        self._fault = self._fault or fault
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(_ROOM)
        self._heard = self._loop.time()
        self._ping_later()

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        self._received += data
        try:
            for packet in packets.split(self._received):
                hear = self._hears.get(packet.kind)
                if hear:
                    hear(packet)
        except Malformed as error:
            self.abort(f"malformed: {error}")

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._beat:
            self._beat.cancel()
        self.ended.set_result(self._fault or (str(error) if error else "closed"))

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False

    def _flush(self) -> None:
        written, self._written = self._written, []
        if self._transport and written:
            self._transport.write(b"".join(written))

    def _ping(self) -> None:
        if self._loop.time() - self._heard > _SILENT * self._keep_alive_s:
            self.abort("keep alive timeout")
            return
        self.write(packets.PING)
        self._ping_later()

    def _ping_later(self) -> None:
        if self._beat:
            self._beat.cancel()
        self._beat = self._loop.call_later(self._keep_alive_s / 2, self._ping)


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """Who a broker must be known by: a certificate of this file, or else of the system. Raises `OSError`."""
    return ssl.create_default_context(cafile=ca_file)


async def connected(
    address: BrokerUrl, tls: ssl.SSLContext | None, greeting: packets.Greeting, hears: Mapping[Kind, Hear]
) -> Connection:
    """Open a connection and greet; what the broker says to that is heard as all else. Raises `OSError`, `ValueError`
    for a host that cannot be one."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_CONNECT_S):
        _, connection = await loop.create_connection(
            lambda: Connection(hears, greeting.keep_alive_s), address.host, address.port, ssl=tls
        )
    connection.write(greeting.encoded())
    return connection
