"""`pulse demo`: everything at once, through a broker of its own."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click
import msgspec

from edge.broker_url import BrokerUrl
from edge.classifier import ModelMismatch
from monitor.cli import log
from monitor.cli.embedded_broker import embedded_broker
from monitor.cli.errors import Failure, reported
from monitor.cli.witness import Scripted, Witness
from monitor.config import Broker, Config, MqttSink, Service, Sinks, Store
from monitor.daemon import Summary, run
from simulators.play import Report, play
from simulators.records import RecordError, mitdb_folder, read
from simulators.source import Source
from simulators.synthetic import SHORTEST_S, endless_patients, patients

FS = 360.0
LIVELY_RECORDS = ("207", "208", "233", "203", "119", "200", "106", "223", "210", "221", "228", "105", "116", "201")
"""Records of mitdb in which something happens within the first minute, the liveliest first."""
SETTLE_S = 1.0
"""The last alarms are on their way to the bystander."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a demo came to."""

    patients: int
    seconds: float
    samples: int
    samples_lost: int
    """Played, and never seen by the signal path."""
    beats: int
    alarms: int
    advisories: int
    scripted: int
    """Arrhythmias that the synthetic patients were told to have …"""
    scripted_found: int
    """… and of which an alarm was published."""
    scripted_missed: list[str]
    late_s_max: float
    """How late the simulator itself was."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, and what is to happen to them."""

    sources: Sequence[Source]
    scripted: Sequence[Scripted]


@click.command(
    epilog="\b\nExamples:\n  pulse demo\n  pulse demo --patients 20 --synthetic\n"
    "  pulse demo --headless --patients 8 --duration 60 --json"
)
@click.option("--patients", "n", type=click.IntRange(1, 200), default=8, show_default=True)
@click.option("--duration", type=click.FloatRange(5, 86_400), help="Seconds (default: until q; 60 with --headless).")
@click.option("--headless", is_flag=True, help="Without a dashboard: only say what it came to.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON. Implies --headless.")
@click.option("--synthetic", is_flag=True, help="Synthetic patients only, even where recordings are here.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the synthetic patients.")
def command(n: int, duration: float | None, headless: bool, as_json: bool, synthetic: bool, seed: int) -> None:
    """Watch several patients in one command: broker, simulator, monitor and dashboard.

    Every second patient replays a record where the MIT-BIH Arrhythmia Database is on this machine; the others, or all,
    are synthetic and have arrhythmias that are known beforehand.
    """
    headless = headless or as_json
    with reported(RecordError, OSError, wrong_use=(ModelMismatch,)):
        if headless:
            log.to_stderr(level=logging.WARNING)
            seconds = duration or 60.0
            outcome = asyncio.run(_headless(_cast(n, seconds, synthetic, seed), seconds))
        else:
            path = log.to_file("demo")
            outcome = asyncio.run(_watched(_cast(n, None, synthetic, seed), duration))
            click.echo(f"The log is in {path}", err=True)
    _tell(outcome, as_json)


def _cast(n: int, seconds: float | None, synthetic: bool, seed: int) -> Cast:
    """`seconds` long, or endless."""
    folder = None if synthetic else mitdb_folder()
    recorded = [read(folder / record) for record in LIVELY_RECORDS[: n // 2]] if folder else []
    rest = n - len(recorded)
    if seconds is None or seconds < SHORTEST_S:
        return Cast(_in_turn(endless_patients(rest, seed, FS), recorded), [])
    made = patients(rest, seconds, seed, FS)
    scripted = [(patient.patient, episode) for patient in made for episode in patient.episodes]
    return Cast(_in_turn(made, recorded), scripted)


def _in_turn(one: Sequence[Source], other: Sequence[Source]) -> list[Source]:
    """Both in turn, then what is left of the longer."""
    pairs = [source for pair in zip(one, other, strict=False) for source in pair]
    shorter = min(len(one), len(other))
    return [*pairs, *one[shorter:], *other[shorter:]]


async def _headless(cast: Cast, seconds: float) -> Outcome:
    async with embedded_broker() as port, Witness(port) as witness, _Monitor(port) as monitor:
        with click.progressbar(length=round(seconds), label="Watching", show_pos=False, file=sys.stderr) as bar:
            report = await play(
                cast.sources,
                BrokerUrl("127.0.0.1", port),
                seconds=seconds,
                loop=True,
                mqtt="3.1.1",
                on_progress=lambda so_far: bar.update(max(0, int(so_far.seconds) - bar.pos)),
            )
        summary = await monitor.ended()
        await asyncio.sleep(SETTLE_S)
        return _outcome(summary, report, cast.scripted, witness.missed(cast.scripted, FS))


async def _watched(cast: Cast, seconds: float | None) -> Outcome:
    from monitor.dashboard import DashboardApp, show

    async with embedded_broker() as port, _Monitor(port) as monitor:
        over = asyncio.Event()
        playing = asyncio.create_task(
            play(cast.sources, BrokerUrl("127.0.0.1", port), seconds=seconds, loop=True, mqtt="3.1.1", stop=over)
        )
        app = DashboardApp(f"mqtt://127.0.0.1:{port}", protocol=4)
        playing.add_done_callback(lambda _: app.exit())
        await show(app)
        over.set()
        report = await playing
        return _outcome(await monitor.ended(), report, [], [])


class _Monitor:
    """The daemon as a task, for as long as the context lasts."""

    def __init__(self, port: int) -> None:
        self._config = Config(
            broker=Broker(url=f"mqtt://127.0.0.1:{port}", protocol=311),
            monitor=Service(state_dir=None),
            store=Store(enabled=False),
            sinks=Sinks(mqtt=MqttSink(peaks=True)),  # the dashboard marks a beat before its class is known
        )
        self._stop = asyncio.Event()

    async def __aenter__(self) -> "_Monitor":
        ready = asyncio.Event()
        self._task = asyncio.create_task(run(self._config, stop=self._stop, ready=ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            waiting.cancel()
            await self._task  # raises what went wrong
            raise Failure("the monitor ended before it began")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ended()

    async def ended(self) -> Summary:
        """Stop it, and what it came to."""
        self._stop.set()
        return await self._task


def _outcome(summary: Summary, report: Report, scripted: Sequence[Scripted], missed: Sequence[Scripted]) -> Outcome:
    return Outcome(
        patients=summary.patients,
        seconds=round(report.seconds, 1),
        samples=summary.samples,
        samples_lost=report.samples_sent + report.samples_unsent - summary.samples,
        beats=summary.beats,
        alarms=summary.alarms,
        advisories=summary.advisories,
        scripted=len(scripted),
        scripted_found=len(scripted) - len(missed),
        scripted_missed=[
            f"{patient}: {episode.condition} at {episode.first / FS:.1f} s" for patient, episode in missed
        ],
        late_s_max=round(report.late_s_max, 3),
    )


def _tell(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(outcome))
        return
    for name, value in msgspec.to_builtins(outcome).items():
        if value != []:
            click.echo(f"{name.replace('_', ' '):>16}  {value}")
