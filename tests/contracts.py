"""What every detector promises. A test class derives from `DetectorContract` and says how its detector is made."""

import copy
from typing import Protocol

import numpy as np
import pytest

from edge.types import F32, I64, RowIndex, Table

FS = 360.0


class BeatDetector(Protocol):
    """The verbs of a stage that finds R peaks."""

    hop: int

    def feed(self, rows: RowIndex, x: F32) -> Table: ...
    def start(self, rows: RowIndex, sample: int | I64) -> None: ...
    def skip(self, rows: RowIndex, sample: int | I64) -> None: ...
    def flush(self, rows: RowIndex) -> Table: ...
    def grow(self, capacity: int) -> None: ...


def ecg(seconds: float, seed: int, *, fs: float = FS, noise_mv: float = 0.01, rr_s: float = 0.8) -> tuple[F32, I64]:
    """A heart with P, QRS and T waves of its own size and rate, and where its R peaks are."""
    rng = np.random.default_rng(seed)
    r_s = np.cumsum(rng.normal(rr_s, 0.05 * rr_s, round(seconds / rr_s) + 2)) - 0.3 * rr_s
    r_s = r_s[(r_s > 0) & (r_s < seconds - 0.1)]
    t = np.arange(round(seconds * fs)) / fs
    x = rng.normal(0, noise_mv, len(t))
    for delay_s, width_s, mv in ((-0.16, 0.025, 0.1), (0, 0.011, 1.0), (0.03, 0.010, -0.2), (0.27, 0.045, 0.25)):
        x += mv * np.exp(-0.5 * ((t[:, None] - r_s - delay_s) / width_s) ** 2).sum(1)
    return (rng.uniform(0.5, 2) * x).astype(np.float32), np.rint(r_s * fs).astype(np.int64)


def hops(x: F32, hop: int) -> F32:
    """Whole hops of each row, `(hops, rows, hop)`."""
    x = np.atleast_2d(x)
    n = x.shape[1] // hop
    return np.ascontiguousarray(x[:, : n * hop].reshape(len(x), n, hop).swapaxes(0, 1))


def beats(detector: BeatDetector, x: F32, first: int = 0) -> list[Table]:
    """The beats of each row of `x`, all rows fed together."""
    rows = np.arange(len(np.atleast_2d(x)))
    detector.start(rows, first)
    found = [detector.feed(rows, hop) for hop in hops(x, detector.hop)]
    table = np.concatenate([*found, detector.flush(rows)])
    return [table[table["row"] == row] for row in rows]


def same_beats(a: Table, b: Table) -> bool:
    """Equal in all but the row, and in the last bits of the score (BLAS adds in an order of its own)."""
    exact = all(np.array_equal(a[name], b[name]) for name in ("sample", "found_at", "flags"))
    return exact and np.allclose(a["score"], b["score"], atol=1e-3)


def _streams(n: int, seconds: float = 20) -> F32:
    return np.stack([ecg(seconds, seed)[0] for seed in range(n)])


