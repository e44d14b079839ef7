"""A paho client's socket on the asyncio loop, by the callbacks that paho has for it: no thread, no polling.

Connecting alone blocks (name resolution, TCP, TLS), so it happens in a worker thread.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from paho.mqtt.client import Client

_READS: Final = 128
"""Packets in one go before the loop's other tasks have their turn: some 3 ms."""
_MISC_S: Final = 1.0


class PahoLoop:
    """Reads when there is something, writes when there is room."""

    def __init__(self, client: Client, received: Callable[[], int]) -> None:
        """`received` counts what the client's callbacks were given: while it grows there may be more."""
        self._client = client
        self._received = received
        self._loop = asyncio.get_running_loop()
        client.on_socket_open = lambda _client, _userdata, sock: self._soon(self._opened, sock)
        client.on_socket_close = lambda _client, _userdata, sock: self._closed(sock)
        client.on_socket_register_write = lambda _client, _userdata, sock: self._soon(self._writable, sock)
        client.on_socket_unregister_write = lambda _client, _userdata, sock: self._written(sock)

    async def connect(self, connect: Callable[[], object]) -> None:
        """Open the socket and send the greeting. Raises `OSError`."""
        await self._loop.run_in_executor(None, connect)

    async def keep_alive(self) -> None:
        """Pings, and notices when they are not answered."""
        while True:
            self._client.loop_misc()
            await asyncio.sleep(_MISC_S)

    def _soon(self, act: Callable[[Any], None], sock: Any) -> None:
        """paho may call from the thread that connects."""
        self._loop.call_soon_threadsafe(act, sock)

    def _is_open(self, sock: Any) -> bool:
        """Whether it was not closed between the call and now."""
        return sock is self._client.socket()

    def _opened(self, sock: Any) -> None:
        if self._is_open(sock):
            self._loop.add_reader(sock.fileno(), self._read, sock)

    def _writable(self, sock: Any) -> None:
        # What was to be written may have been by now, and a writer with nothing to write would never rest.
        if self._is_open(sock) and self._client.want_write():
            self._loop.add_writer(sock.fileno(), self._client.loop_write)

    def _closed(self, sock: Any) -> None:
        self._loop.remove_reader(sock.fileno())
        self._loop.remove_writer(sock.fileno())

    def _written(self, sock: Any) -> None:
        self._loop.remove_writer(sock.fileno())

    def _read(self, sock: Any) -> None:
        """What TLS has decrypted already makes no socket readable, so it has to be asked for."""
        for _ in range(_READS):
            before = self._received()
            self._client.loop_read()
            if self._received() == before and not _pending(sock):
                return


def _pending(sock: Any) -> int:
    if isinstance(sock, ssl.SSLSocket):
        with suppress(ValueError, OSError):
            return sock.pending()
    return 0
