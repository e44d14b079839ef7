"""Step 2: train the nets of a recipe, one for each seed.

    python -m models.train

Reads `build/models`; writes `<recipe>/net-<seed>.keras` there. A net takes 15 to 30 s on one core.
"""

from functools import partial
from pathlib import Path
from typing import Final

import keras
import numpy as np
import tensorflow as tf

from edge.card import NET_LABELS
from edge.types import F32, U8
from edge.views import net_image
from models.architecture import build
from models.beats import Beats
from models.draws import Drawer
from models.recipes import RECIPES, Recipe
from models.steps import SEEDS, WORK, once, progress

BATCH: Final = 128
SMOOTHING: Final = 0.05  # of labels: some are wrong, and a net less sure of its patients says more of others
RATE: Final = 3e-3  # of Adam at the start; it falls to a hundredth along a half cosine


def train(recipe: Recipe) -> None:
    """Train the nets that are not there yet."""
    # Sums in one order, so that a seed gives the same net on a machine with more cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    patients, noise = recipe.patients(), np.load(WORK / "noise.npy")
    for seed in SEEDS:
        once(recipe.work / f"net-{seed}.keras", partial(_save_fit, recipe, patients, noise, seed))


def _save_fit(recipe: Recipe, patients: Beats, noise: F32, seed: int, path: Path) -> None:
    fit(recipe, patients, noise, seed).save(path)


def fit(recipe: Recipe, patients: Beats, noise: F32, seed: int) -> keras.Model:
    """A net trained on the beats of these patients."""
    keras.utils.set_random_seed(seed)
    net, drawer = build(), Drawer(patients, noise, seed, recipe.shares, recipe.other_people())
    steps = recipe.epochs * (drawer.size // BATCH)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps, alpha=0.01))
    net.compile(optimizer, keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=SMOOTHING))
    for _ in progress(f"seed {seed}, epoch", range(recipe.epochs)):
        image, rr, label = drawer.epoch()
        net.fit(_inputs(image, rr), _one_hot(label), BATCH, shuffle=False, verbose=0)
    return net


def logits(net: keras.Model, patients: Beats) -> F32:
    """`(k, 4)`, before any offsets."""
    image = net_image(patients.beat, patients.template)
    answer: F32 = net.predict(_inputs(image, patients.rr), batch_size=1024, verbose=0)
    return answer.reshape(len(patients), -1)


def _one_hot(label: U8) -> F32:
    return np.eye(len(NET_LABELS), dtype=np.float32)[label][:, None, None]


def _inputs(image: F32, rr: F32) -> list[tf.Tensor]:
    """Images and R-R vectors in the four dimensions that the net takes."""
    return [tf.constant(image[:, None]), tf.constant(rr[:, None, None])]


if __name__ == "__main__":
    for recipe in RECIPES:
        train(recipe)
