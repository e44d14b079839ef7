"""Step 4: score the int8 nets on DS2, and ship the first with its card.

    python -m models.evaluate

Reads `build/models/{ds2*.npz,net-<seed>.tflite,net-<seed>.keras}`; writes `models/artifacts/beats.{tflite,json,md}` and
prints the table. Beats are taken at their reference R peaks, every beat of every record; a beat that the classifier
refuses to judge (Q) counts as a mistake.
"""

from pathlib import Path
from typing import Any, Final

import keras
import msgspec
import numpy as np

from edge.card import NET_LABELS, Card
from edge.net import Model
from edge.types import F32, U8
from edge.views import net_image
from models import beats, scores, train
from models.beats import Beats
from models.card_page import page
from models.decision import OFFSETS, decided
from models.describe import described
from models.openings import OPENINGS
from models.prepare import JITTER_S
from models.records import DS2
from models.steps import MODEL, SEEDS, WORK

MOSTLY_ONE_PATIENT: Final = "232"
"""Has three quarters of the S beats of DS2."""


def evaluate(work: Path = WORK) -> None:
    """Score every seed, write the artifacts of the first."""
    ds2 = beats.load(work / "ds2.npz")
    models = [Model(*described(work / f"net-{seed}.tflite", seed)) for seed in SEEDS]
    logits = [int8_logits(model, ds2) for model in models]
    answers = [decided(each, ds2) for each in logits]
    measured = {
        "what": "DS2, reference R peaks, every beat of every record, strict: F and Q beats called V are false V",
        "int8": _table(ds2, answers[0]),
        "float": _table(ds2, float_labels(work / f"net-{SEEDS[0]}.keras", ds2)),
        f"without_{MOSTLY_ONE_PATIENT}": _table(*_without(ds2, answers[0])),
        f"jittered_{JITTER_S * 1000:.0f}_ms": _jittered(models[0], work),
        "calibration_error": round(scores.calibration_error(logits[0][ds2.clear], ds2.label[ds2.clear]), 4),
        "seeds": _spread(ds2, answers),
        "records": {name: _of_record(ds2, answers[0], name) for name in DS2},
        "openings_of_ds2": OPENINGS,
    }
    _ship(work / f"net-{SEEDS[0]}.tflite", msgspec.structs.replace(models[0].card, scores=measured))


def _ship(net: Path, card: Card) -> None:
    MODEL.write_bytes(net.read_bytes())
    MODEL.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    MODEL.with_suffix(".md").write_text(page(card))
    print(page(card))


def int8_logits(model: Model, patients: Beats) -> F32:
    """What the shipped code answers to each beat, offsets included."""
    return model.logits(net_image(patients.beat, patients.template), patients.rr)


def float_labels(net: Path, patients: Beats) -> U8:
    """What the net answered before it was quantised."""
    answer = train.logits(keras.saving.load_model(net), patients)
    return decided(answer + np.asarray(OFFSETS, np.float32), patients)


def _table(patients: Beats, answer: U8) -> dict[str, Any]:
    return scores.table(scores.confusion(patients.label, answer))


def _jittered(model: Model, work: Path) -> dict[str, Any]:
    moved = beats.load(work / "ds2-jittered.npz")
    return _table(moved, decided(int8_logits(model, moved), moved))


def _without(patients: Beats, answer: U8) -> tuple[Beats, U8]:
    rest = patients.record != MOSTLY_ONE_PATIENT
    return patients.take(rest), answer[rest]


def _of_record(patients: Beats, answer: U8, name: str) -> dict[str, Any]:
    own = patients.record == name
    table = _table(patients.take(own), answer[own])
    return {"accuracy": table["accuracy"], "confusion": table["confusion"]}


def _spread(patients: Beats, answers: list[U8]) -> dict[str, Any]:
    """Mean and standard deviation over the seeds of each F1."""
    f1 = np.array([scores.f1(scores.confusion(patients.label, answer)) for answer in answers])
    rest = [_table(*_without(patients, answer))["classes"]["S"]["f1"] for answer in answers]
    columns = {**dict(zip(NET_LABELS, f1.T, strict=False)), f"S_without_{MOSTLY_ONE_PATIENT}": np.array(rest)}
    return {name: {"mean": round(float(v.mean()), 4), "sd": round(float(v.std()), 4)} for name, v in columns.items()}


if __name__ == "__main__":
    evaluate()
