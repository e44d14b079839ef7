"""A cursor in a list that changes under it, and the part of the list that is on the screen."""

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Picker(Generic[Key]):
    """The cursor stays on its key wherever that moves; when the key goes, it stays where it was."""

    def __init__(self) -> None:
        self.cursor: Key | None = None
        self.offset = 0
        self._keys: Sequence[Key] = ()
        self._index = 0
        self._visible = 1

    @property
    def length(self) -> int:
        return len(self._keys)

    def offer(self, keys: Sequence[Key], visible: int) -> None:
        """The list is now `keys`, of which `visible` fit on the screen."""
        self._keys, self._visible = keys, max(visible, 1)
        self.pick(keys.index(self.cursor) if self.cursor in keys else self._index)

    def pick(self, index: int) -> None:
        """The cursor on this line, or on the nearest there is."""
        self._index = min(max(index, 0), max(len(self._keys) - 1, 0))
        self.cursor = self._keys[self._index] if self._keys else None
        least, most = self._index - self._visible + 1, self._index
        self.offset = min(max(self.offset, least), most)
        self.offset = max(min(self.offset, len(self._keys) - self._visible), 0)

    def find(self, key: Key) -> None:
        """The cursor on this key, if it is there."""
        if key in self._keys:
            self.pick(self._keys.index(key))

    def move(self, by: int) -> None:
        """The cursor up or down."""
        self.pick(self._index + by)

    def turn(self, pages: int) -> None:
        """The cursor up or down by what fits on the screen."""
        self.move(pages * self._visible)
