"""What one epoch trains on: beats drawn by class and patient, some with intervals or P waves of other beats."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.rr_context import CLIP, FEATURES
from edge.tables import F, N, S, V
from edge.types import F32, U8, Bool
from edge.views import net_image
from models.augment import augment, without_p
from models.beats import Beats
from models.rhythms import simulate


class Shares(NamedTuple):
    """How an epoch is put together. Shares are of the draws of the class."""

    draws: tuple[int, int, int, int] = (6000, 2500, 2500, 400)
    """N, S, V, F."""
    swapped: float = 0.5
    """Beats that take the R-R vector of another beat of their class, of any patient."""
    synthetic_s: float = 0.8
    """S draws made of an N beat with its P wave faded out."""
    synthetic_af: float = 0.08
    """N draws with the intervals of simulated atrial fibrillation and no P wave."""
    simulated: tuple[float, float, float, float] = (0.1, 0.2, 0.3, 0.0)
    """Draws with the R-R vector of a simulated rhythm."""
    others: float = 0.0
    """N draws that are beats of other people, none of whom is known to have S beats."""
    series: int = 420
    """Rhythms that are simulated for them."""
    rr_noise: float = 0.03


class Examples(NamedTuple):
    """What a training step needs."""

    image: F32
    rr: F32
    label: U8


_REGULAR: Final = 0.2  # `irregularity` below which an N beat may lend its shape to a synthetic S beat


class Drawer:
    """Draws epochs from some patients' beats."""

    def __init__(
        self, beats: Beats, noise: F32, seed: int, shares: Shares | None = None, others: Beats | None = None
    ) -> None:
        """`others` are the people that `Shares.others` speaks of; their beats are N whatever their label."""
        self._shares = shares or Shares()
        self._others = others
        self._others_odds = None if others is None else _odds(others.record)
        self._rng = np.random.default_rng(seed)
        self._beats = beats.take(beats.clear & (beats.label <= F))
        self._noise = noise
        self._simulated = simulate(self._rng, self._shares.series)
        self._odds = [self._odds_of(label) for label in (N, S, V, F)]
        regular = self._beats.rr[:, FEATURES.index("irregularity")] < _REGULAR
        self._regular = np.flatnonzero((self._beats.label == N) & regular)

    @property
    def size(self) -> int:
        """Draws of an epoch."""
        return sum(self._shares.draws)

    def epoch(self) -> Examples:
        """Fresh draws, augmented, in random order."""
        drawn = [self._draw(label, count) for label, count in enumerate(self._shares.draws) if count]
        beat, template, rr, label = (np.concatenate(column) for column in zip(*drawn, strict=True))
        beat, template = augment(self._rng, beat, template, self._noise)
        rr = np.clip(rr + self._rng.normal(0, self._shares.rr_noise, rr.shape), -CLIP, CLIP).astype(np.float32)
        order = self._rng.permutation(len(label))
        return Examples(net_image(beat, template)[order], rr[order], label[order])

    def plain(self) -> Examples:
        """Draws of the same mixture as they were recorded, for calibration."""
        chosen = np.concatenate([self._pick(label, n) for label, n in enumerate(self._shares.draws) if n])
        beats = self._beats.take(self._rng.permutation(chosen))
        return Examples(net_image(beats.beat, beats.template), beats.rr, beats.label)

    def _odds_of(self, label: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The beats of a class and how likely each is drawn: a patient counts by the square root of its beats."""
        held = np.flatnonzero(self._beats.label == label)
        return held, _odds(self._beats.record[held])

    def _pick(self, label: int, k: int) -> NDArray[np.intp]:
        held, odds = self._odds[label]
        return self._rng.choice(held, k, p=odds)

    def _draw(self, label: int, k: int) -> tuple[F32, F32, F32, U8]:
        shape = self._beats.take(self._pick(label, k))
        beat, template = shape.beat, shape.template
        rr = np.where(self._some(k, self._shares.swapped), self._beats.rr[self._pick(label, k)], shape.rr)
        if label == S and len(self._regular):
            beat, template = self._synthetic_s(beat, template)
        if self._shares.simulated[label]:
            rr = np.where(self._some(k, self._shares.simulated[label]), self._intervals(label, k), rr)
        if label == N:
            beat, template, rr = self._of_others(*self._synthetic_af(beat, template, rr))
        return beat, template, rr, np.full(k, label, np.uint8)

    def _synthetic_s(self, beat: F32, template: F32) -> tuple[F32, F32]:
        made = self._some(len(beat), self._shares.synthetic_s)
        lender = self._rng.choice(self._regular, len(beat))
        faded = without_p(self._beats.beat[lender], self._rng.random(len(beat)))
        return np.where(made, faded, beat), np.where(made, self._beats.template[lender], template)

    def _synthetic_af(self, beat: F32, template: F32, rr: F32) -> tuple[F32, F32, F32]:
        made = self._some(len(beat), self._shares.synthetic_af)
        gone = np.where(made[:, 0], 1.0, 0.0)
        intervals = self._intervals(N, len(beat), fibrillation=True)
        return without_p(beat, gone), without_p(template, gone), np.where(made, intervals, rr)

    def _of_others(self, beat: F32, template: F32, rr: F32) -> tuple[F32, F32, F32]:
        if self._others is None:
            return beat, template, rr
        k, people = len(beat), len(self._others)
        shape, lender = (self._others.take(self._rng.choice(people, k, p=self._others_odds)) for _ in range(2))
        intervals = np.where(self._some(k, self._shares.swapped), lender.rr, shape.rr)
        made = self._some(k, self._shares.others)
        return np.where(made, shape.beat, beat), np.where(made, shape.template, template), np.where(made, intervals, rr)

    def _intervals(self, label: int, k: int, fibrillation: bool = False) -> F32:
        """R-R vectors of simulated beats of a class, of all rhythms or of atrial fibrillation."""
        wanted = self._simulated.fibrillation if fibrillation else True
        held = np.flatnonzero((self._simulated.label == label) & wanted)
        vectors: F32 = self._simulated.rr[self._rng.choice(held, k)]
        return vectors

    def _some(self, k: int, share: float) -> Bool:
        return self._rng.random((k, 1)) < share


def _odds(record: NDArray[np.str_]) -> NDArray[np.float64]:
    """How likely each beat is drawn: a patient counts by the square root of its beats."""
    _, patient, count = np.unique(record, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(count[patient])
    odds: NDArray[np.float64] = weight / weight.sum()
    return odds
