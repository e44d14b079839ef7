"""`pulse replay`."""

import asyncio
from pathlib import Path
from typing import Literal, cast

import click

from edge.broker_url import parse_url
from edge.wire import Encoding
from monitor.cli.errors import WrongUse, reported
from monitor.cli.options import mqtt_option, url_option
from simulators.play import Report, play
from simulators.records import RecordError, Recording, find, read
from simulators.schedule import parse_speed


@click.command(
    epilog="\b\nExamples:\n  pulse replay 208 --speed 1\n  pulse replay 100 119 --loop\n"
    "  pulse replay 114 --lead V5 --patient ward3-bed2 --speed max"
)
@click.argument("records", metavar="RECORD…", nargs=-1, required=True)
@click.option("--db", type=click.Path(path_type=Path), help="Folder of the records (default: $PULSE_DATA/mitdb).")
@click.option("--speed", default="1", show_default=True, metavar="X|max", help="Multiple of real time.")
@click.option("--lead", help="Name or number of the lead (default: MLII, else the first).")
@click.option("--patient", help="Who plays it (default: the record's name). With several records, a prefix.")
@click.option("--loop", is_flag=True, help="Begin again at the end; sample numbers go on.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="So much of each record.")
@click.option("--block", "block_s", type=click.FloatRange(0.02, 10), default=0.25, show_default=True, help="Block, s.")
@click.option("--encoding", type=click.Choice(["msgpack", "json"]), default="msgpack", show_default=True)
@click.option("--qos", type=click.Choice(["0", "1"]), default="1", show_default=True)
@url_option
@mqtt_option
def command(
    records: tuple[str, ...],
    db: Path | None,
    speed: str,
    lead: str | None,
    patient: str | None,
    loop: bool,
    seconds: float | None,
    block_s: float,
    encoding: str,
    qos: str,
    url: str,
    mqtt: Literal["5", "3.1.1"],
) -> None:
    """Play RECORDs to a broker, each as a device of its own."""
    with reported(RecordError, OSError, wrong_use=(ValueError,)):
        sources = [read(find(record, db), _lead(lead), _name(record, patient, records)) for record in records]
        report = asyncio.run(
            play(
                sources,
                parse_url(url),
                speed=parse_speed(speed),
                block_s=block_s,
                encoding=cast(Encoding, encoding),
                qos=1 if qos == "1" else 0,
                loop=loop,
                seconds=seconds,
                mqtt=mqtt,
                on_progress=_Progress(sources),
            )
        )
    click.echo(err=True)
    click.echo(_ending(report), err=True)


def _lead(lead: str | None) -> str | int | None:
    return int(lead) if lead and lead.isdecimal() else lead


def _name(record: str, patient: str | None, records: tuple[str, ...]) -> str:
    if len(set(records)) < len(records):
        raise WrongUse("a record can be played once at a time")
    if patient is None:
        return record
    return patient if len(records) == 1 else f"{patient}-{record}"


class _Progress:
    """One line on stderr that is written over."""

    def __init__(self, sources: list[Recording]) -> None:
        self._fs = sources[0].fs
        self._patients = len(sources)

    def __call__(self, report: Report) -> None:
        played_s = report.samples_sent / self._fs / self._patients
        line = f"{played_s:8.1f} s played, {report.samples_sent:,} samples sent, {report.samples_unsent:,} not"
        click.echo(f"\r{line}", nl=False, err=True)


def _ending(report: Report) -> str:
    return (
        f"{report.samples_sent:,} samples in {report.blocks_sent:,} blocks sent, {report.blocks_unsent} unsent, "
        f"{report.blocks_refused} refused, {report.blocks_unacknowledged} unacknowledged; "
        f"late by {1000 * report.late_s_p99:.0f} ms (99 %), {1000 * report.late_s_max:.0f} ms at most"
    )
