"""WFDB: the annotations of each session, a record for each stretch of its signal, and one for each alarm's strip."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import wfdb

from edge.events import RHYTHM_LABEL
from monitor import annotations
from monitor.annotations import NORMAL, Mark
from monitor.store.found import Episode, Period, StoredAlarm, StoredSession, StoredStrip, Stretch
from monitor.store.reader import Reader
from monitor.store.schema import STRIP_COUNTS_PER_MV


def write(reader: Reader, patient: str, period: Period, folder: Path) -> list[Path]:
    """`PATIENT-SESSION.pulse` (beats, and `+` where the rhythm changes) for each session; the records (`.hea`, `.dat`)
    `PATIENT-SESSION-SAMPLE` for each stretch of signal, if that is kept, and `PATIENT-CONDITION-TIME` for each strip,
    with their beats (`.pulse`). Returns what was written. Raises `OSError`."""
    episodes = reader.episodes(patient, period)
    written: list[Path] = []
    for session in reader.sessions(patient, period):
        mine = [episode for episode in episodes if episode.session_id == session.id]
        written.append(_session(reader, patient, session, mine, folder))
        for name, stretch, beats in stretches(reader, patient, session):
            written += _record(name, session, stretch, beats, [], folder)
    for alarm, strip in strips(reader, patient, period):
        written += _strip(alarm, strip, folder)
    return written


def stretches(
    reader: Reader, patient: str, session: StoredSession
) -> Iterator[tuple[str, Stretch, list[tuple[int, str]]]]:
    """A name, the signal and its beats, (sample, class), for each stretch that is kept."""
    for stretch in reader.signal(session):
        shown = session._replace(first=stretch.first, last=stretch.first + len(stretch.x) - 1)
        beats = [(beat.sample, beat.label) for beat in reader.beats(shown)]
        yield f"{patient}-{session.id}-{stretch.first}", stretch, beats


def strips(reader: Reader, patient: str, period: Period) -> Iterator[tuple[StoredAlarm, StoredStrip]]:
    """The alarms that have one."""
    for alarm in reader.alarms(patient, period):
        strip = reader.strip_of(alarm.id)
        if strip is not None:
            yield alarm, strip


def name_of(alarm: StoredAlarm) -> str:
    """A record's name; WFDB allows no more than letters, digits, `_` and `-`."""
    return f"{alarm.patient}-{alarm.condition}-{alarm.since_us // 1_000_000}"


def _session(reader: Reader, patient: str, session: StoredSession, episodes: list[Episode], folder: Path) -> Path:
    record = f"{patient}-{session.id}"
    beats = [Mark(beat.sample, beat.label) for beat in reader.beats(session)]
    marks = sorted([*_rhythm_marks(episodes, session), *beats], key=lambda mark: mark.sample)
    annotations.write_marks(folder, record, "pulse", marks, session.fs)
    return folder / f"{record}.pulse"


def _rhythm_marks(episodes: list[Episode], session: StoredSession) -> Iterator[Mark]:
    """The worst of the conditions that stand, wherever that changes."""
    rhythm = ""
    bounds = {session.first, *(s for e in episodes for s in (e.first, e.last) if session.first <= s <= session.last)}
    for sample in sorted(bounds):
        standing = {e.condition for e in episodes if e.first <= sample < e.last}
        worst = next((label for condition, label in RHYTHM_LABEL.items() if condition in standing), NORMAL)
        if worst != rhythm:
            rhythm = worst
            yield Mark(sample, "+", rhythm)


def _strip(alarm: StoredAlarm, strip: StoredStrip, folder: Path) -> list[Path]:
    counts = np.rint(strip.x * STRIP_COUNTS_PER_MV).astype(np.int16)
    comment = f"{alarm.message or alarm.condition}, sample 0 is {strip.first} of session {strip.session.id}"
    return _record(name_of(alarm), strip.session, Stretch(strip.first, counts), strip.beats, [comment], folder)


def _record(
    record: str,
    session: StoredSession,
    stretch: Stretch,
    beats: list[tuple[int, str]],
    comments: list[str],
    folder: Path,
) -> list[Path]:
    """`.hea`, `.dat` and `.pulse`; beats are numbered as the session's samples."""
    wfdb.wrsamp(
        record,
        fs=session.fs,
        units=["mV"],
        sig_name=[session.lead],
        d_signal=stretch.x[:, None],
        fmt=["16"],
        adc_gain=[float(STRIP_COUNTS_PER_MV)],
        baseline=[0],
        comments=comments,
        write_dir=str(folder),
    )
    marks = [Mark(sample - stretch.first, label) for sample, label in beats]
    annotations.write_marks(folder, record, "pulse", marks, session.fs)
    return [folder / f"{record}{ending}" for ending in (".hea", ".dat", ".pulse")]
