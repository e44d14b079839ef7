"""What the monitor counts: everything that it takes, drops or says."""

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Counters:
    """Since the start. What is dropped is always counted somewhere."""

    messages: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Messages that are not wire version 1, or not wanted, by reason."""
    queue_dropped: int = 0
    """Messages that made way in the queue behind the broker."""
    blocks: Counter[str] = field(default_factory=Counter)
    """Sample blocks by what became of them: `follows`, `doubled`, `late`, …"""
    patients: int = 0
    """Taken in; who was forgotten and came back counts again."""
    samples: int = 0
    """New samples of the leads that are analysed."""
    hops: int = 0
    """Analysed, each of all streams that had one."""
    gaps: int = 0
    """Places within a session where samples never came …"""
    samples_lost: int = 0
    """… and how many samples that were."""
    samples_late: int = 0
    """That came after their gap had been told."""
    samples_dropped: int = 0
    """That came and were not analysed: they overflowed, or were cut off at a hole or an end."""
    beats: int = 0
    alarms: int = 0
    """Alarms raised, advisories not among them."""
    raised: Counter[str] = field(default_factory=Counter)
    """The same, by condition."""
    advisories: int = 0
    commands: int = 0
    config_taken: int = 0
    config_refused: int = 0
    """Configurations that were read at run time."""
    sink_dropped: Counter[str] = field(default_factory=Counter)
    """What made way in a sink's queue, by sink."""
    sink_failed: Counter[str] = field(default_factory=Counter)
    sink_retries: Counter[str] = field(default_factory=Counter)
    store_written: int = 0
    store_dropped: int = 0
    """What made way in the store's queue."""
    store_failed: int = 0
    """What the database refused whatever one did."""
    store_retries: int = 0
    journal_failed: int = 0
    """How often the last seconds could not be kept for a process that comes after."""
    memory_failed: int = 0
    """How often what must outlive the monitor could not be written."""
    disconnects: int = 0
    shards_taken: int = 0
    """Of a cluster's patients, taken over …"""
    shards_given: int = 0
    """… and given to others, of one's own will or with the connection."""

    def by_name(self) -> dict[str, int]:
        """Flat: `refused` by reason becomes `refused_payload` and so on."""
        flat: dict[str, int] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Counter):
                flat |= {f"{each.name}_{why}": count for why, count in sorted(value.items())}
            else:
                flat[each.name] = value
        return flat
