"""`pulse evaluate --audit`: each condition that was told, beside what explains it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from rich.table import Table

from monitor import annotations
from monitor.alarm_rules import DEFAULT_RULES
from monitor.audit import Line, Reference, audit
from monitor.cli.screen import console


class Audited(NamedTuple):
    """One record."""

    fs: float
    hours: float
    lines: list[Line]


def audit_of(db: Path, ann: Path, names: Sequence[str]) -> dict[str, Audited]:
    """By record. Raises `OSError` or `ValueError`."""
    return {name: _audited(db, ann, name) for name in names}


def show(audited: Mapping[str, Audited], as_json: bool) -> None:
    """Print every line and the counts by condition, or one JSON object."""
    if as_json:
        click.echo(json.dumps({name: [line._asdict() for line in one.lines] for name, one in audited.items()}))
    else:
        console().print(_lines(audited), _counts(audited))


def _audited(db: Path, ann: Path, name: str) -> Audited:
    fs, end = annotations.rate(db / name), annotations.length(db / name)
    reference = Reference(annotations.read(db / f"{name}.atr"), fs, end)
    return Audited(fs, end / fs / 3600, audit(annotations.read_changes(ann / f"{name}.jsonl"), reference))


def _lines(audited: Mapping[str, Audited]) -> Table:
    table = Table("record", "at s", "known s", "condition", "explained by", title="Conditions told")
    for name, one in audited.items():
        for line in one.lines:
            at, known = f"{line.sample / one.fs:.1f}", f"{line.known_at / one.fs:.1f}"
            table.add_row(name, at, known, line.condition, line.because or "false")
    return table


def _counts(audited: Mapping[str, Audited]) -> Table:
    hours = sum(one.hours for one in audited.values())
    told = Counter(line.condition for one in audited.values() for line in one.lines)
    false = Counter(line.condition for one in audited.values() for line in one.lines if line.because is None)
    table = Table("condition", "priority", "told", "false", "false an hour", title=f"In {hours:.1f} hours")
    for condition, rule in DEFAULT_RULES.items():
        if told[condition]:
            counts = str(told[condition]), str(false[condition]), f"{false[condition] / hours:.2f}"
            table.add_row(condition, rule.priority, *counts)
    return table
