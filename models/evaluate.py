"""Step 4: score the int8 nets on DS2, and ship the first with its card.

    python -m models.evaluate

Reads `build/models/{ds2*.npz,net-<seed>.tflite,net-<seed>.keras}`; writes `models/artifacts/beats.{tflite,json,md}` and
prints the table. Beats are taken at their reference R peaks, every beat of every record; a beat that the classifier
refuses to judge (Q) counts as a mistake.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

import keras
import msgspec
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edge.card import NET_LABELS, SHAPES, Card, Tensor, expected
from edge.net import Model
from edge.tables import Q
from edge.types import F32, U8
from edge.views import net_image
from models import beats, scores
from models.beats import Beats
from models.card_page import page
from models.openings import OPENINGS
from models.prepare import JITTER_S, fingerprint
from models.records import DS1, DS2
from models.steps import MODEL, SEEDS, WORK
from models.train import BATCH, EPOCHS, RATE, inputs

OFFSETS: Final = (0.0, -2.0, -1.5, -1.5)
"""Added to the logits of N, S, V, F; chosen by cross-validation in DS1."""
MOSTLY_ONE_PATIENT: Final = "232"
"""Has three quarters of the S beats of DS2."""


def evaluate(work: Path = WORK) -> None:
    """Score every seed, write the artifacts of the first."""
    ds2, jittered = beats.load(work / "ds2.npz"), beats.load(work / "ds2-jittered.npz")
    models = [described(work / f"net-{seed}.tflite") for seed in SEEDS]
    answers = [int8_labels(Model(card, content), ds2) for card, content in models]
    card, content = models[0]
    measured = {
        "what": "DS2, reference R peaks, every beat of every record, strict: F and Q beats called V are false V",
        "int8": scores.table(scores.confusion(ds2.label, answers[0])),
        "float": scores.table(scores.confusion(ds2.label, float_labels(work / f"net-{SEEDS[0]}.keras", ds2))),
        f"without_{MOSTLY_ONE_PATIENT}": _without(ds2, answers[0]),
        f"jittered_{JITTER_S * 1000:.0f}_ms": scores.table(
            scores.confusion(ds2.label, int8_labels(Model(card, content), jittered))
        ),
        "seeds": _spread(ds2, answers),
        "records": {name: _of_record(ds2, answers[0], name) for name in DS2},
        "openings_of_ds2": OPENINGS,
    }
    card = msgspec.structs.replace(card, scores=measured)
    MODEL.write_bytes(content)
    MODEL.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    MODEL.with_suffix(".md").write_text(page(card))
    print(page(card))


def described(path: Path) -> tuple[Card, bytes]:
    """A converted net and the card that fits it, without scores."""
    content = path.read_bytes()
    net = Interpreter(model_content=content)
    tensors = {each["name"]: each for each in (*net.get_input_details(), *net.get_output_details())}
    image, rr, logits = (_tensor(tensors[name]) for name in SHAPES)
    card = {
        **expected(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "offsets": OFFSETS,
        "inputs": (image, rr),
        "output": logits,
        "training": {
            "split": {"train": DS1, "test": DS2, "of": "MIT-BIH Arrhythmia Database 1.0.0"},
            "sha256_of_training_records": fingerprint(),
            "seed": SEEDS[0],
            "epochs": EPOCHS,
            "batch": BATCH,
            "rate": RATE,
        },
        "scores": {},
    }
    return msgspec.convert(card, Card), content


def _tensor(detail: dict[str, Any]) -> Tensor:
    scale, zero_point = detail["quantization"]
    shape = tuple(detail["shape_signature"][1:].tolist())
    return Tensor(name=detail["name"], shape=shape, scale=float(scale), zero_point=int(zero_point))


def int8_labels(model: Model, patients: Beats) -> U8:
    """What the shipped code answers to each beat."""
    return _decided(model.logits(net_image(patients.beat, patients.template), patients.rr), patients)


def float_labels(net: Path, patients: Beats) -> U8:
    """What the net answered before it was quantised."""
    image = net_image(patients.beat, patients.template)
    logits = keras.saving.load_model(net).predict(inputs(image, patients.rr), batch_size=1024, verbose=0)
    return _decided(logits.reshape(-1, len(NET_LABELS)) + np.asarray(OFFSETS, np.float32), patients)


def _decided(logits: F32, patients: Beats) -> U8:
    return np.where(patients.clear, logits.argmax(1), Q).astype(np.uint8)


def _without(ds2: Beats, answer: U8) -> dict[str, Any]:
    rest = ds2.record != MOSTLY_ONE_PATIENT
    return scores.table(scores.confusion(ds2.label[rest], answer[rest]))


def _of_record(ds2: Beats, answer: U8, name: str) -> dict[str, Any]:
    own = ds2.record == name
    matrix = scores.confusion(ds2.label[own], answer[own])
    table = scores.table(matrix)
    return {"accuracy": table["accuracy"], "confusion": table["confusion"]}


def _spread(ds2: Beats, answers: list[U8]) -> dict[str, Any]:
    """Mean and standard deviation over the seeds of each F1."""
    rest = ds2.record != MOSTLY_ONE_PATIENT
    f1 = np.array([scores.f1(scores.confusion(ds2.label, answer)) for answer in answers])
    s_rest = [scores.f1(scores.confusion(ds2.label[rest], answer[rest]))[1] for answer in answers]
    columns = {**dict(zip(NET_LABELS, f1.T, strict=False)), f"S_without_{MOSTLY_ONE_PATIENT}": np.array(s_rest)}
    return {name: {"mean": round(float(v.mean()), 4), "sd": round(float(v.std()), 4)} for name, v in columns.items()}


if __name__ == "__main__":
    evaluate()
