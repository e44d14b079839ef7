"""This project's net on the earlier systems' splits.

On shuffled beats it is trained as they were: on the beats as they come, for all five classes, with none of what makes
it carry to new people. On new people it is the net of DS1 alone.
"""

from typing import Final

import keras
import numpy as np

from edge.classifier import load
from edge.tables import LABELS
from edge.types import U8
from models.architecture import build
from models.beats import Beats
from models.decision import decided
from models.evaluate import int8_logits
from models.heads import seen, with_head
from models.recipes import STRICT

EPOCHS: Final = 12
BATCH: Final = 128
RATE: Final = 2e-3


def on_shuffled(train: Beats, test: Beats) -> U8:
    """The class of each test beat, after training on others of the same people."""
    keras.utils.set_random_seed(0)
    net = with_head(build(dropout=0.1), len(LABELS))
    steps = EPOCHS * (len(train) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps, alpha=0.01)
    net.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(seen(train), train.label[:, None, None], BATCH, EPOCHS, verbose=0)
    logits = net.predict(seen(test), 1024, verbose=0)
    answer: U8 = logits.reshape(len(test), -1).argmax(1).astype(np.uint8)
    return answer


def on_new_people(test: Beats) -> U8:
    """The class of each beat of DS2, by the net of DS1 alone."""
    return decided(int8_logits(load(STRICT.model), test), test)
