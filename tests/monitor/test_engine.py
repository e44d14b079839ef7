"""Blocks in, what is to be said out: with a signal path that finds a beat wherever a sample is 1 mV."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.events import Beat, Event, Gap, SignalQuality, Vitals
from edge.limits import Limits
from edge.types import F32, I64, RowIndex
from edge.wire import DeviceStatus, Flag, SampleBlock
from monitor.config import Streams
from monitor.counters import Counters
from monitor.engine import Engine
from monitor.group import HOPS
from monitor.said import Begun, Ended, Forgotten, Heard, Said, Technical

FS = 100.0
HOP = 10
NOW = 1_700_000_000.0


class MarkedBeats:
    """A signal path of its own: a beat is where the signal is 1 mV, bad signal where it is -1."""

    hop = HOP

    def __init__(self) -> None:
        self.clocks: dict[int, int] = {}
        self.skips: list[tuple[int, int]] = []
        self.flushed: list[int] = []
        self.most_rows = 0

    def join(self, sample: int = 0) -> int:
        row = next(n for n in range(1000) if n not in self.clocks)
        self.clocks[row] = sample
        return row

    def leave(self, row: int) -> None:
        del self.clocks[row]

    def clock(self, rows: RowIndex) -> I64:
        return np.array([self.clocks[int(row)] for row in rows])

    def feed(self, rows: RowIndex, x: F32) -> list[tuple[int, Event]]:
        assert len(x) == len(rows)
        assert x.shape[1] % HOP == 0
        assert x.shape[1] <= HOPS * HOP
        self.most_rows = max(self.most_rows, len(rows))
        found: list[tuple[int, Event]] = []
        for row, samples in zip(rows.tolist(), x, strict=True):
            first = self.clocks[row]
            self.clocks[row] += len(samples)
            found += [(row, beat(first + int(at))) for at in np.flatnonzero(samples > 0.9)]
            if (samples < -0.9).any():
                found.append((row, SignalQuality(sample=first, quality="unusable", reasons=("flat",))))
        return found

    def skip(self, rows: RowIndex, samples: I64) -> list[tuple[int, Event]]:
        for row, sample in zip(rows.tolist(), samples.tolist(), strict=True):
            assert sample >= self.clocks[row]
            self.clocks[row] = sample
            self.skips.append((row, sample))
        return []

    def flush(self, rows: RowIndex) -> list[tuple[int, Event]]:
        self.flushed += rows.tolist()
        return [(row, beat(-self.clocks[row])) for row in rows.tolist()]

    def vitals(self, rows: RowIndex) -> list[Vitals]:
        return [
            Vitals(sample=self.clocks[row] - 1, hr_bpm=72.0, rhythm="(N", quality="good", pvc_per_min=0)
            for row in rows.tolist()
        ]


def beat(sample: int) -> Beat:
    return Beat(sample=sample, found_at=sample, score=1.0)


def block(
    seq: int, n0: int, x: Iterable[float], *, started: float = NOW, fs: float = FS, flags: tuple[Flag, ...] = ()
) -> SampleBlock:
    return SampleBlock(
        seq=seq,
        n0=n0,
        t=round((started + n0 / fs) * 1e6),
        fs=fs,
        gain=1.0,
        offset=0.0,
        unit="mV",
        x=np.array(list(x), np.float32),
        flags=flags,
    )


def quiet(seq: int, n: int = 20, **how: object) -> SampleBlock:
    return block(seq, seq * n, [0.0] * n, **how)  # type: ignore[arg-type]


class Bench:
    """An engine, its chains by rate, and its counters."""

    def __init__(self, settings: Streams | None = None) -> None:
        self.chains: dict[float, MarkedBeats] = {}
        self.counters = Counters()
        self.engine = Engine(settings or Streams(), self._chain, self.counters)

    def _chain(self, fs: float, limits: Limits) -> MarkedBeats:
        return self.chains.setdefault(fs, MarkedBeats())

    def send(self, *blocks: SampleBlock, patient: str = "p1", lead: str = "MLII", now: float = NOW) -> list[Said]:
        for each in blocks:
            self.engine.accept(patient, lead, each, now)
        return self.engine.tick(now)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def beats(said: list[Said], patient: str = "p1") -> list[int]:
    return [each.event.sample for each in events(said, patient) if isinstance(each.event, Beat)]


def events(said: list[Said], patient: str = "p1") -> list[Heard]:
    return [each for each in said if isinstance(each, Heard) and each.patient == patient]


def technical(said: list[Said]) -> list[tuple[str, bool]]:
    return [(each.condition, each.active) for each in said if isinstance(each, Technical)]


def with_beats(n: int, every: int = 7) -> list[float]:
    return [float(k % every == 0) for k in range(n)]


@given(st.lists(st.integers(1, 45), max_size=20))
def test_how_a_device_cuts_its_messages_changes_nothing(cuts: list[int]) -> None:
    bench, signal, at = Bench(), with_beats(200), 0
    said: list[Said] = []
    for seq, n in enumerate([*cuts, 200]):
        if at < 200:
            said += bench.send(block(seq, at, signal[at : at + n]))
            at += n
    assert beats(said) == list(range(0, 200, 7))


def test_streams_are_fed_together_and_keep_their_own(bench: Bench) -> None:
    for k in range(20):
        bench.engine.accept(f"p{k}", "MLII", block(0, 0, [0.0] * k + [1.0] + [0.0] * (30 - k)), NOW)
    said = bench.engine.tick(NOW)
    assert [beats(said, f"p{k}") for k in range(20)] == [[k] for k in range(20)]
    assert bench.chains[FS].most_rows == 20


def test_streams_of_other_rates_go_into_chains_of_their_own(bench: Bench) -> None:
    bench.engine.accept("p1", "MLII", block(0, 0, [1.0] + [0.0] * 9, fs=100.0), NOW)
    bench.engine.accept("p2", "MLII", block(0, 0, [0.0, 1.0] + [0.0] * 8, fs=360.0), NOW)
    said = bench.engine.tick(NOW)
    assert (beats(said, "p1"), beats(said, "p2")) == ([0], [1])


def test_a_hole_is_a_gap_and_the_numbers_go_on_behind_it(bench: Bench) -> None:
    said = bench.send(quiet(0), block(2, 40, with_beats(20, every=40)))
    assert [each.event for each in events(said)] == [Gap(sample=20, last=39), beat(40)]
    assert bench.counters.samples_lost == 20


def test_what_does_not_fill_a_hop_before_a_hole_belongs_to_the_gap(bench: Bench) -> None:
    said = bench.send(block(0, 0, [0.0] * 25), block(2, 50, [0.0] * 10))
    assert [each.event for each in events(said)] == [Gap(sample=20, last=49)]
    assert (bench.counters.samples_lost, bench.counters.samples_dropped) == (25, 5)


def test_what_overflows_is_a_gap_of_its_own_kind_and_counted() -> None:
    bench = Bench(Streams(backlog_s=2.0))
    said = bench.send(block(0, 0, [0.0] * 150), block(1, 150, [0.0] * 95 + [1.0] + [0.0] * 4))
    assert [each.event for each in events(said)] == [Gap(sample=0, last=49, reason="overflow"), beat(245)]
    assert bench.counters.samples_dropped == 50


def test_a_tick_works_off_only_so_much_and_says_that_there_is_more(bench: Bench) -> None:
    said = bench.send(block(0, 0, with_beats(1000, every=100)))
    assert beats(said) == [0, 100]
    assert bench.engine.is_behind
    for _ in range(10):
        said += bench.engine.tick(NOW)
    assert beats(said) == list(range(0, 1000, 100))
    assert not bench.engine.is_behind


def test_a_device_that_restarts_ends_its_session_and_begins_another(bench: Bench) -> None:
    said = bench.send(quiet(0)) + bench.send(block(0, 0, with_beats(10, every=10), started=NOW + 9))
    begun = Begun("p1", "MLII", FS, 0, pytest.approx(NOW, abs=1), pytest.approx(NOW, abs=9))
    ends = [Heard("p1", "MLII", beat(-20)), Ended("p1", "MLII")]
    assert said == [begun, *ends, begun, Heard("p1", "MLII", beat(0))]


def test_a_restart_at_another_rate_moves_the_stream(bench: Bench) -> None:
    said = bench.send(quiet(0)) + bench.send(block(0, 0, with_beats(10, every=10), fs=250.0, started=NOW + 9))
    assert beats(said) == [-20, 0]
    assert bench.engine.vitals(NOW)[0].fs == 250.0


@pytest.mark.parametrize("fs", [50.0, 99.0, 4000.0])
def test_a_rate_that_cannot_be_analysed_is_counted(bench: Bench, fs: float) -> None:
    assert bench.send(quiet(0, fs=fs)) == []
    assert bench.counters.blocks["not_analysed"] == 1


class TestLeads:
    """One lead of a patient is analysed."""

    def test_the_first_is_until_a_better_one_comes(self, bench: Bench) -> None:
        bench.send(quiet(0), lead="V5")
        assert bench.engine.vitals(NOW)[0].lead == "V5"
        said = bench.send(quiet(0), lead="MLII")
        assert said[-2] == Ended("p1", "V5")
        assert isinstance(said[-1], Begun)
        assert bench.engine.vitals(NOW)[0].lead == "MLII"

    def test_a_worse_one_is_only_counted(self, bench: Bench) -> None:
        bench.send(quiet(0), lead="MLII")
        assert bench.send(quiet(0), lead="V5") == []
        assert bench.counters.blocks["not_analysed"] == 1

    def test_a_worse_one_takes_over_from_one_that_is_silent(self, bench: Bench) -> None:
        bench.send(quiet(0), lead="MLII")
        bench.engine.tick(NOW + 6)
        said = bench.send(quiet(0), lead="V5", now=NOW + 6)
        assert technical(said) == [("signal_loss", False)]
        assert bench.engine.vitals(NOW)[0].lead == "V5"

    def test_a_pulse_wave_is_no_electrocardiogram(self, bench: Bench) -> None:
        bench.send(quiet(0), lead="ppg")
        assert bench.engine.patients == 0


class TestSilence:
    """No samples, by wall time."""

    def test_is_told_and_what_waited_is_said(self, bench: Bench) -> None:
        bench.send(quiet(0))
        assert bench.engine.tick(NOW + 4.9) == []
        said = bench.engine.tick(NOW + 5.5)
        assert technical(said) == [("signal_loss", True)]
        assert beats(said) == [-20]
        assert bench.engine.tick(NOW + 6.5) == []

    def test_leaves_no_rate_to_be_seen(self, bench: Bench) -> None:
        bench.send(quiet(0))
        bench.engine.tick(NOW + 6)
        (line,) = bench.engine.vitals(NOW + 6)
        assert (line.hr_bpm, line.rhythm, line.quality) == (None, "", "unusable")

    def test_ends_with_the_next_block_and_the_stream_keeps_its_row(self, bench: Bench) -> None:
        bench.send(quiet(0))
        bench.engine.tick(NOW + 6)
        said = bench.send(quiet(1), now=NOW + 7)
        assert technical(said) == [("signal_loss", False)]
        assert not events(said), "nothing was lost, so there is no gap"
        assert bench.chains[FS].skips == [(0, 20)]

    def test_of_a_whole_hour_makes_room_for_another(self, bench: Bench) -> None:
        bench.send(quiet(0))
        bench.engine.tick(NOW + 6)
        said = bench.engine.tick(NOW + 3601)
        assert said[-2:] == [Ended("p1", "MLII"), Forgotten("p1")]
        assert technical(said) == [("signal_loss", False)]
        assert bench.engine.patients == 0


class TestTechnicalFacts:
    """Told when they begin and when they end, and only then."""

    @pytest.mark.parametrize("flag", ["lead_off", "saturated"])
    def test_flags_of_the_device(self, bench: Bench, flag: Flag) -> None:
        said = bench.send(quiet(0), quiet(1, flags=(flag,)), quiet(2, flags=(flag,)), quiet(3))
        assert technical(said) == [(flag, True), (flag, False)]

    def test_a_lead_that_is_off_is_still_listened_to(self, bench: Bench) -> None:
        """Or an electrode that fell off a silent heart would hide it."""
        assert beats(bench.send(block(0, 0, with_beats(10, every=10), flags=("lead_off",)))) == [0]

    def test_unusable_signal(self, bench: Bench) -> None:
        assert technical(bench.send(block(0, 0, [-1.0] * 10))) == [("poor_signal", True)]

    def test_two_devices_on_one_stream(self, bench: Bench) -> None:
        bench.send(*(quiet(seq) for seq in range(5)))
        rivals = [quiet(seq, started=NOW - 50) for seq in range(3)]
        assert technical(bench.send(*rivals, now=NOW + 1)) == [("conflict", True)]
        assert technical(bench.send(quiet(5), now=NOW + 12)) == [("conflict", False)]

    def test_two_seconds_missing_of_the_last_minute(self, bench: Bench) -> None:
        said = bench.send(quiet(0)) + bench.send(quiet(15), now=NOW + 1)
        assert technical(said) == [("gaps", True)]
        assert technical(bench.send(quiet(16), now=NOW + 4)) == []

    def test_a_device_that_goes_offline_and_comes_back(self, bench: Bench) -> None:
        bench.send(quiet(0))
        bench.engine.status("p1", DeviceStatus(state="offline"))
        assert technical(bench.engine.tick(NOW)) == [("device_offline", True)]
        assert technical(bench.send(quiet(1))) == [("device_offline", False)]

    def test_a_battery_that_runs_low(self, bench: Bench) -> None:
        bench.send(quiet(0))
        bench.engine.status("p1", DeviceStatus(state="online", battery=0.08))
        assert bench.engine.tick(NOW) == [Technical("p1", "MLII", "battery_low", True, "Battery at 8%")]

    def test_end_with_their_stream(self, bench: Bench) -> None:
        bench.send(quiet(0, flags=("lead_off",)), lead="V5")
        assert technical(bench.send(quiet(0), lead="MLII")) == [("lead_off", False)]


def test_vitals_say_where_a_sample_is_in_time(bench: Bench) -> None:
    bench.send(quiet(0), quiet(1))
    (line,) = bench.engine.vitals(NOW + 3)
    assert (line.sample, line.t0, line.t) == (39, round(NOW * 1e6), round((NOW + 3) * 1e6))


def test_at_the_end_everything_is_said(bench: Bench) -> None:
    for k in range(3):
        bench.engine.accept(f"p{k}", "MLII", block(0, 0, with_beats(30, every=30)), NOW)
    said = bench.engine.flush()
    assert [beats(said, f"p{k}") for k in range(3)] == [[0, -30]] * 3
    assert bench.engine.patients == 0


@given(st.lists(st.sampled_from(["good", "good", "lost", "again", "foreign", "restart"]), max_size=60))
def test_no_sample_is_unaccounted_for(deeds: list[str]) -> None:
    """Taken samples are analysed, dropped and counted, or still wait for their hop."""
    bench, fed, seq, started = Bench(), 0, 0, NOW
    chain = MarkedBeats()
    feed: Callable[[RowIndex, F32], list[tuple[int, Event]]] = chain.feed

    def counting(rows: RowIndex, x: F32) -> list[tuple[int, Event]]:
        nonlocal fed
        fed += x.size
        return feed(rows, x)

    chain.feed = counting  # type: ignore[method-assign]
    bench.chains[FS] = chain
    for deed in deeds:
        if deed == "restart":
            seq, started = 0, started + 1000
        if deed == "foreign":
            bench.send(quiet(3, 13, started=NOW - 500))
            continue
        if deed != "lost":
            bench.send(quiet(seq - (deed == "again" and seq > 0), 13, started=started))
        seq += deed != "again"
    bench.engine.flush()
    assert bench.counters.samples == fed + bench.counters.samples_dropped


class TestLimits:
    """A bank has one set of limits: whose differ are in a bank of their own."""

    def engine(self) -> tuple[Engine, dict[str, Limits], list[tuple[float, Limits]]]:
        of: dict[str, Limits] = {}
        made: list[tuple[float, Limits]] = []

        def chain(fs: float, limits: Limits) -> MarkedBeats:
            made.append((fs, limits))
            return MarkedBeats()

        return Engine(Streams(), chain, Counters(), lambda patient: of.get(patient, Limits())), of, made

    def test_a_patient_with_limits_of_their_own_is_in_a_chain_of_their_own(self) -> None:
        engine, of, made = self.engine()
        of["p2"] = Limits(tachycardia_bpm=110)
        for patient in ("p1", "p2", "p3"):
            engine.accept(patient, "MLII", quiet(0), NOW)
        assert made == [(FS, Limits()), (FS, of["p2"])]

    def test_whose_limits_change_goes_on_afresh_and_the_others_as_they_were(self) -> None:
        engine, of, _ = self.engine()
        for patient in ("p1", "p2"):
            engine.accept(patient, "MLII", quiet(0), NOW)
        engine.tick(NOW)
        of["p2"] = Limits(tachycardia_bpm=110)
        engine.relimit(NOW)
        said = engine.tick(NOW)
        assert [type(s) for s in said] == [Heard, Ended, Begun]
        assert {s.patient for s in said} == {"p2"}
        n0 = len(quiet(0).x)
        for patient in ("p1", "p2"):
            engine.accept(patient, "MLII", block(1, n0, with_beats(20, every=10)), NOW)
        found = [s for s in engine.tick(NOW) if isinstance(s, Heard)]
        assert {(s.patient, s.event.sample) for s in found} == {(p, n0 + k) for p in ("p1", "p2") for k in (0, 10)}


def test_a_birth_certificate_that_comes_before_the_samples_counts() -> None:
    engine = Engine(Streams(), lambda *_: MarkedBeats(), Counters())
    engine.status("p1", DeviceStatus(state="online", battery=0.1))
    assert engine.tick(NOW) == []
    engine.accept("p1", "MLII", quiet(0), NOW)
    assert technical(engine.tick(NOW)) == [("battery_low", True)]


def test_a_device_that_left_again_before_its_samples_came_is_forgotten() -> None:
    engine = Engine(Streams(), lambda *_: MarkedBeats(), Counters())
    for status in (DeviceStatus(state="online", battery=0.1), DeviceStatus(state="offline")):
        engine.status("p1", status)
    engine.accept("p1", "MLII", quiet(0), NOW)
    assert technical(engine.tick(NOW)) == []


def test_a_flood_of_birth_certificates_is_kept_for_as_many_as_are_watched() -> None:
    engine = Engine(Streams(max_patients=3), lambda *_: MarkedBeats(), Counters())
    for k in range(100):
        engine.status(f"p{k}", DeviceStatus(state="online", battery=0.1))
    said: list[Said] = []
    for k in range(100):
        engine.accept(f"p{k}", "MLII", quiet(0), NOW)
        said += engine.tick(NOW)
    assert {s.patient for s in said if isinstance(s, Technical)} == {"p97", "p98", "p99"}


def test_a_monitor_that_does_not_keep_up_says_so_until_it_has_caught_up() -> None:
    engine = Engine(Streams(signal_loss_s=60.0), lambda *_: MarkedBeats(), Counters())
    engine.accept("p1", "MLII", block(0, 0, np.zeros(3000)), NOW)
    said = [technical(engine.tick(NOW + k / 2)) for k in range(20)]
    assert [each for each in said if each] == [[("overloaded", True)], [("overloaded", False)]]
    assert said[0]


@pytest.mark.parametrize(("off_s", "told"), [(0.0, []), (-4.0, []), (-60.0, [True]), (60.0, [True]), (-NOW, [])])
def test_a_device_whose_clock_is_off_is_told(off_s: float, told: list[bool]) -> None:
    """And one that has none, and says 1970, is not."""
    engine = Engine(Streams(), lambda *_: MarkedBeats(), Counters())
    said: list[Said] = []
    for k in range(70):
        engine.accept("p1", "MLII", block(k, 100 * k, np.zeros(100), started=NOW + off_s), NOW + k + 1)
        said += engine.tick(NOW + k + 1)
    assert [active for condition, active in technical(said) if condition == "clock_drift"] == told


def test_messages_that_come_late_for_a_while_are_no_wrong_clock() -> None:
    engine = Engine(Streams(), lambda *_: MarkedBeats(), Counters())
    said: list[Said] = []
    for k in range(100):
        late_s = 20.0 if 40 <= k < 60 else 0.1
        engine.accept("p1", "MLII", block(k, 100 * k, np.zeros(100)), NOW + k + 1 + late_s)
        said += engine.tick(NOW + k + 1 + late_s)
    assert "clock_drift" not in dict(technical(said))
