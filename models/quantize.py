"""Step 3: from float32 to int8, weights and activations.

    python -m models.quantize

Reads `build/models`; writes `<recipe>/net-<seed>.tflite` there. Full-integer post-training
quantisation, weights per channel (Jacob et al., CVPR 2018), ranges from 1,000 training beats: it changes fewer than one
decision in a hundred, so that training does not need to know of it.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from edge.card import SHAPES
from models.draws import Drawer, Examples
from models.recipes import RECIPES, Recipe
from models.steps import SEEDS, WORK, once

_RANGE_BEATS: Final = 1000


def quantize(recipe: Recipe) -> None:
    """Convert the nets that are not converted yet."""
    for seed in SEEDS:
        once(recipe.work / f"net-{seed}.tflite", partial(_save_converted, recipe, seed))


def _save_converted(recipe: Recipe, seed: int, path: Path) -> None:
    shown = Drawer(recipe.patients(), np.load(WORK / "noise.npy"), seed, recipe.shares).plain()
    path.write_bytes(convert(keras.saving.load_model(recipe.work / f"net-{seed}.keras"), shown))


def convert(net: keras.Model, shown: Examples) -> bytes:
    """The `.tflite` of a trained net, its ranges from the examples shown; it takes batches of any size."""
    converter = tf.lite.TFLiteConverter.from_concrete_functions([_frozen(net)])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    converter.representative_dataset = lambda: _one_by_one(shown)
    content: bytes = converter.convert()
    return content


def _frozen(net: keras.Model) -> tf.types.experimental.ConcreteFunction:
    def logits(image: tf.Tensor, rr: tf.Tensor) -> tf.Tensor:
        return net([image, rr], training=False)

    image, rr = (tf.TensorSpec((None, *SHAPES[name]), tf.float32, name) for name in ("image", "rr"))
    return convert_variables_to_constants_v2(tf.function(logits).get_concrete_function(image, rr))


def _one_by_one(shown: Examples) -> Iterator[list[np.ndarray]]:
    for image, rr in zip(shown.image[:_RANGE_BEATS], shown.rr, strict=False):
        yield [image[None, None], rr[None, None, None]]


if __name__ == "__main__":
    for recipe in RECIPES:
        quantize(recipe)