class DetectorContract:
    """Derive, and define `make`."""

    def make(self, fs: float, capacity: int) -> BeatDetector:
        """A fresh detector."""
        raise NotImplementedError

    def test_finds_the_beats(self) -> None:
        """Each beat once, within 20 ms, from the first second to the last: no learning phase costs a beat."""
        for seed in range(5):
            x, r_peak = ecg(20, seed)
            (found,) = beats(self.make(FS, 1), x)
            assert len(found) == len(r_peak)
            assert np.abs(found["sample"] - r_peak).max() <= 0.02 * FS

    def test_beats_are_in_order_and_known_after_they_are_there(self) -> None:
        """`sample` grows strictly; `found_at` never falls, and never lies before the beat or beyond the signal."""
        x, _ = ecg(20, 1, noise_mv=0.1)
        (found,) = beats(self.make(FS, 1), x)
        assert (np.diff(found["sample"]) > 0).all()
        assert (np.diff(found["found_at"]) >= 0).all()
        assert (found["found_at"] >= found["sample"]).all()
        assert found["found_at"].max() < len(x)

    def test_a_bank_gives_the_beats_of_each_stream_alone(self) -> None:
        """No stream sees another."""
        x = _streams(7)
        together = beats(self.make(FS, 7), x)
        for row, found in enumerate(together):
            assert same_beats(found, beats(self.make(FS, 1), x[row])[0])

    def test_streams_may_come_in_any_subsets(self) -> None:
        """Rows that are ready at different times, in any order, give the same beats."""
        x = _streams(6)
        together = beats(self.make(FS, 6), x)
        detector = self.make(FS, 6)
        detector.start(np.arange(6), 0)
        signal = hops(x, detector.hop)
        rng, done, found = np.random.default_rng(0), np.zeros(6, np.intp), []
        while (done < len(signal)).any():
            rows = rng.permutation(np.flatnonzero(done < len(signal)))[: rng.integers(0, 7)]
            found.append(detector.feed(rows, signal[done[rows], rows]))
            done[rows] += 1
        table = np.concatenate([*found, detector.flush(np.arange(6))])
        assert all(same_beats(table[table["row"] == row], together[row]) for row in range(6))

    def test_streams_may_join_a_growing_bank(self) -> None:
        """A stream that joins later, on a clock of its own, has the beats that it has alone."""
        x = _streams(3)
        detector = self.make(FS, 1)
        begin, clock, found = [0, 11, 30], [0, 1_000_000, 5], []
        signal = hops(x, detector.hop)
        for k in range(len(signal) + 30):
            for row in range(3):
                if begin[row] == k:
                    detector.grow(row + 1)
                    detector.start(np.array([row]), clock[row])
            rows = np.array([row for row in range(3) if 0 <= k - begin[row] < len(signal)])
            found.append(detector.feed(rows, signal[k - np.array(begin)[rows], rows]))
        table = np.concatenate(found)
        for row in range(3):
            own = table[table["row"] == row]
            alone = beats(self.make(FS, 1), x[row], clock[row])[0]
            assert len(own) >= len(alone) - 1  # it was not flushed
            assert same_beats(own, alone[: len(own)])

    def test_a_row_that_is_used_again_remembers_nothing(self) -> None:
        """`start` is a fresh stream."""
        x, other = _streams(2)
        detector = self.make(FS, 1)
        beats(detector, 50 * other)
        assert same_beats(beats(detector, x)[0], beats(self.make(FS, 1), x)[0])

    def test_a_copy_goes_on_by_itself(self) -> None:
        """A deep copy in mid-stream gives the same beats, and does not disturb the original."""
        x, _ = ecg(20, 3)
        detector = self.make(FS, 1)
        whole = beats(detector, x)[0]
        rows = np.array([0])
        detector.start(rows, 0)
        signal = hops(x, detector.hop)
        early = [detector.feed(rows, hop) for hop in signal[:90]]
        twin = copy.deepcopy(detector)
        for one in (twin, detector):
            late = [one.feed(rows, hop) for hop in signal[90:]]
            assert same_beats(np.concatenate([*early, *late, one.flush(rows)]), whole)

    def test_the_input_is_left_as_it_was(self) -> None:
        """Samples belong to the caller, who may have made them read-only."""
        x, _ = ecg(10, 4)
        x.setflags(write=False)
        before = x.copy()
        beats(self.make(FS, 1), x)
        assert np.array_equal(x, before)

    def test_no_streams_give_no_beats(self) -> None:
        """A hop in which nobody is ready is a hop."""
        detector = self.make(FS, 2)
        nobody = np.empty(0, np.intp)
        assert len(detector.feed(nobody, np.empty((0, detector.hop), np.float32))) == 0
        assert len(detector.flush(nobody)) == 0

    def test_a_stream_may_end_before_it_has_begun(self) -> None:
        """No hop, one hop, and holes without a hop between them: no beats, and no harm to what follows."""
        detector, rows = self.make(FS, 1), np.array([0])
        x, r_peak = ecg(10, 8)
        detector.start(rows, 0)
        assert len(detector.flush(rows)) == 0
        detector.feed(rows, x[None, : detector.hop])
        assert len(detector.flush(rows)) == 0
        for sample in (1000, 1001, 5000):
            detector.skip(rows, sample)
            assert len(detector.flush(rows)) == 0
        found = [detector.feed(rows, hop) for hop in hops(x, detector.hop)]
        table = np.concatenate([*found, detector.flush(rows)])
        assert np.abs(table["sample"] - 5000 - r_peak).max() <= 0.02 * FS

    @pytest.mark.parametrize("gain", [0.1, 0.5, 10, -1])
    def test_gain_and_polarity_change_nothing(self, gain: float) -> None:
        """The same beats; a sample may move by the rounding of float32."""
        x, _ = ecg(20, 5)
        (found,) = beats(self.make(FS, 1), x)
        (scaled,) = beats(self.make(FS, 1), np.float32(gain) * x)
        assert len(found) == len(scaled)
        assert np.abs(found["sample"] - scaled["sample"]).max() <= 1

    def test_the_clock_starts_anywhere(self) -> None:
        """Only the numbers of the samples change."""
        x, _ = ecg(20, 6)
        (found,) = beats(self.make(FS, 1), x)
        (later,) = beats(self.make(FS, 1), x, 10**12 + 7)
        assert np.array_equal(found["sample"] + 10**12 + 7, later["sample"])
        assert np.array_equal(found["found_at"] + 10**12 + 7, later["found_at"])

    @pytest.mark.parametrize("level", [0.0, 3.7, -300.0])
    def test_a_constant_signal_has_no_beats(self, level: float) -> None:
        """Neither from the beginning, nor after a heart."""
        x, r_peak = ecg(10, 7)
        flat = np.full(3600, level, np.float32)
        (found,) = beats(self.make(FS, 1), flat)
        assert len(found) == 0
        (found,) = beats(self.make(FS, 1), np.concatenate([x, x[-1] + flat - level]))
        assert len(found) == len(r_peak)
