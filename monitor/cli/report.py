"""`pulse report`."""

from pathlib import Path

import click

from monitor.cli.errors import reported
from monitor.cli.stored import opened, period_of, store_options
from monitor.config import ConfigError
from monitor.store.database import StoreError
from monitor.store.found import UnknownPatient


@click.command(epilog="\b\nExamples:\n  pulse report bed-1\n  pulse report bed-1 --since 24h --out night.html")
@click.argument("patient")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write (default: PATIENT.html).")
@store_options
def command(
    patient: str,
    out: Path | None,
    store: str | None,
    config: Path | None,
    since: int | None,
    until: int | None,
) -> None:
    """Write one page about PATIENT: heart rate, beats, rhythms, alarms with their signal, and how it compares."""
    from monitor.report.facts import gather
    from monitor.report.page import render

    out = out or Path(f"{patient}.html")
    with reported(StoreError, UnknownPatient, OSError, wrong_use=(ConfigError,)), opened(store, config) as reader:
        out.write_text(render(gather(reader, patient, period_of(since, until))), encoding="utf-8")
    click.echo(out)
