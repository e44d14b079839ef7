"""Several cores: which of N processes watches which patient, and with which configuration.

Every worker is a whole monitor: it has its own session at the broker, hears everybody, and lets go of those who are
somebody else's by their topic, before anything is decoded. What that buys: whose a patient is depends on nothing but
the name and N, so that nobody has to agree, and one that dies leaves the others as they are. What it costs is what
paho takes for any message, a quarter of what a patient's own second costs in all: on a handful of cores that is
little, on dozens it would be most of the work (docs/deploy.md). A shared subscription would let the broker choose,
block by block, who hears a patient. One process that receives for all and hands on would be the one whose end ends
all.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import msgspec

from edge import topics
from monitor.config import Config

_NAMES_KEPT: Final = 100_000
_ROOT: Final = topics.ROOT + "/"


RECENT_S: Final = 15.0
"""Of samples that a worker hears again which takes the place of one that died: 3 s to learn from, 3 s around the last
beat, and the rest so that thresholds and templates are those of before."""


@dataclass(frozen=True, slots=True)
class Share:
    """Worker number `index` of `count`."""

    index: int
    count: int

    def owns(self, patient: str) -> bool:
        """Whether this patient is this worker's: of every patient, one worker's it is."""
        return _number(patient) % self.count == self.index

    def takes(self, topic: str) -> bool:
        """Whether a message on this topic is for this worker."""
        return self.owns(topic.removeprefix(_ROOT).partition("/")[0])

    def recent_s(self, asked_for: float | None) -> float:
        """Seconds of samples to keep for the next process, also where nobody has said how many."""
        if asked_for is not None:
            return asked_for
        return RECENT_S if self.count > 1 else 0.0

    def family(self, worker: str) -> str:
        """The monitor that a worker of this id belongs to."""
        return worker.removesuffix(f"-{self.index}") if self.count > 1 else worker


ALL: Final = Share(0, 1)
"""Who watches alone."""


@lru_cache(_NAMES_KEPT)
def _number(patient: str) -> int:
    """The same in every process and at every start, which `hash` is not."""
    return int.from_bytes(blake2b(patient.encode(), digest_size=8).digest())


def name(monitor: str, index: int) -> str:
    """The id of a worker of this monitor: under it go its status, its memory and its session at the broker."""
    return f"{monitor}-{index}"


def config_of(config: Config, share: Share) -> Config:
    """A worker's own: nothing that two would fight for is in two of them. Its session at the broker is also another
    when there are more or fewer workers: what waits in the old one is not what it will be asked for."""
    monitor, broker = config.monitor, config.broker
    address = monitor.metrics_address
    metrics = str(address._replace(port=address.port + share.index)) if address else None
    own = {"id": name(monitor.id, share.index), "metrics": metrics}
    client_id = f"{name(config.client_id, share.index)}-of-{share.count}"
    return msgspec.structs.replace(
        config,
        monitor=msgspec.structs.replace(monitor, **own),
        broker=msgspec.structs.replace(broker, client_id=client_id),
    )
