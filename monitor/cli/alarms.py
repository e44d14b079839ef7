"""`pulse alarms`."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.table import Table

from monitor.alarm_rules import PRIORITIES
from monitor.cli.errors import reported
from monitor.cli.screen import console
from monitor.cli.stored import clock, opened, period_of, store_options
from monitor.config import ConfigError
from monitor.store.database import StoreError
from monitor.store.found import Change, StoredAlarm

_STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan"}


@click.command(
    epilog="\b\nExamples:\n  pulse alarms --since 24h\n  pulse alarms --patient bed-1 --least high\n"
    "  pulse alarms --since 7d --json"
)
@click.option("--patient", help="Only this one's.")
@click.option("--least", type=click.Choice(PRIORITIES[:3]), default="low", help="The lowest priority that is shown.")
@store_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of a table.")
def command(
    patient: str | None,
    least: str,
    store: str | None,
    config: Path | None,
    since: int | None,
    until: int | None,
    as_json: bool,
) -> None:
    """Show alarms with their history, the newest first."""
    shown = PRIORITIES[: [*PRIORITIES].index(least) + 1]  # type: ignore[arg-type]
    with reported(StoreError, OSError, wrong_use=(ConfigError,)), opened(store, config) as reader:
        alarms = [alarm for alarm in reader.alarms(patient, period_of(since, until)) if alarm.priority in shown]
    if as_json:
        for alarm in alarms:
            changes = [change._asdict() for change in alarm.changes]
            click.echo(msgspec.json.encode(alarm._asdict() | {"changes": changes}))
    else:
        console().print(_table(alarms))


def _table(alarms: Sequence[StoredAlarm]) -> Table:
    table = Table("raised", "patient", "alarm", "priority", "now", "history", title=f"{len(alarms)} alarms")
    for column in table.columns[:4]:
        column.no_wrap = True
    for a in alarms:
        what = f"{a.message or a.condition}{'' if a.value is None else f' ({a.value:.4g})'}"
        now = a.state if a.ended_us is None else f"over after {(a.ended_us - a.since_us) / 1e6:.0f} s"
        style = _STYLES.get(a.priority, "")
        table.add_row(clock(a.raised_us), a.patient, what, a.priority, now, _history(a.changes), style=style)
    return table


def _history(changes: Sequence[Change]) -> str:
    """Each state with how many seconds after the first it came."""
    return " → ".join(f"{c.state} +{(c.at_us - changes[0].at_us) / 1e6:.0f} s" for c in changes[1:])
