"""The shipped model is the one its card describes, and scores what the card says."""

from pathlib import Path

import numpy as np
import pytest

from edge.classifier import load
from edge.tables import Q
from edge.views import net_image
from models import beats, scores
from models.card_page import page
from models.records import DS1, DS2, read
from models.steps import MODEL

FLOORS = {"N": 0.98, "S": 0.75, "V": 0.93}
"""Of F1 on DS2. They only rise."""


@pytest.mark.mitdb
@pytest.mark.parametrize("name", ["210", "232"])
def test_the_int8_model_answers_on_a_record_as_its_card_says(mitdb: Path, name: str) -> None:
    model = load(MODEL)
    cut = beats.cut([read(mitdb, name)])
    answer = np.where(cut.clear, model.logits(net_image(cut.beat, cut.template), cut.rr).argmax(1), Q)
    said = np.array(model.card.scores["records"][name]["confusion"])
    # A runtime may round one requantisation in a thousand differently.
    assert np.abs(scores.confusion(cut.label, answer.astype(np.uint8)) - said).sum() <= 4


@pytest.mark.parametrize(("label", "floor"), FLOORS.items())
def test_each_class_keeps_its_floor(label: str, floor: float) -> None:
    assert load(MODEL).card.scores["int8"]["classes"][label]["f1"] >= floor


def test_eight_bits_cost_less_than_half_a_point() -> None:
    scored = load(MODEL).card.scores
    assert scored["float"]["macro_f1_nsv"] - scored["int8"]["macro_f1_nsv"] < 0.005


def test_the_model_was_trained_on_none_of_those_it_is_tested_on() -> None:
    split = load(MODEL).card.training["split"]
    assert (tuple(split["train"]), tuple(split["test"])) == (DS1, DS2)


def test_the_records_of_the_card_add_up_to_its_confusion_matrix() -> None:
    scored = load(MODEL).card.scores
    total = sum(np.array(record["confusion"]) for record in scored["records"].values())
    assert total.tolist() == scored["int8"]["confusion"]


def test_the_page_says_what_the_card_says() -> None:
    assert MODEL.with_suffix(".md").read_text() == page(load(MODEL).card)


def test_the_file_is_small_enough_for_a_sensor() -> None:
    assert MODEL.stat().st_size <= 32 * 1024
