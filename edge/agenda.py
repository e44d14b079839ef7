"""Steps that wait to be done, for many streams at once though each has its own order."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.rows import Rows
from edge.types import I64, Bool, RowIndex


class Step(NamedTuple):
    """The same to do for several streams."""

    kind: int
    what: NDArray[Any]
    """`(k,)` or a table, by stream."""
    clock: I64
    """The number of the next sample when each became due."""


class Agenda(Rows):
    """Takes steps as they fall due in one hop after another, and gives them in rounds.

    What a stream has to do stays in its order, but it is done together with what others have to do in other hops: ten
    hops of a hundred streams make some three rounds instead of ten.
    """

    turn: I64  # of the last step of each stream; steps of kind k have the turns k, k + kinds, k + 2 · kinds …

    def __init__(self, kinds: int, capacity: int) -> None:
        self._kinds = kinds
        self._turns: list[I64] = []
        self._steps: list[Step] = []
        super().__init__(capacity, {"turn": -1})

    def put(self, rows: RowIndex, step: Step) -> None:
        """A step of these streams, after all that were put before. What one step has twice of a stream is one."""
        after = self.turn[rows] + 1
        turn = after + (step.kind - after) % self._kinds
        self.turn[rows] = turn
        self._turns.append(turn)
        self._steps.append(step)

    def rounds(self) -> Iterator[Step]:
        """All that was put. Nothing waits any more."""
        if not self._steps:
            return iter(())
        turns, self._turns = self._turns, []
        steps, self._steps = self._steps, []
        self.turn[:] = -1
        if len(steps) == 1:
            return iter(steps)
        return _sorted(turns, steps)


def _sorted(turns: list[I64], steps: list[Step]) -> Iterator[Step]:
    """Steps of one turn become one."""
    parts: dict[int, list[Step]] = {}
    for turn, step in zip(turns, steps, strict=True):
        several = set(turn.tolist())
        for now in several:
            parts.setdefault(now, []).append(step if len(several) == 1 else _of(step, turn == now))
    for now in sorted(parts):
        yield _joined(parts[now])


def _of(step: Step, which: Bool) -> Step:
    return Step(step.kind, step.what[which], step.clock[which])


def _joined(alike: list[Step]) -> Step:
    if len(alike) == 1:
        return alike[0]
    dtype = alike[0].what.dtype  # numpy works out the common type of tables slowly
    what = np.concatenate([step.what for step in alike], dtype=dtype)
    return Step(alike[0].kind, what, np.concatenate([step.clock for step in alike]))
