"""`pulse evaluate --audit`: each alarm that would have rung, beside what explains it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from rich.table import Table

from monitor import annotations
from monitor.alarm_rules import DEFAULT_RULES, PRIORITIES
from monitor.audit import Line, Reference, audit, onsets
from monitor.cli.screen import console
from monitor.rehearsal import rung


class Audited(NamedTuple):
    """One record."""

    fs: float
    hours: float
    begun: Counter[str]
    """Conditions, of which not all rang."""
    rang: list[Line]


def audit_of(db: Path, ann: Path, names: Sequence[str]) -> dict[str, Audited]:
    """By record. Raises `OSError` or `ValueError`."""
    return {name: _audited(db, ann, name) for name in names}


def show(audited: Mapping[str, Audited], as_json: bool) -> None:
    """Print every line and the counts by condition, or one JSON object."""
    if as_json:
        click.echo(json.dumps({name: [line._asdict() for line in one.rang] for name, one in audited.items()}))
    else:
        console().print(_lines(audited), _counts(audited))


def _audited(db: Path, ann: Path, name: str) -> Audited:
    fs, end = annotations.rate(db / name), annotations.length(db / name)
    reference = Reference(annotations.read(db / f"{name}.atr"), fs, end)
    changes = annotations.read_changes(ann / f"{name}.jsonl")
    begun = Counter(one.condition for one in onsets(changes))
    return Audited(fs, end / fs / 3600, begun, audit(rung(changes, fs, end), reference))


def _lines(audited: Mapping[str, Audited]) -> Table:
    table = Table("record", "at s", "rang s", "alarm", "explained by", title="Alarms that rang")
    for name, one in audited.items():
        for line in one.rang:
            at, rang = f"{line.sample / one.fs:.1f}", f"{line.known_at / one.fs:.1f}"
            table.add_row(name, at, rang, line.condition, line.because or "false")
    return table


def _counts(audited: Mapping[str, Audited]) -> Table:
    """By condition and by priority; a condition that began may not have rung."""
    hours = sum(one.hours for one in audited.values())
    begun = sum((one.begun for one in audited.values()), Counter[str]())
    rang = Counter(line.condition for one in audited.values() for line in one.rang)
    false = Counter(line.condition for one in audited.values() for line in one.rang if line.because is None)
    table = Table("alarm", "priority", "began", "rang", "an hour", "false", "an hour", title=f"In {hours:.1f} hours")
    for priority in PRIORITIES[:3]:
        of_it = [name for name, rule in DEFAULT_RULES.items() if rule.priority == priority]
        for name in of_it:
            if begun[name] + rang[name]:
                table.add_row(name, priority, *_row(begun[name], rang[name], false[name], hours=hours))
        all_ = (sum(counts[name] for name in of_it) for counts in (begun, rang, false))
        table.add_row("all", priority, *_row(*all_, hours=hours), style="bold", end_section=True)
    return table


def _row(begun: int, rang: int, false: int, *, hours: float) -> tuple[str, ...]:
    return str(begun), str(rang), f"{rang / hours:.2f}", str(false), f"{false / hours:.2f}"
