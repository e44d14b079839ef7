"""The net in Keras.

Every layer keeps four dimensions and none flattens: so the converted file takes a batch of any size.
"""

import keras
from keras import layers

from edge.inputs import POINTS
from edge.rr_context import FEATURES

_L2 = 1e-4


def build(width: float = 1.0, hidden: int = 32, dropout: float = 0.3) -> keras.Model:
    """Image `(1, POINTS, 2)` and R-R vector `(1, 1, features)` to logits `(1, 1, 4)` over N, S, V, F."""
    image = keras.Input((1, POINTS, 2), name="image")
    rr = keras.Input((1, 1, len(FEATURES)), name="rr")
    x = image
    for filters, taps, stride in ((16, 7, 2), (24, 5, 2), (32, 5, 2), (32, 3, 1)):
        x = layers.Conv2D(
            round(filters * width),
            (1, taps),
            (1, stride),
            padding="same",
            use_bias=False,
            kernel_regularizer=keras.regularizers.L2(_L2),
        )(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(dropout)(layers.AveragePooling2D((1, 6))(x))
    # The three thirds of the beat side by side in the channels, as a flatten would have them.
    x = _dense(hidden, (1, 3))(x)
    r = layers.ReLU()(_dense(16)(rr))
    r = _dense(hidden)(r)
    both = layers.Dropout(dropout)(layers.ReLU()(layers.Add()([x, r])))
    return keras.Model([image, rr], _dense(4)(both))


def _dense(units: int, taps: tuple[int, int] = (1, 1)) -> layers.Layer:
    return layers.Conv2D(units, taps, kernel_regularizer=keras.regularizers.L2(_L2))
