"""`pulse evaluate`."""

import json
from pathlib import Path

import click
from rich.table import Table

from edge.aami import AAMI
from edge.tables import LABELS
from monitor import annotations
from monitor.cli.audit import audit_of, show
from monitor.cli.errors import Failure, reported
from monitor.cli.rhythm_scores import as_object, episode_table, rhythm_scores, run_table
from monitor.cli.screen import console
from monitor.ec57 import Tally, compare

_SCORED = ("N", "S", "V", "F")


@click.command(
    epilog="\b\nExamples:\n  pulse evaluate --db $PULSE_DATA/mitdb --ann out/\n"
    "  pulse evaluate --db $PULSE_DATA/mitdb --ann out/ DS2 --json\n"
    "  pulse evaluate --db $PULSE_DATA/mitdb --ann out/ 207 --audit"
)
@click.option("--db", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the reference.")
@click.option("--ann", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of RECORD.pulse.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@click.option("--audit", is_flag=True, help="Beside each alarm that would have rung, what explains it.")
@click.argument("records", metavar="[RECORD…]", nargs=-1)
def command(db: Path, ann: Path, records: tuple[str, ...], as_json: bool, audit: bool) -> None:
    """Compare annotation files with the reference, by beats, runs and episodes, as EC57 has it.

    RECORD may also be DS1 or DS2, the halves of mitdb after de Chazal (2004). Without one, all that --ann holds count.
    """
    names = _expanded(records) or sorted(path.stem for path in ann.glob("*.pulse"))
    if not names:
        raise Failure(f"{ann} holds no .pulse file")
    with reported(OSError, ValueError):
        if audit:
            show(audit_of(db, ann, names), as_json)
            return
        tallies = {name: _tally(db, ann, name) for name in names}
        rhythm = rhythm_scores(db, ann, names)
    if as_json:
        click.echo(json.dumps(_object(tallies) | as_object(rhythm)))
    else:
        beats = (_detection_table(tallies), _class_table(tallies), _confusion_table(tallies))
        console().print(*beats, run_table(rhythm), episode_table(rhythm))


def _expanded(records: tuple[str, ...]) -> list[str]:
    from models.records import DS1, DS2

    sets = {"DS1": DS1, "DS2": DS2}
    return [name for record in records for name in sets.get(record.upper(), (record,))]


def _tally(db: Path, ann: Path, name: str) -> Tally:
    fs = annotations.rate(db / name)
    return compare(annotations.read(db / f"{name}.atr"), annotations.read(ann / f"{name}.pulse"), fs, AAMI)


def _sums(tallies: dict[str, Tally]) -> dict[str, Tally]:
    sums = {"gross": sum(tallies.values(), Tally())}
    if "232" in tallies and len(tallies) > 1:
        sums["gross without 232"] = sum((t for name, t in tallies.items() if name != "232"), Tally())
    return sums


def _object(tallies: dict[str, Tally]) -> dict[str, object]:
    sums = {name: _row(tally) for name, tally in _sums(tallies).items()}
    return {"labels": [*LABELS, "none"], **sums, "records": {name: _row(t) for name, t in tallies.items()}}


def _row(tally: Tally) -> dict[str, object]:
    se, p = tally.detection()
    classes = {label: dict(zip(("se", "ppv", "f1"), tally.scores(label), strict=True)) for label in _SCORED}
    return {
        "beats": tally.beats,
        "missed": tally.missed,
        "false": tally.false,
        "se": se,
        "ppv": p,
        "accuracy": tally.accuracy(),
        "classes": classes,
        "confusion": tally.counts.tolist(),
    }


def _detection_table(tallies: dict[str, Tally]) -> Table:
    table = Table("record", "beats", "missed", "false", "Se %", "+P %", title="R peaks, one to one within 150 ms")
    for name, tally in {**tallies, **_sums(tallies)}.items():
        se, p = tally.detection()
        table.add_row(name, str(tally.beats), str(tally.missed), str(tally.false), f"{se:.2f}", f"{p:.2f}")
    return table


def _class_table(tallies: dict[str, Tally]) -> Table:
    table = Table("record", "accuracy", *(f"{c} Se/+P/F1" for c in _SCORED), title="Classes, strict, end to end, %")
    for name, tally in {**tallies, **_sums(tallies)}.items():
        cells = ["/".join(_number(x) for x in tally.scores(label)) for label in _SCORED]
        table.add_row(name, _number(tally.accuracy()), *cells)
    return table


def _confusion_table(tallies: dict[str, Tally]) -> Table:
    table = Table("reference ↓ found →", *LABELS, "missed", title="Confusion, all records")
    gross = sum(tallies.values(), Tally())
    for label, row in zip((*LABELS, "no beat"), gross.counts.tolist(), strict=True):
        table.add_row(label, *map(str, row))
    return table


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.1f}"
