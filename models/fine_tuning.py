"""The trained net taught other classes: its last layer alone, all of it, or a fresh one for comparison."""

from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression

from edge.types import F32
from models.architecture import build
from models.beats import Beats
from models.heads import seen, with_head

How: TypeAlias = Literal["frozen", "all", "scratch"]
HOWS: Final[tuple[How, ...]] = get_args(How)

STEPS: Final = 1000  # however many beats there are: fewer are seen more often
BATCH: Final = 128
RATES: Final = {"all": 1e-3, "scratch": 3e-3}
"""Of Adam at the start; it falls to a hundredth along a half cosine. Layers that know something move less."""


def fit(trained: Path, how: How, patients: Beats, classes: int, seed: int) -> keras.Model:
    """A net for so many classes, from the `.keras` of a trained one; every class weighs the same, whatever it has."""
    keras.utils.set_random_seed(seed)
    net = with_head(build() if how == "scratch" else keras.saving.load_model(trained), classes)
    patients = patients.take(patients.clear)
    if how == "frozen":
        _fit_head(net, patients)
    else:
        _fit_all(net, patients, classes, RATES[how])
    return net


def log_shares(net: keras.Model, patients: Beats) -> F32:
    """The logarithm of each class's probability, `(k, classes)`."""
    logits = net.predict(seen(patients), 1024, verbose=0).reshape(len(patients), -1)
    logits -= logits.max(1, keepdims=True)
    shares: F32 = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return shares


def _fit_head(net: keras.Model, patients: Beats) -> None:
    """Logistic regression on what comes before the last layer."""
    features = keras.Model(net.inputs, net.layers[-1].input).predict(seen(patients), 1024, verbose=0)
    fitted = LogisticRegression(class_weight="balanced", max_iter=3000)
    fitted.fit(features.reshape(len(patients), -1), patients.label)
    weights, offsets = fitted.coef_.T, fitted.intercept_
    if weights.shape[1] == 1:  # of two classes scikit-learn gives the second's alone
        weights, offsets = np.pad(weights, ((0, 0), (1, 0))), np.pad(offsets, (1, 0))
    net.layers[-1].set_weights([weights[None, None], offsets])


def _fit_all(net: keras.Model, patients: Beats, classes: int, rate: float) -> None:
    epochs = round(STEPS / -(-len(patients) // BATCH))
    schedule = keras.optimizers.schedules.CosineDecay(rate, STEPS, alpha=0.01)
    net.compile(keras.optimizers.Adam(schedule), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    weight = 1 / np.maximum(np.bincount(patients.label, minlength=classes), 1)
    weight = (weight / weight.mean())[patients.label]
    # As many dimensions as the answer has: else Keras multiplies every loss by every weight.
    label, weight = patients.label[:, None, None], weight[:, None, None]
    net.fit(seen(patients), label, BATCH, epochs, sample_weight=weight, verbose=0)
