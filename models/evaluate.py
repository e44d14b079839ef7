"""Step 4: score the int8 nets of a recipe on DS2, and keep the first with its card.

    python -m models.evaluate

Reads `build/models`; writes `models/artifacts/<recipe>.{tflite,json,md}` and prints the table. Beats are taken at their
reference R peaks, every beat of every record; a beat that the classifier refuses to judge (Q) counts as a mistake.
"""

from typing import Any, Final

import keras
import msgspec
import numpy as np

from edge.card import NET_LABELS, Card
from edge.net import Model
from edge.tables import N, Q
from edge.types import F32, U8
from edge.views import net_image
from models import beats, scores, train
from models.beats import Beats
from models.card_page import page
from models.decision import decided, weighed
from models.describe import described
from models.noisy import NOISY
from models.openings import OPENINGS
from models.prepare import JITTER_S
from models.recipes import RECIPES, Recipe
from models.records import DS2, PACED
from models.steps import SEEDS, WORK

MOSTLY_ONE_PATIENT: Final = "232"
"""Has three quarters of the S beats of DS2."""

CONFIDENT: Final = 0.9
"""Probability of an answer that nobody would doubt."""


def evaluate(recipe: Recipe) -> None:
    """Score every seed, write the artifacts of the first."""
    ds2 = beats.load(WORK / "ds2.npz")
    models = [Model(*described(recipe, seed)) for seed in SEEDS]
    logits = [int8_logits(model, ds2) for model in models]
    answers = [decided(each, ds2) for each in logits]
    measured = {
        "what": "DS2, reference R peaks, every beat of every record, strict: F and Q beats called V are false V",
        "int8": _table(ds2, answers[0]),
        "float": _table(ds2, float_labels(recipe, ds2)),
        f"without_{MOSTLY_ONE_PATIENT}": _table(*_without(ds2, answers[0])),
        **{f"{cut},_39_others": _elsewhere(models[0], cut) for cut in {"svdb"} - {*recipe.cuts}},
        f"jittered_{JITTER_S * 1000:.0f}_ms": _elsewhere(models[0], "ds2-jittered"),
        **{f"{kind}_at_{snr_db}_dB": _elsewhere(models[0], f"ds2-{kind}-{snr_db}") for kind, snr_db in NOISY},
        "calibration_error": _calibration_error(ds2, weighed(logits[0], ds2)),
        "paced": _paced(models[0]),
        "seeds": _spread(ds2, answers),
        "records": {name: _of_record(ds2, answers[0], name) for name in DS2},
        "openings_of_ds2": OPENINGS,
    }
    _keep(recipe, msgspec.structs.replace(models[0].card, scores=measured))


def _keep(recipe: Recipe, card: Card) -> None:
    recipe.model.write_bytes((recipe.work / f"net-{SEEDS[0]}.tflite").read_bytes())
    recipe.model.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    recipe.model.with_suffix(".md").write_text(page(card))
    print(page(card))


def int8_logits(model: Model, patients: Beats) -> F32:
    """What the shipped code answers to each beat, offsets included."""
    return model.logits(net_image(patients.beat, patients.template), patients.rr)


def float_labels(recipe: Recipe, patients: Beats) -> U8:
    """What the net answered before it was quantised."""
    answer = train.logits(keras.saving.load_model(recipe.work / f"net-{SEEDS[0]}.keras"), patients)
    return decided(answer + np.asarray(recipe.offsets, np.float32), patients)


def _table(patients: Beats, answer: U8) -> dict[str, Any]:
    return scores.table(scores.confusion(patients.label, answer))


def _elsewhere(model: Model, cut: str) -> dict[str, Any]:
    patients = beats.load(WORK / f"{cut}.npz")
    return _table(patients, decided(int8_logits(model, patients), patients))


def _paced(model: Model) -> dict[str, Any]:
    """Of each patient with a pacemaker: how many of its beats there are, how many are Q, how many a confident N."""
    paced = beats.load(WORK / "paced.npz")
    paced = paced.take(paced.label == Q)
    logits = int8_logits(model, paced)
    confident = (decided(logits, paced) == N) & (scores.share(logits) > CONFIDENT)
    return {
        name: {
            "beats": int(own.sum()),
            "Q": int((own & ~paced.clear).sum()),
            "confident_N": int((own & confident).sum()),
        }
        for name in PACED
        for own in [paced.record == name]
    }


def _calibration_error(patients: Beats, logits: F32) -> float:
    return round(scores.calibration_error(logits[patients.clear], patients.label[patients.clear]), 4)


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
    for recipe in RECIPES:
        evaluate(recipe)
