"""The card of a converted net, as far as the file itself and the recipe tell it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from ai_edge_litert.interpreter import Interpreter

from edge.card import SHAPES, Card, Tensor, expected
from models import without_s
from models.prepare import fingerprint, folder
from models.recipes import Recipe
from models.records import DS2
from models.train import BATCH, RATE, SMOOTHING


def described(recipe: Recipe, seed: int) -> tuple[Card, bytes]:
    """A converted net and the card that fits it, without scores."""
    content = (recipe.work / f"net-{seed}.tflite").read_bytes()
    net = Interpreter(model_content=content)
    tensors = {each["name"]: each for each in (*net.get_input_details(), *net.get_output_details())}
    image, rr, output = (_tensor(tensors[name]) for name in SHAPES)
    card = {
        **expected(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "offsets": recipe.offsets,
        "inputs": (image, rr),
        "output": output,
        "training": _training(recipe, seed),
        "scores": {},
    }
    return msgspec.convert(card, Card), content


def _training(recipe: Recipe, seed: int) -> dict[str, Any]:
    return {
        "split": {"train": recipe.train, "test": DS2, "of": recipe.of},
        "sha256_of_training_records": fingerprint(_files(recipe)),
        "seed": seed,
        "epochs": recipe.epochs,
        "batch": BATCH,
        "rate": RATE,
        "label_smoothing": SMOOTHING,
    }


def _files(recipe: Recipe) -> Iterator[Path]:
    """Whatever it was trained on."""
    for name in recipe.train:
        yield from ((folder(name) / name).with_suffix(suffix) for suffix in (".hea", ".dat", ".atr"))
    if recipe.others:
        for each in without_s.chosen(without_s.folder()):
            yield from (each.path.with_suffix(suffix) for suffix in (".hea", ".mat"))


def _tensor(detail: dict[str, Any]) -> Tensor:
    scale, zero_point = detail["quantization"]
    shape = tuple(detail["shape_signature"][1:].tolist())
    return Tensor(name=detail["name"], shape=shape, scale=float(scale), zero_point=int(zero_point))
