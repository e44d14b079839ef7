"""The int8 net: a TFLite file with its card, and what it answers to a batch of beats."""

import importlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge import card as cards
from edge.card import Card, ModelMismatch, Tensor
from edge.types import F32

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
        self.image, self.rr = card.inputs
        self._nets = {size: _Net(content, card, size) for size in _BATCHES}

    def logits(self, image: F32, rr: F32) -> F32:
        """`(k, labels)` for images `(k, POINTS, 2)` and R-R vectors `(k, features)`, the card's offsets added."""
        quantised = _quantised(image, self.image), _quantised(rr, self.rr)
        answer = np.empty((len(image), len(self.card.labels)), np.float32)
        at = 0
        for size, net in self._nets.items():
            while len(image) - at >= size:
                answer[at : at + size] = net.run(*(x[at : at + size] for x in quantised))
                at += size
        return answer + np.asarray(self.card.offsets, np.float32)


def load(path: Path) -> Model:
    """The model in `path` (`.tflite`, its card beside it as `.json`). Raises `ModelMismatch`."""
    card, content = cards.read(path)
    try:
        return Model(card, content)
    except (ValueError, RuntimeError) as error:
        raise ModelMismatch(f"{path}: {error}") from None


class _Net:
    """An interpreter for one batch size."""

    def __init__(self, content: bytes, card: Card, size: int) -> None:
        self._net = _interpreter_class()(model_content=content, num_threads=1)
        self._inputs = [self._index(self._net.get_input_details(), tensor) for tensor in card.inputs]
        self._output = self._index(self._net.get_output_details(), card.output)
        self._tensors = (*card.inputs, card.output)
        for index, tensor in zip(self._inputs, card.inputs, strict=True):
            self._net.resize_tensor_input(index, (size, *tensor.shape))
        self._net.allocate_tensors()
        self._shapes = [(size, *tensor.shape) for tensor in card.inputs]

    def run(self, *inputs: NDArray[np.int8]) -> F32:
        for index, value, shape in zip(self._inputs, inputs, self._shapes, strict=True):
            self._net.set_tensor(index, value.reshape(shape))
        self._net.invoke()
        answer = self._net.get_tensor(self._output).astype(np.float32)
        logits = self._tensors[-1]
        real: F32 = (answer.reshape(len(answer), -1) - logits.zero_point) * np.float32(logits.scale)
        return real

    @staticmethod
    def _index(details: list[dict[str, Any]], tensor: Tensor) -> int:
        """Where the tensor of the card is in the file; the file must agree with the card."""
        found = {detail["name"]: detail for detail in details}.get(tensor.name)
        if found is None:
            raise ModelMismatch(f"no tensor {tensor.name}")
        scale, zero_point = found["quantization"]
        has = (tuple(found["shape_signature"][1:].tolist()), float(scale), int(zero_point), found["dtype"])
        wanted = (tensor.shape, tensor.scale, tensor.zero_point, np.int8)
        if has != wanted:
            raise ModelMismatch(f"{tensor.name} is {has[:3]}, its card says {wanted[:3]} and int8")
        return int(found["index"])


def _quantised(x: F32, tensor: Tensor) -> NDArray[np.int8]:
    steps = np.rint(x / np.float32(tensor.scale)) + tensor.zero_point
    quantised: NDArray[np.int8] = np.clip(steps, -128, 127).astype(np.int8)
    return quantised


def _interpreter_class() -> Any:
    for runtime in _RUNTIMES:
        try:
            return importlib.import_module(f"{runtime}.interpreter").Interpreter
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(f"none of {', '.join(_RUNTIMES)} is installed")
