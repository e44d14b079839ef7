"""The card of a converted net, as far as the file itself and the recipe tell it."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from ai_edge_litert.interpreter import Interpreter

from edge.card import SHAPES, Card, Tensor, expected
from models.decision import OFFSETS
from models.prepare import fingerprint
from models.records import DS1, DS2
from models.train import BATCH, EPOCHS, RATE, SMOOTHING


def described(path: Path, seed: int) -> tuple[Card, bytes]:
    """A converted net and the card that fits it, without scores."""
    content = path.read_bytes()
    net = Interpreter(model_content=content)
    tensors = {each["name"]: each for each in (*net.get_input_details(), *net.get_output_details())}
    image, rr, output = (_tensor(tensors[name]) for name in SHAPES)
    card = {
        **expected(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "offsets": OFFSETS,
        "inputs": (image, rr),
        "output": output,
        "training": _training(seed),
        "scores": {},
    }
    return msgspec.convert(card, Card), content


def _training(seed: int) -> dict[str, Any]:
    return {
        "split": {"train": DS1, "test": DS2, "of": "MIT-BIH Arrhythmia Database 1.0.0"},
        "sha256_of_training_records": fingerprint(DS1),
        "seed": seed,
        "epochs": EPOCHS,
        "batch": BATCH,
        "rate": RATE,
        "label_smoothing": SMOOTHING,
    }


def _tensor(detail: dict[str, Any]) -> Tensor:
    scale, zero_point = detail["quantization"]
    shape = tuple(detail["shape_signature"][1:].tolist())
    return Tensor(name=detail["name"], shape=shape, scale=float(scale), zero_point=int(zero_point))
