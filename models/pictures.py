"""The pictures of `docs/classifier.md`, from real recordings.

    python -m models.pictures

Needs the extra `train`, `build/models` as `make train` leaves it, and the shipped card; writes `docs/pictures/*.png`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from edge.classifier import load
from edge.inputs import FIRST, GRID_HZ, POINTS
from edge.tables import LABELS, F, N, S, V
from edge.types import F32
from edge.views import net_image
from models import beats, scores
from models.beats import Beats
from models.decision import weighed
from models.evaluate import int8_logits
from models.recipes import SHIPPED
from models.steps import SEEDS, WORK

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
_SECONDS: Final = np.arange(FIRST, FIRST + POINTS) / GRID_HZ
_SHOWN: Final = {N: ("100", "231"), S: ("232", "209"), V: ("200", "233")}
"""The patients whose beats are looked at, of each class."""


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    patients = beats.joined([beats.load(WORK / f"{cut}.npz") for cut in ("ds1", "ds2")])
    ds2, model = beats.load(WORK / "ds2.npz"), load(SHIPPED.model)
    _classes(patients)
    _confusion(model.card.scores["int8"]["confusion"])
    _reliability(weighed(int8_logits(model, ds2), ds2)[ds2.clear], ds2.take(ds2.clear))
    _looked_at(patients)


def _classes(patients: Beats) -> None:
    """A beat of each class beside the template of its patient."""
    figure, places = plt.subplots(1, 4, figsize=(9, 2.2), sharey=True)
    for place, (label, name) in zip(places, {N: "100", S: "209", V: "200", F: "213"}.items(), strict=True):
        shown = _typical(patients, label, name)
        place.plot(_SECONDS, shown.template[0], color="0.7")
        place.plot(_SECONDS, shown.beat[0], color="C0")
        place.set(title=f"{LABELS[label]}, record {name}", xlabel="s from the R peak")
    places[0].set_ylabel("mV")
    _save(figure, "classes")


def _confusion(matrix: list[list[int]]) -> None:
    counts = np.array(matrix)
    figure, place = plt.subplots(figsize=(3.4, 3))
    place.imshow(counts / np.maximum(counts.sum(1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        place.text(column, row, count, ha="center", va="center", fontsize=7)
    place.set(xticks=range(5), yticks=range(5), xticklabels=LABELS, yticklabels=LABELS)
    place.set(xlabel="answer", ylabel="reference")
    _save(figure, "confusion")


def _reliability(logits: F32, patients: Beats) -> None:
    said, right = scores.share(logits), logits.argmax(1) == patients.label
    edges = np.linspace(0.3, 1, 11)
    which = np.clip(np.digitize(said, edges) - 1, 0, 9)
    count = np.bincount(which, minlength=10)
    figure, place = plt.subplots(figsize=(3.4, 3))
    place.plot([0.3, 1], [0.3, 1], color="0.7")
    held = count > 20
    place.plot(*((np.bincount(which, v, 10) / np.maximum(count, 1))[held] for v in (said, right)), "o-")
    place.set(xlabel="probability of the answer", ylabel="how often it is right")
    _save(figure, "reliability")


def _looked_at(patients: Beats) -> None:
    """Gradient of the answer's logit times the input, for two beats of each of three classes."""
    net = keras.saving.load_model(SHIPPED.work / f"net-{SEEDS[0]}.keras")
    figure, places = plt.subplots(2, 3, figsize=(9, 3.6), sharex=True)
    for place, (label, name) in zip(places.T.flat, _examples(), strict=True):
        shown = _typical(patients, label, name)
        image = net_image(shown.beat, shown.template)[0, :, 0]
        weight = _gradient_by_input(net, shown, label)
        reach = np.abs(weight).max()
        place.plot(_SECONDS, image, color="0.75", lw=0.8)
        dots = place.scatter(_SECONDS, image, c=weight, cmap="coolwarm", vmin=-reach, vmax=reach, s=5)
        place.set_title(f"{LABELS[label]}, record {name}", fontsize=9)
    figure.colorbar(dots, ax=places, label="gradient × input", ticks=[])
    _save(figure, "gradient", tight=False)


def _examples() -> Iterator[tuple[int, str]]:
    for label, names in _SHOWN.items():
        for name in names:
            yield label, name


def _gradient_by_input(net: keras.Model, shown: Beats, label: int) -> Any:
    image = tf.constant(net_image(shown.beat, shown.template)[:, None])
    with tf.GradientTape() as tape:
        tape.watch(image)
        logits = tf.reshape(net([image, tf.constant(shown.rr[:, None, None])], training=False), (-1,))
        answer = logits[label] + SHIPPED.offsets[label]
    return (tape.gradient(answer, image) * image).numpy()[0, 0, :, 0]


def _typical(patients: Beats, label: int, name: str) -> Beats:
    """The beat in the middle of a patient's beats of a class, by height."""
    own = patients.take(patients.clear & (patients.record == name) & (patients.label == label))
    order = np.ptp(own.beat, axis=1).argsort()
    return own.take(order[[len(order) // 2]])


def _save(figure: Any, name: str, tight: bool = True) -> None:
    if tight:
        figure.tight_layout()
    figure.savefig(FOLDER / f"{name}.png", dpi=80)


if __name__ == "__main__":
    main()
