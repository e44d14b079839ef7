"""The bank of templates against one written for a single beat at a time."""

import numpy as np

from edge.inputs import FIRST, POINTS
from edge.templates import Templates

CORE = slice(-30 - FIRST, 60 - FIRST)
ONE = np.array([0])


class SlowTemplates:
    """The rule, for one stream, in the order in which it reads."""

    def __init__(self) -> None:
        self.clusters: list[list] = []  # mean, weight, count

    def feed(self, beat: np.ndarray, timely: bool) -> np.ndarray:
        template = max(self.clusters, key=lambda c: c[1])[0].copy() if self.clusters else beat
        for cluster in self.clusters:
            cluster[1] *= 0.995
        likeness = [np.corrcoef(c[0][CORE], beat[CORE])[0, 1] for c in self.clusters]
        gain = 1 if timely else 0.25
        if likeness and max(likeness) > 0.9:
            joined = self.clusters[int(np.argmax(likeness))]
            joined[2] += 1
            joined[0] += max(1 / 16, 1 / joined[2]) * (beat - joined[0])
            joined[1] += gain
            return template
        if len(self.clusters) == 6:
            del self.clusters[int(np.argmin([c[1] for c in self.clusters]))]
        self.clusters.append([beat.astype(float), gain, 1])
        return template


def shapes(count: int, seed: int) -> np.ndarray:
    """Beats of nine smooth shapes, with noise."""
    rng = np.random.default_rng(seed)
    centres = np.linspace(30, 105, 9)
    shape = np.exp(-((np.arange(POINTS) - centres[:, None]) ** 2) / 50)
    return (shape[rng.integers(0, 9, count)] + rng.normal(0, 0.02, (count, POINTS))).astype(np.float32)


def test_it_does_what_the_slow_rule_does_with_more_shapes_than_clusters() -> None:
    rng = np.random.default_rng(3)
    bank, slow = Templates(1), SlowTemplates()
    for beat in shapes(300, 5):
        timely = bool(rng.random() < 0.7)
        template = bank.feed(ONE, beat[None], np.array([timely]))
        np.testing.assert_allclose(template[0], slow.feed(beat, timely), atol=1e-4)


def test_streams_together_are_each_alone() -> None:
    streams = np.stack([shapes(60, seed) for seed in range(5)])
    timely = np.random.default_rng(0).random((5, 60)) < 0.8
    bank, alone = Templates(5), [Templates(1) for _ in range(5)]
    for turn in range(60):
        rows = np.flatnonzero((np.arange(5) + turn) % 3)  # not every stream has a beat in every hop
        together = bank.feed(rows, streams[rows, turn], timely[rows, turn])
        for row, template in zip(rows, together, strict=True):
            single = alone[row].feed(ONE, streams[row, turn][None], timely[row, turn][None])
            np.testing.assert_array_equal(single[0], template)


def test_the_first_beat_is_its_own_template() -> None:
    beat = shapes(1, 0)
    np.testing.assert_array_equal(Templates(1).feed(ONE, beat, np.array([True])), beat)


def test_in_bigeminy_the_beats_that_come_in_time_become_the_template() -> None:
    normal, premature = np.exp(-((np.arange(POINTS) - np.array([[54], [80]])) ** 2) / 50).astype(np.float32)
    bank = Templates(1)
    for turn in range(40):
        beat, timely = (premature, False) if turn % 2 == 0 else (normal, True)
        template = bank.feed(ONE, beat[None], np.array([timely]))
    np.testing.assert_allclose(template[0], normal, atol=1e-5)


def test_growing_and_refreshing_leave_the_other_streams_alone() -> None:
    beats = shapes(3, 1)
    bank = Templates(2)
    bank.feed(np.array([0, 1]), beats[:2], np.array([True, True]))
    bank.grow(4)
    bank.refresh(np.array([1]))
    template = bank.feed(np.array([0, 1]), beats[[2, 2]], np.array([True, True]))
    np.testing.assert_array_equal(template, beats[[0, 2]])
