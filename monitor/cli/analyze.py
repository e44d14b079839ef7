"""`pulse analyze`."""

import sys
from collections import defaultdict
from pathlib import Path

import click

from edge.classifier import ModelMismatch
from monitor import annotations
from monitor.analysis import analyze
from monitor.cli.errors import reported
from monitor.shipped import load_model
from simulators.records import RecordError, Recording, find, read


@click.command(
    epilog="\b\nExamples:\n  pulse analyze 100 208 --out out/\n  pulse analyze 114 --lead V5 --db ~/mitdb --out out/"
)
@click.argument("records", metavar="RECORD…", nargs=-1, required=True)
@click.option("--db", type=click.Path(path_type=Path), help="Folder of the records (default: $PULSE_DATA/mitdb).")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where to write.")
@click.option("--lead", help="Name or number of the lead (default: MLII, else the first).")
def command(records: tuple[str, ...], db: Path | None, out: Path, lead: str | None) -> None:
    """Run the online chain over RECORDs and write what it said.

    For each record: RECORD.pulse (WFDB annotations: beats as N S V F Q, rhythm changes as +), RECORD.waves (QRS onset
    and offset) and RECORD.jsonl (every event, in the order in which it became known). A record longer than an hour is
    analysed in stretches side by side, each of which begins early enough to have settled.
    """
    with reported(RecordError, OSError, wrong_use=(ModelMismatch,)):
        model = load_model()
        recordings = [read(find(record, db), lead) for record in dict.fromkeys(records)]
        out.mkdir(parents=True, exist_ok=True)
        by_rate: dict[float, list[Recording]] = defaultdict(list)
        for recording in recordings:
            by_rate[recording.fs].append(recording)
        total = sum(len(r.counts) / r.fs for r in recordings)
        with click.progressbar(length=int(total), label="Analysing", show_pos=False, file=sys.stderr) as bar:
            for fs, group in by_rate.items():
                said = analyze([r.physical() for r in group], fs, model, progress=lambda s: bar.update(s))  # type: ignore[arg-type]
                for recording, events in zip(group, said, strict=True):
                    annotations.write(out, recording.record, events, fs)
