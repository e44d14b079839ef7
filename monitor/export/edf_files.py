"""EDF+: the heart rate minute by minute with all episodes and alarms as annotations, and a file for each strip and
each stretch of signal.

Kemp & Olivan, Clin Neurophysiol 2003;114:1755, https://www.edfplus.info
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from edfio import Edf, EdfAnnotation, EdfSignal, Patient, Recording

from edge.types import F64
from monitor.export.wfdb_files import name_of, stretches, strips
from monitor.store.found import Period, StoredAlarm, StoredMinute, StoredSession, StoredStrip
from monitor.store.reader import Reader
from monitor.store.schema import STRIP_COUNTS_PER_MV

_MINUTE_S: Final = 60
_MINUTE_US: Final = 60_000_000
_HIGHEST_BPM: Final = 400.0
_RANGE_MV: Final = 32.768
_RECORDS_S: Final = (0.1, 0.125, 0.2, 0.25, 0.5, 1.0, 10.0)
"""A file is of whole records, and a record of whole samples."""
_LABEL_LENGTH: Final = 16
_NO_RATE: Final = 0.0


def write(reader: Reader, patient: str, period: Period, folder: Path) -> list[Path]:
    """`PATIENT-trend.edf`, where there are vitals, `PATIENT-CONDITION-TIME.edf` for each strip, and
    `PATIENT-SESSION-SAMPLE.edf` for each stretch of signal, if that is kept. Returns what was written. Raises
    `OSError`."""
    written = [_strip(alarm, strip, folder) for alarm, strip in strips(reader, patient, period)]
    for session in reader.sessions(patient, period):
        for name, stretch, beats in stretches(reader, patient, session):
            mv, notes = stretch.x / STRIP_COUNTS_PER_MV, _beat_notes(beats, stretch.first, session.fs)
            written.append(_ecg(folder / f"{name}.edf", patient, session, stretch.first, mv, notes))
    minutes = reader.minutes(patient, period)
    return [_trend(reader, patient, period, minutes, folder), *written] if minutes else written


def _trend(reader: Reader, patient: str, period: Period, minutes: list[StoredMinute], folder: Path) -> Path:
    begin_us = minutes[0].at_us
    episodes = [(e.begin_us, (e.end_us - e.begin_us) / 1e6, e.condition) for e in reader.episodes(patient, period)]
    alarms = [(a.raised_us, None, f"alarm: {a.condition}") for a in reader.alarms(patient, period) if a.raised_us]
    notes = [EdfAnnotation((us - begin_us) / 1e6, duration, text) for us, duration, text in [*episodes, *alarms]]
    signal = EdfSignal(
        _rates(minutes),
        1 / _MINUTE_S,
        label="heart rate",
        physical_dimension="bpm",
        physical_range=(0, _HIGHEST_BPM),
    )
    return _file(folder / f"{patient}-trend.edf", patient, begin_us, signal, notes)


def _rates(minutes: list[StoredMinute]) -> F64:
    """One a minute, 0 where none is known: EDF has no word for that."""
    first = minutes[0].at_us
    rates = np.full((minutes[-1].at_us - first) // _MINUTE_US + 1, _NO_RATE)
    for minute in minutes:
        rates[(minute.at_us - first) // _MINUTE_US] = min(minute.hr_mean or _NO_RATE, _HIGHEST_BPM)
    return rates


def _strip(alarm: StoredAlarm, strip: StoredStrip, folder: Path) -> Path:
    fs, session = strip.session.fs, strip.session
    notes = _beat_notes(strip.beats, strip.first, fs)
    if alarm.sample is not None and alarm.sample >= strip.first:
        notes.append(EdfAnnotation((alarm.sample - strip.first) / fs, None, alarm.condition))
    path = folder / f"{name_of(alarm)}.edf"
    return _ecg(path, alarm.patient, session, strip.first, strip.x.astype(np.float64), notes)


def _beat_notes(beats: list[tuple[int, str]], first: int, fs: float) -> list[EdfAnnotation]:
    return [EdfAnnotation((sample - first) / fs, None, label) for sample, label in beats]


def _ecg(path: Path, patient: str, session: StoredSession, first: int, x: F64, notes: list[EdfAnnotation]) -> Path:
    """`x` (n,) in mV from sample `first` on, to the last whole record. Raises `ValueError` where a rate fits none."""
    record_s = next((s for s in _RECORDS_S if (session.fs * s).is_integer()), None)
    if record_s is None:
        raise ValueError(f"EDF has no place for {session.fs:g} samples a second")
    whole = len(x) - len(x) % round(session.fs * record_s)
    signal = EdfSignal(
        x[:whole],
        session.fs,
        label=f"ECG {session.lead}"[:_LABEL_LENGTH],
        physical_dimension="mV",
        physical_range=(-_RANGE_MV, _RANGE_MV - 0.001),
    )
    within = [note for note in notes if note.onset < whole / session.fs]
    return _file(path, patient, session.at_us(first), signal, within, record_s)


def _file(
    path: Path,
    patient: str,
    begin_us: int,
    signal: EdfSignal,
    notes: list[EdfAnnotation],
    record_s: float | None = None,
) -> Path:
    begin = datetime.fromtimestamp(begin_us / 1e6, UTC)
    recording = Recording(startdate=begin.date(), equipment_code="pulse")
    file = Edf(
        [signal],
        patient=Patient(code=patient),
        recording=recording,
        starttime=begin.time(),
        data_record_duration=record_s,
        annotations=[note for note in notes if note.onset >= 0],
    )
    file.write(path)
    return path
