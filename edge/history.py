"""The newest values of every stream, the last of them at the end of the last axis."""

from typing import Any

from numpy.typing import NDArray


def pushed(history: NDArray[Any], newest: NDArray[Any]) -> NDArray[Any]:
    """In place: `newest` at the end of the last axis, and as much of the oldest gone."""
    length = newest.shape[-1]
    history[..., :-length] = history[..., length:]
    history[..., -length:] = newest
    return history
