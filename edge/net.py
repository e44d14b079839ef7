"""The int8 net: a TFLite file with its card, and what it answers to a batch of beats."""

import importlib
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge import card as cards
from edge.card import Card, ModelMismatch, Tensor
from edge.types import F32

Int8: TypeAlias = NDArray[np.int8]

_RUNTIMES: Final = ("ai_edge_litert", "tflite_runtime")
"""LiteRT is tflite-runtime under its new name; the older one has no wheel past Python 3.11 and needs numpy 1."""
_BATCHES: Final = (64, 8, 1)
"""An interpreter each: giving one another batch size costs more than running it. A window costs 2.5 µs in the largest,
4.7 µs alone."""


class Model:
    """A loaded model. Not for use by two threads at once."""

    def __init__(self, card: Card, content: bytes) -> None:
        """`content` is the `.tflite` that `card` speaks of. Raises `ModelMismatch` where its tensors differ."""
        self.card = card
        self._offsets = np.asarray(card.offsets, np.float32)
        self._nets = {size: _Net(content, card, size) for size in _BATCHES}

    def logits(self, image: F32, rr: F32) -> F32:
        """`(k, labels)` for images `(k, POINTS, 2)` and R-R vectors `(k, features)`, the card's offsets added."""
        inputs = [_to_steps(x, tensor) for x, tensor in zip((image, rr), self.card.inputs, strict=True)]
        answer = np.empty((len(image), *self.card.output.shape), np.int8)
        at = 0
        for size, net in self._nets.items():
            while len(image) - at >= size:
                answer[at : at + size] = net.run([x[at : at + size] for x in inputs])
                at += size
        return _to_values(answer.reshape(len(answer), len(self._offsets)), self.card.output) + self._offsets


def load(path: Path) -> Model:
    """The model in `path` (`.tflite`, its card beside it as `.json`). Raises `ModelMismatch`."""
    card, content = cards.read(path)
    try:
        return Model(card, content)
    except (ValueError, RuntimeError) as error:
        raise ModelMismatch(f"{path}: {error}") from None


class _Net:
    """The interpreter for one batch size."""

    def __init__(self, content: bytes, card: Card, size: int) -> None:
        self._net = _interpreter_class()(model_content=content, num_threads=1)
        inputs, outputs = self._net.get_input_details(), self._net.get_output_details()
        self._inputs = [_place(inputs, tensor) for tensor in card.inputs]
        self._output = _place(outputs, card.output)
        for place, tensor in zip(self._inputs, card.inputs, strict=True):
            self._net.resize_tensor_input(place, (size, *tensor.shape))
        self._net.allocate_tensors()

    def run(self, inputs: list[Int8]) -> Int8:
        for place, x in zip(self._inputs, inputs, strict=True):
            self._net.set_tensor(place, x)
        self._net.invoke()
        answer: Int8 = self._net.get_tensor(self._output)
        return answer


def _place(details: list[dict[str, Any]], tensor: Tensor) -> int:
    """Where the tensor of the card is in the file, which must agree with the card."""
    found = {detail["name"]: detail for detail in details}.get(tensor.name)
    if found is None:
        raise ModelMismatch(f"no tensor {tensor.name}")
    scale, zero_point = found["quantization"]
    has = (tuple(found["shape_signature"][1:].tolist()), float(scale), int(zero_point), found["dtype"])
    wanted = (tensor.shape, tensor.scale, tensor.zero_point, np.int8)
    if has != wanted:
        raise ModelMismatch(f"{tensor.name} is {has[:3]}, its card says {wanted[:3]} and int8")
    return int(found["index"])


def _to_steps(x: F32, tensor: Tensor) -> Int8:
    steps = np.rint(x / np.float32(tensor.scale)) + tensor.zero_point
    stepped: Int8 = steps.clip(-128, 127).astype(np.int8)
    return stepped.reshape(len(x), *tensor.shape)


def _to_values(steps: Int8, tensor: Tensor) -> F32:
    values: F32 = (steps.astype(np.float32) - tensor.zero_point) * np.float32(tensor.scale)
    return values


def _interpreter_class() -> Any:
    for runtime in _RUNTIMES:
        try:
            return importlib.import_module(f"{runtime}.interpreter").Interpreter
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(f"none of {', '.join(_RUNTIMES)} is installed")
