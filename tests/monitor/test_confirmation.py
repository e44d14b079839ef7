"""Nothing counts as told before it is where no crash can reach it."""

from types import SimpleNamespace
from typing import Any

from monitor.confirmation import Published, Settled


def things() -> tuple[Any, Any, Any]:
    link = SimpleNamespace(said=5, confirmed=5)
    return link, SimpleNamespace(offered=3, settled=3), SimpleNamespace(is_idle=True)


def test_a_queue_has_settled_what_was_in_it_when_it_was_asked_about() -> None:
    queue = SimpleNamespace(offered=3, settled=1)
    settled = Settled([queue])
    settled.begin()
    queue.offered = 9
    assert not settled.is_there()
    queue.settled = 3
    assert settled.is_there()


def test_published_is_what_the_broker_has_acknowledged() -> None:
    link, outlet, keeper = things()
    published = Published(link, [outlet], keeper)
    outlet.offered = 4
    published.begin()
    assert not published.is_there(), "it waits in the outlet"
    outlet.settled, link.said = 4, 6
    assert not published.is_there(), "it is on its way"
    link.said = 9
    assert not published.is_there()
    link.confirmed = 6
    assert published.is_there(), "what was said after it does not matter"


def test_a_beat_is_not_told_before_its_alarm_is_on_disk() -> None:
    link, outlet, keeper = things()
    published = Published(link, [outlet], keeper)
    published.begin()
    keeper.is_idle = False
    assert not published.is_there()
    keeper.is_idle = True
    assert published.is_there()
