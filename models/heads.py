"""The trained net with another last layer: its features for other classes."""

from typing import Any

import keras
from keras import layers
from numpy.typing import NDArray

from edge.views import net_image
from models.beats import Beats


def seen(patients: Beats) -> list[NDArray[Any]]:
    """What the net takes of `k` beats: images `(k, 1, POINTS, 2)` and R-R vectors `(k, 1, 1, features)`."""
    return [net_image(patients.beat, patients.template)[:, None], patients.rr[:, None, None]]


def with_head(net: keras.Model, classes: int) -> keras.Model:
    """A net of `models.architecture` with a new last layer for so many classes; the weights below are shared."""
    features = net.layers[-1].input
    return keras.Model(net.inputs, layers.Conv2D(classes, 1, name="head")(features))
