"""Which blocks a successor would need again: the newest seconds of every stream, and no more."""

from collections import deque


class WarmUp:
    """Deliveries of many streams that are not acknowledged yet, in the order in which they came.

    Of each stream the newest `seconds` of signal are held, counted in samples and not by the clock: where samples come
    late or in a burst, they are held all the same. What has been held for `longest_s` by the clock goes in any case: of
    a stream that has fallen silent, nothing newer will come. And of all together no more than `most` are held: the
    broker must be able to go on.
    """

    def __init__(self, seconds: float, *, longest_s: float, most: int) -> None:
        self._seconds, self._longest_s, self._most = seconds, longest_s, most
        self._streams: dict[str, deque[tuple[int, float]]] = {}
        self._sums: dict[str, float] = {}
        self._arrived: dict[int, tuple[str, float]] = {}
        self._done: list[int] = []

    def __len__(self) -> int:
        return len(self._arrived)

    def add(self, stream: str, tag: int, seconds: float, now: float) -> None:
        """A delivery came, with so many seconds of signal; `tag` is larger than all before."""
        held = self._streams.setdefault(stream, deque())
        held.append((tag, seconds))
        self._arrived[tag] = stream, now
        self._sums[stream] = self._sums.get(stream, 0.0) + seconds
        while self._sums[stream] - held[0][1] >= self._seconds:
            self._let_go(stream)

    def done(self, now: float) -> list[int]:
        """The deliveries that nobody needs any more, each once."""
        while self._arrived:
            stream, arrived = next(iter(self._arrived.values()))
            if now - arrived < self._longest_s and len(self) <= self._most:
                break
            self._let_go(stream)
        done, self._done = self._done, []
        return done

    def _let_go(self, stream: str) -> None:
        """Of the oldest delivery of a stream."""
        tag, seconds = self._streams[stream].popleft()
        del self._arrived[tag]
        self._sums[stream] -= seconds
        self._done.append(tag)
        if not self._streams[stream]:
            del self._streams[stream], self._sums[stream]
