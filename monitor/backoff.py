"""How long to wait before trying again."""

import random
from collections.abc import Callable


class Backoff:
    """How long to wait before the next attempt: doubled each time, with jitter, lest all clients come at once."""

    def __init__(self, first_s: float, most_s: float, jitter: Callable[[], float] = random.random) -> None:
        """`jitter` gives 0 … 1."""
        self._first_s, self._most_s, self._jitter = first_s, most_s, jitter
        self._attempts = 0

    def next_s(self) -> float:
        """Between half and all of the wait that is due."""
        wait = min(self._most_s, self._first_s * 2.0 ** min(self._attempts, 30))
        self._attempts += 1
        return wait * (0.5 + 0.5 * self._jitter())

    def reset(self) -> None:
        """It went well for a while."""
        self._attempts = 0
