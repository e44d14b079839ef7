"""`pulse bench`."""

import click
import msgspec
from rich.table import Table

from monitor.cli.bench_broker import broker
from monitor.cli.screen import console


@click.group(epilog="\b\nExample:\n  pulse bench pipeline --streams 1000 --json")
def command() -> None:
    """Measure the speed of the signal path."""


@command.command(epilog="\b\nExample:\n  pulse bench pipeline --streams 1000 --json")
@click.option("--streams", type=click.IntRange(1, 50_000), default=1000, show_default=True, help="Patients at once.")
@click.option("--seconds", type=click.FloatRange(5, 600), default=30.0, show_default=True, help="Signal of each.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def pipeline(streams: int, seconds: float, as_json: bool) -> None:
    """The whole chain, without a broker, on one core: real ECG where mitdb is here, synthetic otherwise."""
    from monitor.bench import run_pipeline
    from monitor.cli.bench_signals import recorded
    from monitor.shipped import load_model

    signals = recorded()
    result = run_pipeline(signals.physical(), signals.fs, load_model(), streams, seconds)
    if as_json:
        click.echo(msgspec.json.encode(result))
        return
    table = Table(
        "stage", "µs per patient-second", title=f"{streams} streams of {result.seconds:.0f} s at {result.fs:g} Hz"
    )
    for stage, cost in sorted(result.profile_us.items(), key=lambda item: -item[1]):
        table.add_row(stage, f"{cost:.2f}")
    table.add_row("all, without the profiler", f"{result.us_per_patient_second:.2f}")
    kept = ", ".join(f"{part} {kb:.1f}" for part, kb in sorted(result.memory_kb.items(), key=lambda item: -item[1]))
    console().print(table, f"KB a patient: {sum(result.memory_kb.values()):.1f} ({kept})")
    console().print(f"{result.patients_realtime:,.0f} patients in real time on one core ({result.ran_on})")


command.add_command(broker)
