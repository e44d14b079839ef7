"""A model is refused by name unless it is whole and made for this code."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.classifier import ModelMismatch, load

SHIPPED = Path(__file__).parents[2] / "models" / "artifacts" / "beats.tflite"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model and its card."""
    for suffix in (".tflite", ".json"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path / f"ward{suffix}")
    return tmp_path / "ward.tflite"


def refusal(model: Path) -> str:
    with pytest.raises(ModelMismatch) as refused:
        load(model)
    return str(refused.value)


def rewrite(model: Path, change: Callable[[dict[str, Any]], None]) -> None:
    card = json.loads(model.with_suffix(".json").read_text())
    change(card)
    model.with_suffix(".json").write_text(json.dumps(card))


def test_the_shipped_model_is_accepted(model: Path) -> None:
    assert load(model).card.labels == ("N", "S", "V", "F")


@pytest.mark.parametrize("suffix", [".tflite", ".json"])
def test_a_missing_file_is_named(model: Path, suffix: str) -> None:
    model.with_suffix(suffix).unlink()
    assert f"ward{suffix}: No such file" in refusal(model)


@pytest.mark.parametrize("kept", [0, 8, 1000, -1])
def test_a_truncated_model_is_named(model: Path, kept: int) -> None:
    model.write_bytes(model.read_bytes()[:kept])
    assert "ward.tflite: cut short" in refusal(model)


def test_a_model_with_one_wrong_bit_is_named(model: Path) -> None:
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    assert "SHA-256" in refusal(model)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', "\x00\xff", '{"format": 2}'])
def test_a_card_that_is_none_is_named(model: Path, content: str) -> None:
    model.with_suffix(".json").write_text(content)
    assert "ward.json: not a model card" in refusal(model)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grid_hz", 125.0),
        ("window", [-50, 93]),
        ("labels", ["N", "V", "S", "F"]),
        ("features", ["pre"]),
        ("offsets", [0.0, 0.0]),
    ],
)
def test_a_model_made_for_something_else_is_told_what_differs(model: Path, field: str, value: object) -> None:
    rewrite(model, lambda card: card.update({field: value}))
    assert f"ward.json: {field}" in refusal(model) or "2 offsets for 4 labels" in refusal(model)


@pytest.mark.parametrize("role", [0, 1, "output"])
@pytest.mark.parametrize(("field", "value"), [("scale", 0.5), ("zero_point", 7), ("shape", [1, 99, 2]), ("name", "x")])
def test_tensors_that_are_not_those_of_the_file_are_told(
    model: Path, role: int | str, field: str, value: object
) -> None:
    def change(card: dict[str, Any]) -> None:
        tensor = card["output"] if role == "output" else card["inputs"][role]
        tensor[field] = value

    rewrite(model, change)
    assert "ward." in refusal(model)


def test_a_file_that_is_no_model_is_refused_even_with_its_own_hash(model: Path) -> None:
    model.write_bytes(b"not a flatbuffer" * 100)
    rewrite(model, lambda card: card.update(sha256=hashlib.sha256(model.read_bytes()).hexdigest()))
    assert "ward.tflite" in refusal(model)
