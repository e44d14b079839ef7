"""The earlier systems, each as small as it was described."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import keras
import numpy as np
from keras import layers
from sklearn.cluster import MiniBatchKMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from edge.tables import LABELS
from edge.types import F32, U8
from models.earlier.signals import SINGLE, SIX_S

Answer: TypeAlias = Callable[[F32], U8]
"""From windows `(k, n)` to classes `(k,)`."""


class System(NamedTuple):
    """An earlier classifier."""

    name: str
    reported: str
    fit: Callable[[F32, U8], Answer]
    """From training windows and their classes."""
    six_s: bool = False
    """Sees six seconds, not one beat."""
    binary: bool = False
    """Tells normal (0) from abnormal (1)."""


def _one_layer(x: F32, label: U8) -> Answer:
    stack = [layers.Conv1D(32, 36, 6, activation="relu"), layers.MaxPooling1D(4), layers.Flatten()]
    return _trained(stack, (SIX_S, 1), 2, 6, x, label)


def _single_beat(x: F32, label: U8) -> Answer:
    stack = [layers.Conv1D(32, 5, activation="relu"), layers.MaxPooling1D(3)]
    stack += [layers.Conv1D(32, 5, activation="relu"), layers.MaxPooling1D(3), layers.Flatten()]
    return _trained([*stack, layers.Dense(32, "relu")], (SINGLE, 1), len(LABELS), 8, x, label)


def _without_residuals(x: F32, label: U8) -> Answer:
    stack = [
        layer
        for filters in (32, 48, 64)
        for layer in (layers.Conv1D(filters, 5, padding="same", activation="relu"), layers.MaxPooling1D(3))
    ]
    return _trained([*stack, layers.Flatten(), layers.Dense(64, "relu")], (SINGLE, 1), len(LABELS), 8, x, label)


def _dense(x: F32, label: U8) -> Answer:
    """Normal beats are cut to as many as there are abnormal ones twice over, which are copied with noise."""
    rng = np.random.default_rng(0)
    odd, normal = np.flatnonzero(label), np.flatnonzero(label == 0)
    some = rng.choice(normal, min(len(normal), 2 * len(odd)), replace=False)
    copies = x[odd] + rng.normal(0, 0.02, x[odd].shape).astype(np.float32)
    stack = [layers.Flatten(), *(layers.Dense(units, "relu") for units in (128, 64, 16))]
    balanced = np.concatenate([x[some], x[odd], copies]), np.concatenate([label[some], label[odd], label[odd]])
    return _trained(stack, (SINGLE, 1), 2, 12, *balanced)


def _trained(stack: list[layers.Layer], shape: tuple[int, int], classes: int, epochs: int, x: F32, label: U8) -> Answer:
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.Input(shape), *stack, layers.Dense(classes)])
    net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(x[..., None], label, 128, epochs, verbose=0)
    return lambda windows: net.predict(windows[..., None], 1024, verbose=0).argmax(1).astype(np.uint8)


def _of(estimator: Any) -> Callable[[F32, U8], Answer]:
    def fit(x: F32, label: U8) -> Answer:
        fitted = estimator.fit(x, label)
        return lambda windows: np.asarray(fitted.predict(windows), np.uint8)

    return fit


def _clustered(x: F32, label: U8) -> Answer:
    """Each cluster answers with the class that most of its training beats have."""
    clusters = MiniBatchKMeans(100, random_state=0, n_init=1).fit(x)
    counts = np.zeros((100, len(LABELS)), np.int64)
    np.add.at(counts, (clusters.labels_, label), 1)
    return lambda windows: counts.argmax(1)[clusters.predict(windows)].astype(np.uint8)


_REPORTED_B: Final = "acc over 97; called N: S 27.65, V 8.97, F 25.58, Q 3.17"
SYSTEMS: Final = (
    System("(a) one-layer CNN, 6 s at 360 Hz", "acc 96.3, precision 93.2, specificity 96.8", _one_layer, True, True),
    System("(b) 1-D CNN, 187 samples at 125 Hz", _REPORTED_B, _single_beat),
    System("(c) CNN without residual blocks", "acc 98.5, F1 91.5", _without_residuals),
    System("(d) dense 128-64-16, balanced by noise", "–", _dense, binary=True),
    System("(e) random forest", "–", _of(RandomForestClassifier(60, random_state=0))),
    System("(e) logistic regression", "–", _of(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)))),
    System("(e) nearest neighbours", "–", _of(KNeighborsClassifier(5, algorithm="brute"))),
    System("(e) clusters, then classes", "–", _clustered),
)
