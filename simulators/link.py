"""A paho client kept connected on the asyncio loop.

paho's own threads wait with `select`, which ends at file descriptor 1023: some three hundred devices in a process. On
the loop there is no such end, and no callback comes from another thread. Connecting alone blocks (name, TCP, TLS), and
is done in a worker thread.
"""

import asyncio
import contextlib
import random
from typing import Any, Final

from paho.mqtt.client import Client

KEEPALIVE_S: Final = 30
GOODBYE_S: Final = 1.0
"""So long the last packet has to leave through a socket that is full."""
_MISC_S: Final = 1.0
"""How often paho looks whether a ping is due, and we whether the connection is gone."""
_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 5.0


class Link:
    """Connects, and connects again whenever the connection is gone, until it is closed."""

    def __init__(self, client: Client, host: str, port: int) -> None:
        """To be made on the loop that it is to run on. Sets the client's socket callbacks."""
        self.trouble = "it accepts, and says nothing"
        """Why there was no connection, the last time that there was none."""
        self._client, self._host, self._port = client, host, port
        self._loop = asyncio.get_running_loop()
        client.on_socket_open = lambda _, __, sock: self._soon(self._opened, sock)
        client.on_socket_register_write = lambda _, __, sock: self._soon(self._has_to_write, sock)
        client.on_socket_unregister_write = self._has_written
        client.on_socket_close = self._closing
        self._closed = asyncio.Event()
        self._closed.set()
        self._connecting: list[asyncio.Future[Any]] = []
        self._keeper = asyncio.create_task(self._keep_connected())

    async def close(self) -> None:
        """Say goodbye to the broker, if it is there, and stop."""
        self._keeper.cancel()
        await asyncio.gather(self._keeper, *self._connecting, return_exceptions=True)
        self._client.disconnect()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._closed.wait()
        if sock := self._client.socket():
            self._client.on_socket_close = None
            self._closing(self._client, None, sock)
            sock.close()

    async def _keep_connected(self) -> None:
        while True:
            await self._connect()
            while self._client.socket():
                self._client.loop_misc()
                await asyncio.sleep(_MISC_S)

    async def _connect(self) -> None:
        retry_s = _FIRST_RETRY_S
        while True:
            connecting = self._loop.run_in_executor(None, self._client.connect, self._host, self._port, KEEPALIVE_S)
            self._connecting = [connecting]
            try:
                # What is cancelled goes on in its thread: who closes must be able to wait for it.
                await asyncio.shield(connecting)
                return
            except OSError as error:
                self.trouble = error.strerror or str(error)
                # Not all at the same moment: a broker that comes back would fall over its devices.
                await asyncio.sleep(retry_s * random.uniform(0.5, 1.0))
                retry_s = min(2.0 * retry_s, _LAST_RETRY_S)

    def _soon(self, act: Any, sock: Any) -> None:
        """paho calls from the worker thread while it connects."""
        self._loop.call_soon_threadsafe(act, sock)

    def _opened(self, sock: Any) -> None:
        if self._is_open(sock):
            self._closed.clear()
            self._loop.add_reader(sock, self._client.loop_read)

    def _has_to_write(self, sock: Any) -> None:
        # paho may have written between the call and now, and would never ask to be spared again.
        if self._is_open(sock) and self._client.want_write():
            self._loop.add_writer(sock, self._client.loop_write)

    def _has_written(self, _: Client, __: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _closing(self, _: Client, __: Any, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)
        self._closed.set()

    def _is_open(self, sock: Any) -> bool:
        """Whether it was not closed between the call and now."""
        return sock is self._client.socket()
