"""A made-up heart is known beat by beat: where, which class, and which arrhythmias."""

import numpy as np
import pytest

from simulators import rhythms
from simulators.person import EndlessPatient, Person, SyntheticRecording

EVERYTHING = (
    rhythms.normal(12.0),
    rhythms.pvc(10.0, per_min=15.0),
    rhythms.v_run(6, 160.0),
    rhythms.pac(8.0, per_min=15.0),
    rhythms.pause(3.0),
    rhythms.atrial_fibrillation(12.0),
    rhythms.tachycardia(12.0, 165.0),
    rhythms.asystole(6.0),
    rhythms.bigeminy(8.0),
    rhythms.normal(5.0),
)


@pytest.fixture(scope="module")
def recording() -> SyntheticRecording:
    return Person("Test", seed=3).recorded(EVERYTHING)


def near(recording: SyntheticRecording, sample: int, seconds: float) -> slice:
    reach = round(seconds * recording.fs)
    return slice(max(0, sample - reach), sample + reach + 1)


def test_the_same_seed_gives_the_same_samples(recording: SyntheticRecording) -> None:
    again = Person("Test", seed=3).recorded(EVERYTHING)
    assert np.array_equal(again.mv, recording.mv)
    assert again.beats == recording.beats
    assert not np.array_equal(Person("Test", seed=4).recorded(EVERYTHING).mv[:3000], recording.mv[:3000])


def test_a_true_beat_is_the_extremum_of_its_r_wave(recording: SyntheticRecording) -> None:
    for beat in recording.beats:
        around = recording.clean_mv[near(recording, beat.sample, 0.06)]
        assert recording.clean_mv[beat.sample] == around.max(), beat


def test_noise_and_wander_move_no_peak_by_more_than_two_samples(recording: SyntheticRecording) -> None:
    for beat in recording.beats:
        place = near(recording, beat.sample, 0.04)
        assert abs(place.start + recording.mv[place].argmax() - beat.sample) <= 2, beat


def test_a_true_beat_is_larger_than_anything_between_beats(recording: SyntheticRecording) -> None:
    between = recording.clean_mv.copy()
    for beat in recording.beats:
        between[near(recording, beat.sample, 0.1)] = 0.0
    assert np.abs(between).max() < 0.7 * min(recording.clean_mv[beat.sample] for beat in recording.beats)


def test_ventricular_beats_are_wide_and_turn_back_below_the_line(recording: SyntheticRecording) -> None:
    def width_s(sample: int) -> float:
        beat = recording.clean_mv[near(recording, sample, 0.12)]
        return float((np.abs(np.diff(beat)) > 0.05 * np.abs(np.diff(beat)).max()).sum() / recording.fs)

    width = {label: [width_s(b.sample) for b in recording.beats if b.label == label] for label in "NV"}
    assert np.median(width["V"]) > 1.6 * np.median(width["N"])
    for beat in recording.beats:
        t_wave = recording.clean_mv[beat.sample + round(0.16 * recording.fs) : beat.sample + round(0.34 * recording.fs)]
        assert t_wave.max() > 0.15 if beat.label != "V" else t_wave.min() < -0.2


def test_episodes_are_those_of_the_script_and_in_its_order(recording: SyntheticRecording) -> None:
    assert [episode.condition for episode in recording.episodes] == [
        "ventricular_tachycardia",
        "pause",
        "irregular",
        "extreme_tachycardia",
        "asystole",
    ]


def test_a_silence_lasts_from_its_last_beat_to_its_next(recording: SyntheticRecording) -> None:
    peaks = [beat.sample for beat in recording.beats]
    for condition, seconds in (("pause", 3.0), ("asystole", 6.0)):
        episode = next(each for each in recording.episodes if each.condition == condition)
        assert peaks[peaks.index(episode.first) + 1] == episode.last
        assert (episode.last - episode.first) / recording.fs == pytest.approx(seconds, abs=0.02)


def test_a_run_is_the_beats_between_its_ends(recording: SyntheticRecording) -> None:
    episode = recording.episodes[0]
    run = [beat for beat in recording.beats if episode.first <= beat.sample <= episode.last]
    assert "".join(beat.label for beat in run) == "V" * 6


