"""What a model file says of itself, in the `.json` beside its `.tflite`."""

import hashlib
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from edge.inputs import FIRST, GRID_HZ, LAST, POINTS
from edge.rr_context import FEATURES
from edge.tables import LABELS

NET_LABELS: Final = LABELS[:4]
"""What the net tells apart; Q is what it is not asked about."""


class ModelMismatch(ValueError):
    """A model file that is not whole, or not made for this code. The message names the file and what differs."""


class Tensor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input or output: real value = scale · (int8 − zero_point)."""

    name: str
    shape: tuple[int, ...]
    """Of one beat, without the batch."""
    scale: float
    zero_point: int


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the code must agree on with the model, and where the model comes from."""

    format: Literal[1] = 1
    sha256: str
    """Of the `.tflite`, in hex."""
    grid_hz: float
    window: tuple[int, int]
    """First and last point of the image on the grid; 0 is the R peak."""
    features: tuple[str, ...]
    """The R-R vector."""
    labels: tuple[str, ...]
    offsets: tuple[float, ...]
    """Added to the logits before the decision: they undo the balance of the training draws."""
    inputs: tuple[Tensor, Tensor]
    output: Tensor
    training: dict[str, Any]
    """Split, seed, hash of the recordings, settings."""
    scores: dict[str, Any]
    """Measured, with what each was measured on."""


def expected() -> dict[str, object]:
    """The parts of a card that this code fixes."""
    return {
        "grid_hz": GRID_HZ,
        "window": (FIRST, LAST),
        "features": FEATURES,
        "labels": NET_LABELS,
    }


SHAPES: Final = {"image": (1, POINTS, 2), "rr": (1, 1, len(FEATURES)), "Identity": (1, 1, len(NET_LABELS))}
"""The tensors of a model and their shapes, without the batch; the converter calls every output `Identity`."""


def read(model: Path) -> tuple[Card, bytes]:
    """The card of a model file and the file's bytes, the two being each other's. Raises `ModelMismatch`."""
    path = model.with_suffix(".json")
    try:
        card = msgspec.json.decode(_content(path), type=Card)
    except msgspec.DecodeError as error:
        raise ModelMismatch(f"{path}: not a model card: {error}") from None
    content = _content(model)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise ModelMismatch(f"{model}: cut short, changed, or not the model of {path.name} (SHA-256 differs)")
    _check(card, path)
    return card, content


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelMismatch(f"{path}: {error.strerror}") from None


def _check(card: Card, path: Path) -> None:
    for field, wanted in expected().items():
        if getattr(card, field) != wanted:
            raise ModelMismatch(f"{path}: {field} is {getattr(card, field)}, this version needs {wanted}")
    if len(card.offsets) != len(card.labels):
        raise ModelMismatch(f"{path}: {len(card.offsets)} offsets for {len(card.labels)} labels")
    for tensor in (*card.inputs, card.output):
        if tensor.shape != SHAPES.get(tensor.name):
            wanted = SHAPES.get(tensor.name, "no such tensor")
            raise ModelMismatch(f"{path}: {tensor.name} is {tensor.shape}, this version needs {wanted}")
