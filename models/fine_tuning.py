"""The trained net taught other classes: its last layer alone, all of it, or a fresh one for comparison."""

from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import keras
import numpy as np

from edge.types import F32
from models.architecture import build
from models.beats import Beats
from models.heads import HEAD, seen, with_head

How: TypeAlias = Literal["frozen", "all", "scratch"]
HOWS: Final[tuple[How, ...]] = get_args(How)

STEPS: Final = 1000  # however many beats there are: fewer are seen more often
BATCH: Final = 128
RATES: Final = {"frozen": 3e-3, "all": 1e-3, "scratch": 3e-3}
"""Of Adam at the start; it falls to a hundredth along a half cosine. Layers that know something move less."""


def fit(trained: Path, how: How, patients: Beats, classes: int, seed: int) -> keras.Model:
    """A net for so many classes, from the `.keras` of a trained one; every class weighs the same, whatever it has."""
    keras.utils.set_random_seed(seed)
    net = with_head(build() if how == "scratch" else keras.saving.load_model(trained), classes)
    if how == "frozen":
        for layer in net.layers:
            layer.trainable = layer.name == HEAD
    patients = patients.take(patients.clear)
    epochs = round(STEPS / -(-len(patients) // BATCH))
    rate = keras.optimizers.schedules.CosineDecay(RATES[how], STEPS, alpha=0.01)
    net.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    weight = 1 / np.maximum(np.bincount(patients.label, minlength=classes), 1)
    weight = (weight / weight.mean())[patients.label]
    net.fit(seen(patients), patients.label[:, None, None], BATCH, epochs, sample_weight=weight, verbose=0)
    return net


def log_shares(net: keras.Model, patients: Beats) -> F32:
    """The logarithm of each class's probability, `(k, classes)`."""
    logits = net.predict(seen(patients), 1024, verbose=0).reshape(len(patients), -1)
    logits -= logits.max(1, keepdims=True)
    shares: F32 = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return shares
