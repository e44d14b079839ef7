"""Who hears the last seconds again says only what was not said."""

from edge.events import Beat, ClassifiedBeat, Event, IrregularInterval, RhythmChange
from monitor.retelling import Mark, Retelling
from monitor.said import Begun, Ended, Forgotten, Heard, Said, Technical

FS = 100.0
BEGUN = Begun("p1", "MLII", FS, 0, t0_s=50.0, epoch_s=20.0)
AGAIN = Begun("p1", "MLII", FS, 3000, t0_s=63.0, epoch_s=20.1)
TOLD = Mark("MLII", FS, 20.0, 50.0, told=4000, known=4200)


def classified(sample: int, known: int | None = None) -> ClassifiedBeat:
    return ClassifiedBeat(
        sample=sample,
        found_at=sample + 20,
        classified_at=sample + 150 if known is None else known,
        label="N",
        score=0.9,
        rr_s=0.8,
        qrs_onset=sample - 4,
        qrs_offset=sample + 4,
        qrs_ms=80.0,
        r_mv=1.0,
    )


def rhythm(condition: str, known: int, *, active: bool) -> RhythmChange:
    return RhythmChange(sample=known - 100, known_at=known, condition=condition, active=active, rhythm="(N")


def heard(event: Event) -> Heard:
    return Heard("p1", "MLII", event)


def retold(*said: Said, mark: Mark = TOLD) -> list[Said]:
    """What a successor says after this mark."""
    retelling = Retelling()
    retelling.adopt({"p1": mark})
    return [out for each in (AGAIN, *said) for out in retelling.hear(each)][1:]


def test_without_a_predecessor_everything_is_said() -> None:
    retelling, said = Retelling(), [BEGUN, heard(classified(100)), heard(rhythm("pause", 300, active=True))]
    assert [out for each in said for out in retelling.hear(each)] == said


def test_a_beat_that_was_told_is_not_told_again_and_the_next_is() -> None:
    new = heard(classified(4080))
    assert retold(heard(classified(3920)), heard(classified(4000)), new) == [new]


def test_a_beat_counts_as_told_a_few_samples_beside_its_place() -> None:
    assert retold(heard(classified(4009, known=4300))) == []


def test_a_beat_that_was_not_told_is_news_however_early_it_is_known_now() -> None:
    new = heard(classified(4080, known=4150))
    assert retold(new) == [new]


def test_all_else_is_news_when_it_becomes_known_after_all_that_was_told() -> None:
    interval = IrregularInterval(sample=4190, known_at=4201, rr_s=1.2, expected_s=0.8)
    old = IrregularInterval(sample=4100, known_at=4200, rr_s=1.2, expected_s=0.8)
    peak = Beat(sample=4210, found_at=4230, score=1.0)
    assert retold(heard(old), heard(interval), heard(peak)) == [heard(interval), heard(peak)]


def test_what_becomes_known_together_is_told_together() -> None:
    together = [heard(classified(4080, known=4240)), heard(rhythm("pause", 4240, active=True))]
    assert retold(*together) == together


def test_a_rhythm_that_still_stands_is_said_again_with_the_first_news() -> None:
    """And one that is over is not: its end was told."""
    stands = heard(rhythm("bradycardia", 3900, active=True))
    over = [heard(rhythm("pause", known, active=active)) for known, active in ((3800, True), (3850, False))]
    first, second = heard(classified(4080, known=4230)), heard(classified(4160, known=4310))
    assert retold(stands, *over, first, second) == [stands, first, second]


def test_a_session_that_goes_on_keeps_its_beginning() -> None:
    retelling = Retelling()
    retelling.adopt({"p1": TOLD})
    assert retelling.hear(AGAIN) == [AGAIN._replace(t0_s=50.0)]
    assert retelling.marks(["p1", "p2"]) == {"p1": TOLD}


def test_another_session_of_the_patient_is_told_from_its_beginning() -> None:
    retelling = Retelling()
    retelling.adopt({"p1": TOLD})
    another = Begun("p1", "MLII", FS, 0, t0_s=99.0, epoch_s=70.0)
    new = heard(classified(100))
    assert [*retelling.hear(another), *retelling.hear(new)] == [another, new]
    assert retelling.marks(["p1"]) == {"p1": Mark("MLII", FS, 70.0, 99.0, told=100, known=250)}


def test_the_mark_follows_what_is_told() -> None:
    retelling = Retelling()
    retelling.hear(BEGUN)
    for sample in (100, 180):
        retelling.hear(heard(classified(sample)))
    retelling.hear(heard(rhythm("pause", 500, active=True)))
    assert retelling.marks(["p1"])["p1"] == Mark("MLII", FS, 20.0, 50.0, told=180, known=500)


def test_handed_on_twice_nothing_is_told_twice() -> None:
    """Whatever moment the first and the second successor begin at, all beats together are told once."""
    beats = [heard(classified(sample)) for sample in range(3000, 5000, 80)]
    for first in range(0, 20, 3):
        for second in range(first, 20, 3):
            told: list[Said] = []
            marks: dict[str, Mark] = {}
            for begin, end in ((0, first), (max(0, first - 6), second), (max(0, second - 6), len(beats))):
                retelling = Retelling()
                retelling.adopt(marks)
                retelling.hear(AGAIN)
                told += [out for each in beats[begin:end] for out in retelling.hear(each)]
                marks = retelling.marks(["p1"])
            assert told == beats


def test_who_was_forgotten_has_no_mark() -> None:
    retelling = Retelling()
    retelling.adopt({"p1": TOLD})
    retelling.hear(Forgotten("p1"))
    assert retelling.marks(["p1"]) == {}


def test_what_is_no_event_passes() -> None:
    said: list[Said] = [Technical("p1", "MLII", "lead_off", True), Ended("p1", "MLII")]
    assert retold(*said) == said
