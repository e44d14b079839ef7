"""The window of a device: no more on its way than may be, whatever arrives in which order."""

import asyncio

import pytest

from simulators.device import Window


async def test_a_full_window_waits_for_an_arrival() -> None:
    window = Window()
    for mid in range(3):
        window.sent(mid)
    waiting = asyncio.create_task(window.below(3))
    await asyncio.sleep(0)
    assert not waiting.done()
    window.arrived(1)
    await asyncio.wait_for(waiting, 1)
    assert len(window) == 2


async def test_an_empty_window_does_not_wait() -> None:
    await asyncio.wait_for(Window().below(1), 1)


async def test_what_was_never_sent_does_not_count_when_it_arrives() -> None:
    """A birth certificate goes past the window."""
    window = Window()
    window.sent(1)
    window.arrived(99)
    assert len(window) == 1


async def test_after_a_lost_connection_nothing_more_is_waited_for() -> None:
    window = Window()
    window.sent(1)
    waiting = asyncio.create_task(window.below(1))
    await asyncio.sleep(0)
    window.forget()
    await asyncio.wait_for(waiting, 1)


@pytest.mark.parametrize("limit", [1, 4])
async def test_many_senders_keep_to_one_limit(limit: int) -> None:
    window, most = Window(), 0

    async def send(mid: int) -> None:
        nonlocal most
        await window.below(limit)
        window.sent(mid)
        most = max(most, len(window))
        await asyncio.sleep(0)
        window.arrived(mid)

    await asyncio.wait_for(asyncio.gather(*map(send, range(50))), 5)
    assert (most, len(window)) == (limit, 0)
