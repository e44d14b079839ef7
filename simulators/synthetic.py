"""Synthetic ECG patients: a catalogue of people, each with arrhythmias to be found."""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from simulators import rhythms
from simulators.person import EndlessPatient, Person, SyntheticRecording
from simulators.rhythms import Script, Segment

SHORTEST_S: Final = 30.0
"""In so much time every patient has at least one arrhythmia."""
QUIET_S: Final = 12.0
"""Normal rhythm at the start: detectors learn from it what a beat of this person is."""
REST_S, CALM_S = 6.0, 3.0
"""Between two arrhythmias: first the rhythm of this patient, then for a moment a normal one, so that the one has ended
before the other begins and an ectopic beat does not lengthen a scripted run."""
TAIL_S: Final = 4.0
"""Normal rhythm at the end: what comes last must still be found."""
SPARE_S: Final = 12.0
"""More of it: segments end with whole beats, hence early, and a recording is to be cut before its script ends."""

Rhythm: TypeAlias = Callable[[float], Segment]
"""A segment for so many seconds."""


class Act(NamedTuple):
    """Something that happens to a patient, if there is as much time as it needs."""

    play: Callable[[float], Script]
    """What happens in so many seconds."""
    shortest_s: float
    longest_s: float


class Case(NamedTuple):
    """A person of the catalogue, what happens to them in turn, and how their heart beats otherwise."""

    name: str
    acts: tuple[Act, ...]
    rest: Rhythm = rhythms.normal

    def script(self, seconds: float) -> Script:
        """As much of what can happen as fits into `seconds`, with normal rhythm around it."""
        script = [rhythms.normal(QUIET_S)]
        left_s = seconds - QUIET_S - TAIL_S
        for act in self.acts:
            if left_s < act.shortest_s:
                break
            given_s = min(left_s, act.longest_s)
            script += [*act.play(given_s), self.rest(REST_S), rhythms.normal(CALM_S)]
            left_s -= given_s + REST_S + CALM_S
        return (*script, self.rest(max(left_s, 0.0) + TAIL_S + SPARE_S))

    @property
    def whole_s(self) -> float:
        """What the script needs for everything to happen in full."""
        return QUIET_S + sum(act.longest_s + REST_S + CALM_S for act in self.acts) + TAIL_S


def _once(segment: Segment, seconds: float) -> Act:
    return Act(lambda _: (segment,), seconds, seconds)


def _lasting(rhythm: Rhythm, shortest_s: float = 12.0, longest_s: float = 30.0) -> Act:
    return Act(lambda seconds: (rhythm(seconds),), shortest_s, longest_s)


def _driven(bpm: float) -> Act:
    """A heart that is driven, not struck by a paroxysm: it takes a fifth of the time to get there, another to calm."""

    def play(seconds: float) -> Script:
        ease_s = seconds / 5.0
        fast = rhythms.tachycardia(seconds - 2.0 * ease_s, bpm)
        return rhythms.ramp(ease_s, 72.0, bpm), fast, rhythms.ramp(ease_s, bpm, 72.0)

    return Act(play, 12.0, 36.0)


CASES: Final = (
    Case("Ada", (_once(rhythms.asystole(6.0), 6.0), _once(rhythms.pause(3.0), 3.0))),
    Case("Boris", (_once(rhythms.v_run(10, 160.0), 4.0), _once(rhythms.v_run(14, 180.0), 5.0)), rhythms.pvc),
    Case("Chen", (_lasting(rhythms.atrial_fibrillation),)),
    Case("Dara", (_lasting(lambda seconds: rhythms.tachycardia(seconds, 165.0)),)),
    Case("Emil", (_lasting(rhythms.bradycardia), _once(rhythms.pause(3.0), 3.0))),
    Case(
        "Fatou",
        (
            _once(rhythms.v_run(4, 140.0), 2.0),
            _lasting(rhythms.bigeminy, 6.0, 10.0),
            _once(rhythms.v_run(3, 150.0), 2.0),
        ),
    ),
    Case("Goran", (_lasting(lambda seconds: rhythms.bradycardia(seconds, 34.0)), _once(rhythms.asystole(8.0), 8.0))),
    Case(
        "Hana",
        (_driven(130.0), _lasting(rhythms.noise, 5.0, 8.0), _lasting(rhythms.lead_off, 5.0, 6.0)),
        rhythms.pac,
    ),
)


def patients(n: int, seconds: float, seed: int = 1, fs: float = 360.0) -> list[SyntheticRecording]:
    """`n` patients of the catalogue, each recorded for `seconds` (30 or more)."""
    if seconds < SHORTEST_S:
        raise ValueError(f"{seconds:g} s are too short for an arrhythmia: {SHORTEST_S:g} s at least")
    return [person.recorded(case.script(seconds), seconds) for person, case in _admitted(n, seed, fs)]


def endless_patients(n: int, seed: int = 1, fs: float = 360.0) -> list[EndlessPatient]:
    """`n` patients of the catalogue, to whom everything happens again and again."""
    return [EndlessPatient(person, case.script(case.whole_s)) for person, case in _admitted(n, seed, fs)]


def _admitted(n: int, seed: int, fs: float) -> list[tuple[Person, Case]]:
    """The catalogue over and over, each time with other hearts: Ada, …, Hana, Ada-2, …"""
    admitted = []
    for number in range(n):
        turn, place = divmod(number, len(CASES))
        name = CASES[place].name + (f"-{turn + 1}" if turn else "")
        admitted.append((Person(name, seed * 10_007 + number, fs), CASES[place]))
    return admitted
