"""One monitor goes on where another has ended, however that came: nothing is lost, and nothing is said again of which
it is certain that it has arrived. What is not, some tenths of a second, is said again, under the same sample.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from monitor.confirmation import Confirmation
from monitor.ingest import Message
from monitor.journal import Journal, recall
from monitor.retelling import Mark, Retelling
from monitor.said import Forgotten, Heard, Said
from monitor.watch import Watch

_LONGEST_AWAY_S: Final = 60.0
"""Who comes later begins anew: a broker keeps nothing for that long."""

Note: TypeAlias = Callable[[Mapping[str, Mark], float], None]

log: Final = structlog.get_logger("pulse.continuity")


class Listener:
    """One who is told: what is news to him, and how far he has certainly been told of whom."""

    def __init__(self, told: dict[str, Mark], confirmation: Confirmation, note: Note) -> None:
        """`told` by a process before, which is kept up to date; `note` writes down what is certain."""
        self._retelling = Retelling()
        self._retelling.adopt(told)
        self._told, self._confirmation, self._note = told, confirmation, note
        self._fresh: set[str] = set()
        """Patients of whom something was told since the confirmation that is awaited was begun."""
        self._awaited: dict[str, Mark] = {}

    def hear(self, said: Said) -> Iterable[Said]:
        """What of this is to be told."""
        if isinstance(said, Heard):
            self._fresh.add(said.patient)
        elif isinstance(said, Forgotten):
            self._told.pop(said.patient, None)
        return self._retelling.hear(said)

    def tick(self, now: float) -> None:
        """Note how far all have been told, once that is confirmed."""
        if self._awaited and not self._confirmation.is_there():
            return
        self._certain(self._awaited, now)
        self._awaited = self._retelling.marks(self._fresh)
        self._fresh.clear()
        self._confirmation.begin()

    def close(self, now: float) -> None:
        """Everything has been told."""
        self._certain(self._awaited | self._retelling.marks(self._fresh), now)

    def _certain(self, marks: dict[str, Mark], now: float) -> None:
        self._told |= marks
        self._note(marks, now)


class Continuity:
    """Keeps the last seconds of samples, and how far everybody has been told of every patient."""

    def __init__(self, watch: Watch, folder: Path, worker: str, keep_s: float) -> None:
        self._watch, self._folder, self._keep_s = watch, folder, keep_s
        self._journal = Journal(folder, worker, keep_s)
        self._listeners: list[Listener] = []

    def recall(
        self, monitor: str, owns: Callable[[str], bool], broker: Confirmation, store: Confirmation, now: float
    ) -> None:
        """Hear again what the one before has heard last, and say only what it had not."""
        recalled = recall(self._folder, monitor, owns, self._keep_s, now - _LONGEST_AWAY_S)
        self._journal.marks = recalled.marks
        self._watch.tell_only(self._listener("broker", broker).hear, self._listener("store", store).hear)
        for at, message in recalled.messages:
            self._watch.accept(message, at)
        if recalled.messages:
            log.info("goes on where another has ended", blocks=len(recalled.messages), patients=self._watch.patients)

    def keep(self, messages: Sequence[Message], now: float) -> None:
        """These came; when this returns they outlive the process."""
        self._write(lambda: self._journal.samples(messages, now))

    def tick(self, now: float) -> None:
        """See what has been confirmed."""
        for listener in self._listeners:
            listener.tick(now)

    def close(self, now: float) -> None:
        """The end: everything has been told."""
        for listener in self._listeners:
            listener.close(now)
        self._journal.close()

    def _listener(self, name: str, confirmation: Confirmation) -> Listener:
        def note(marks: Mapping[str, Mark], now: float) -> None:
            self._write(lambda: self._journal.told(name, marks, now))

        listener = Listener(self._journal.marks.setdefault(name, {}), confirmation, note)
        self._listeners.append(listener)
        return listener

    def _write(self, write: Callable[[], None]) -> None:
        """A disk that fails costs the next process these seconds, and this one nothing."""
        try:
            write()
        except OSError as error:
            self._watch.counters.journal_failed += 1
            log.error("the last seconds cannot be kept", folder=str(self._folder), error=error.strerror)