def test_what_is_cut_off_at_the_end_is_not_claimed() -> None:
    person = Person("Test", seed=3)
    whole, cut = person.recorded(EVERYTHING), person.recorded(EVERYTHING, 30.0)
    assert cut.length == 30 * 360
    assert cut.beats == tuple(beat for beat in whole.beats if beat.sample < cut.length - 0.03 * 360)
    assert cut.episodes == tuple(each for each in whole.episodes if each.last < cut.length)


def test_with_the_electrode_off_no_beat_is_seen_and_the_device_says_so() -> None:
    script = (rhythms.normal(5.0), rhythms.lead_off(4.0), rhythms.normal(5.0))
    recording = Person("Test", seed=1).recorded(script)
    assert recording.off.any()
    assert not any(recording.off[beat.sample] for beat in recording.beats)
    assert np.ptp(recording.mv[recording.off]) < 0.05
    first = int(recording.off.argmax())
    assert recording.flags(first - 90, 90) == ()
    assert recording.flags(first - 89, 90) == ("lead_off",)


def test_noise_is_as_strong_as_asked_and_leaves_the_beats_true() -> None:
    script = (rhythms.normal(10.0), rhythms.noise(30.0, 0.2), rhythms.normal(10.0))
    recording = Person("Test", seed=1).recorded(script)
    noise = np.diff(recording.mv - recording.clean_mv)
    quiet, loud = noise[: 9 * 360].std(), noise[15 * 360 : 35 * 360].std()
    # White and slow noise share the power, and of the slow one little is left in the difference of neighbours.
    assert loud == pytest.approx(0.2, rel=0.2)
    assert quiet < 0.02
    assert len(recording.beats) == pytest.approx(50 * 1.2, abs=3)


@pytest.mark.parametrize("fs", [128.0, 250.0, 1000.0])
def test_at_another_rate_it_is_the_same_heart(fs: float) -> None:
    script = (rhythms.normal(20.0), rhythms.v_run(5, 150.0), rhythms.normal(10.0))
    one, other = Person("Test", 5).recorded(script, 30.0), Person("Test", 5, fs).recorded(script, 30.0)
    assert other.length == 30 * fs
    at_s, other_s = ([beat.sample / r.fs for beat in r.beats] for r in (one, other))
    assert other_s == pytest.approx(at_s, abs=1.5 / min(fs, 360.0))


def test_counts_are_the_signal_in_steps_of_five_microvolts(recording: SyntheticRecording) -> None:
    assert np.abs(recording.physical() - recording.mv).max() <= 0.5 / recording.gain + 1e-6
    assert len(recording.cut(recording.length - 10, 90)) == 10
    assert len(recording.cut(recording.length, 90)) == 0


SHORT = (rhythms.normal(6.0), rhythms.v_run(3, 150.0), rhythms.normal(4.0))


def test_an_endless_patient_is_one_recording_after_another() -> None:
    person = Person("Test", seed=2)
    one = person.recorded(SHORT)
    two = person.recorded(SHORT, take=1, origin=one.length)
    both = EndlessPatient(person, SHORT).cut(0, one.length + two.length)
    assert np.array_equal(both, np.concatenate([one.cut(0, one.length), two.cut(0, two.length)]))
    assert not np.array_equal(one.cut(0, 2000), two.cut(0, 2000))


def test_an_endless_patient_does_not_depend_on_how_it_is_read() -> None:
    whole = EndlessPatient(Person("Test", seed=2), SHORT).cut(0, 30_000)
    patient = EndlessPatient(Person("Test", seed=2), SHORT)
    rng = np.random.default_rng(0)
    pieces, first = [], 0
    while first < 30_000:
        n = min(int(rng.integers(0, 4000)), 30_000 - first)
        pieces.append(patient.cut(first, n))
        first += n
    assert np.array_equal(np.concatenate(pieces), whole)


def test_between_two_rounds_there_is_no_step_and_no_missing_beat() -> None:
    person = Person("Test", seed=2)
    one = person.recorded(SHORT)
    two = person.recorded(SHORT, take=1, origin=one.length)
    interval_s = (one.length - one.beats[-1].sample + two.beats[0].sample) / 360.0
    assert 0.75 < interval_s < 0.92
    assert abs(float(two.mv[0]) - float(one.mv[-1])) < 0.05


def test_an_endless_patient_forgets_the_rounds_that_have_been_read() -> None:
    patient = EndlessPatient(Person("Test", seed=2), SHORT)
    patient.cut(0, 90)
    patient.cut(30_000, 90)
    with pytest.raises(LookupError):
        patient.cut(0, 90)
