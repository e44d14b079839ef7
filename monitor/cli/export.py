"""`pulse export`."""

from pathlib import Path
from types import ModuleType

import click

from monitor.cli.errors import reported
from monitor.cli.stored import opened, period_of, store_options
from monitor.config import ConfigError
from monitor.store.database import StoreError
from monitor.store.found import UnknownPatient


@click.command(
    epilog="\b\nExamples:\n  pulse export bed-1 --format csv\n  pulse export bed-1 --format edf --out night/"
)
@click.argument("patient")
@click.option("--format", "form", type=click.Choice(["csv", "wfdb", "edf"]), required=True, help="Which kind of files.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("."), help="Where to write.")
@store_options
def command(
    patient: str,
    form: str,
    out: Path,
    store: str | None,
    config: Path | None,
    since: int | None,
    until: int | None,
) -> None:
    """Write what the store has of PATIENT as files that other programs read.

    csv: beats, rhythm episodes, minutes and alarms, a table each. wfdb: annotations of each session, and a record
    for the strip of each alarm. edf: the heart rate with episodes and alarms as annotations, and a file for each strip.
    Where the monitor keeps all of the signal (store.signal), wfdb and edf have it whole, with its beats.
    """
    with (
        reported(StoreError, UnknownPatient, OSError, ValueError, wrong_use=(ConfigError,)),
        opened(store, config) as reader,
    ):
        reader.person(patient)
        out.mkdir(parents=True, exist_ok=True)
        for path in _writer(form).write(reader, patient, period_of(since, until), out):
            click.echo(path)


def _writer(form: str) -> ModuleType:
    """wfdb and edfio are imported only where they are wanted."""
    if form == "csv":
        from monitor.export import csv_files

        return csv_files
    if form == "wfdb":
        from monitor.export import wfdb_files

        return wfdb_files
    from monitor.export import edf_files

    return edf_files
