"""A connection, with a broker that says what a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from edge.broker_url import BrokerUrl
from monitor.mqtt import packets
from monitor.mqtt.connection import Connection, connected
from monitor.mqtt.packets import Greeting, Kind, Packet
from tests.conftest import free_port

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GREETING = Greeting(5, "me", 60, 30, 100)


@asynccontextmanager
async def broker(talk: Talk) -> AsyncIterator[BrokerUrl]:
    """Where one is that talks like this, and then hangs up."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()
            over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield BrokerUrl(*server.sockets[0].getsockname())
        await over.wait()


async def ended(talk: Talk, hears: dict[Kind, Callable[[Packet], None]], keep_alive_s: float | None = None) -> str:
    """Why a connection to a broker that talks like this is over."""
    async with broker(talk) as address:
        connection = await connected(address, None, GREETING, hears)
        if keep_alive_s:
            connection.keep_alive(keep_alive_s)
        return await asyncio.wait_for(connection.ended, 10)


async def test_packets_are_heard_by_their_kind() -> None:
    heard: list[Packet] = []

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(packets.publish(5, "a", b"1") + packets.PING + packets.publish(5, "b", b"2"))

    assert await ended(talk, {Kind.PUBLISH: heard.append}) == "closed"
    assert [packets.published(packet, 5).topic for packet in heard] == ["a", "b"]


async def test_nonsense_ends_it() -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x30\xff\xff\xff\xff\xff")

    assert (await ended(talk, {})).startswith("malformed")


async def test_who_says_nothing_is_gone() -> None:
    async def talk(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert await ended(talk, {}, keep_alive_s=0.05) == "keep alive timeout"


async def test_who_answers_our_pings_stays() -> None:
    pings: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(GREETING.encoded()))
        for _ in range(10):
            pings.append(await reader.readexactly(2))
            writer.write(b"\xd0\x00")

    assert await ended(talk, {}, keep_alive_s=0.2) == "closed"
    assert pings == [packets.PING] * 10


async def test_a_connection_that_nobody_reads_is_full() -> None:
    enough = asyncio.Event()

    async def talk(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await enough.wait()

    async with broker(talk) as address:
        connection: Connection = await connected(address, None, GREETING, {})
        for _ in range(300):
            connection.write(bytes(100_000))
            await asyncio.sleep(0)
        assert connection.is_full
        connection.abort("enough")
        assert await connection.ended == "enough"
        enough.set()


async def test_nobody_there_is_an_error_of_the_system() -> None:
    with pytest.raises(ConnectionError):
        await connected(BrokerUrl("127.0.0.1", free_port()), None, GREETING, {})
