"""EC57's tables of runs and episodes, for `pulse evaluate`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from rich.table import Table

from edge.aami import AAMI
from monitor import annotations, ec57_episodes, ec57_runs
from monitor.annotations import Mark
from monitor.ec57 import flutter
from monitor.ec57_episodes import ATRIAL_FIBRILLATION, ATRIAL_FLUTTER, VENTRICULAR_FIBRILLATION, EpisodeTally, Span
from monitor.ec57_runs import LENGTHS, RunTally

_Spans: TypeAlias = Callable[[Sequence[Mark], int], list[Span]]
_CLASSES: Final = {"V": "ventricular", "S": "supraventricular"}


class RhythmScores(NamedTuple):
    """Over all records."""

    runs: dict[tuple[str, str], RunTally]
    """By class and kind."""
    episodes: dict[str, EpisodeTally]


def rhythm_scores(db: Path, ann: Path, names: Sequence[str]) -> RhythmScores:
    """The gross tallies of these records. Raises `OSError` or `ValueError`."""
    records = [_Record(db, ann, name) for name in names]
    runs = {
        (label, kind): ec57_runs.total(record.runs(label, lengths) for record in records)
        for label in _CLASSES
        for kind, lengths in LENGTHS.items()
    }
    episodes = {name: ec57_episodes.total(measure(record) for record in records) for name, measure in _EPISODES.items()}
    return RhythmScores(runs, episodes)


class _Record:
    def __init__(self, db: Path, ann: Path, name: str) -> None:
        self.fs, self.end = annotations.rate(db / name), annotations.length(db / name)
        self.reference = annotations.read(db / f"{name}.atr")
        self.found = annotations.read(ann / f"{name}.pulse")

    def runs(self, label: str, lengths: tuple[int, int]) -> RunTally:
        true, test = (ec57_runs.runs(marks, AAMI, label) for marks in (self.reference, self.found))
        return ec57_runs.compare(true, test, self.fs, lengths)

    def atrial_fibrillation(self) -> EpisodeTally:
        true, test = (self._spans(marks, ATRIAL_FIBRILLATION) for marks in (self.reference, self.found))
        return ec57_episodes.compare(true, test, self.fs, self._spans(self.reference, ATRIAL_FLUTTER))

    def ventricular_fibrillation(self) -> EpisodeTally:
        return ec57_episodes.compare(
            flutter(self.reference), self._spans(self.found, VENTRICULAR_FIBRILLATION), self.fs
        )

    def _spans(self, marks: Sequence[Mark], labels: Sequence[str]) -> list[Span]:
        return ec57_episodes.rhythm_spans(marks, labels, self.end)


_EPISODES: Final[dict[str, Callable[[_Record], EpisodeTally]]] = {
    "atrial fibrillation": _Record.atrial_fibrillation,
    "ventricular fibrillation": _Record.ventricular_fibrillation,
}


def as_object(scores: RhythmScores) -> dict[str, object]:
    """For JSON."""
    runs: dict[str, dict[str, object]] = {label: {} for label in _CLASSES}
    for (label, kind), tally in scores.runs.items():
        se, ppv = tally.scores()
        runs[label][kind] = tally._asdict() | {"se": se, "ppv": ppv}
    return {"runs": runs, "episodes": {name: _episodes(tally) for name, tally in scores.episodes.items()}}


def _episodes(tally: EpisodeTally) -> dict[str, object]:
    se, ppv = tally.by_duration()
    episode_se, episode_ppv = tally.by_episode()
    return tally._asdict() | {"se": se, "ppv": ppv, "episode_se": episode_se, "episode_ppv": episode_ppv}


def run_table(scores: RhythmScores) -> Table:
    """Runs, all records together."""
    table = Table("class", "run", "marked", "found", "Se %", "+P %", title="Runs of ectopic beats, all records")
    for (label, kind), tally in scores.runs.items():
        counts = str(tally.reference), str(tally.found)
        table.add_row(_CLASSES[label], kind, *counts, *map(_number, tally.scores()))
    return table


def episode_table(scores: RhythmScores) -> Table:
    """Episodes, all records together."""
    head = ("episodes", "marked", "found", "Se %", "+P %", "marked s", "found s", "Se %", "+P %")
    table = Table(*head, title="Rhythm by episode and by duration, atrial flutter left out of fibrillation")
    for name, tally in scores.episodes.items():
        counts = (str(tally.reference), str(tally.found), *map(_number, tally.by_episode()))
        seconds = (f"{tally.reference_s:.0f}", f"{tally.found_s:.0f}", *map(_number, tally.by_duration()))
        table.add_row(name, *counts, *seconds)
    return table


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.1f}"
