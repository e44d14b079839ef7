"""`pulse bench broker`: a real mosquitto, the daemon as it ships, and a fleet, as three processes on this machine."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import numpy as np

from monitor.bench_mosquitto import NoMosquitto, resident_bytes, running_mosquitto, written_config
from monitor.cli.bench_listener import Listener
from monitor.cli.errors import Failure
from simulators import fleet
from simulators.source import Counts

BEGIN_S: Final = 3.0
"""Until the fleet's process has started and connected."""
DRAIN_S: Final = 4.0
"""After the last block: the longest wait of a beat for its window."""
SLOW_FLEET_S: Final = 0.1
"""Where the load generator is later than this, its figures say more of it than of the monitor."""


class BrokerResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, and on what."""

    patients: int
    workers: int
    seconds: float
    samples_sent: int
    samples_lost: int
    """Sent, and not analysed."""
    beats: int
    latency_s_p50: float
    """From when the block that completed what a beat's class needs was due, to when a subscriber had the beat."""
    latency_s_p99: float
    latency_s_max: float
    cpu_s: float
    """Of the monitor, its start included."""
    cpu_cores: float
    memory_mb: float
    """Of the monitor at its largest; of several workers, the largest of them."""
    memory_kb_per_patient: float | None
    """Beyond what it takes before anybody comes; not known of several workers."""
    fleet_late_s_p99: float
    fleet_was_bottleneck: bool
    ran_on: str


def measure(signals: list[Counts], plan: fleet.Plan, workers: int) -> BrokerResult:
    """`plan` names no broker yet: one is started. Raises `Failure` and `NoMosquitto`."""
    with tempfile.TemporaryDirectory(prefix="pulse-bench-") as folder, running_mosquitto(Path(folder)) as port:
        plan = msgspec.structs.replace(plan, host="127.0.0.1", port=port)
        with Listener(plan, workers) as listener, _daemon(Path(folder), plan, workers, listener) as daemon:
            empty_mb = resident_bytes(daemon.pid) / 2**20 if workers == 1 else None
            plan = msgspec.structs.replace(plan, start_us=int(1e6 * (time.time() + BEGIN_S)))
            listener.plan = plan
            report = _play(Path(folder), plan, signals)
            time.sleep(DRAIN_S)
            usage = _end(daemon)
            return _result(plan, report, listener, usage, empty_mb)


def _result(
    plan: fleet.Plan, report: fleet.Report, listener: Listener, usage: Any, empty_mb: float | None
) -> BrokerResult:
    counters = listener.last_counters()
    late = np.array(listener.latency_s or [float("nan")])
    cpu_s = usage.ru_utime + usage.ru_stime
    memory_mb = usage.ru_maxrss / 1024
    return BrokerResult(
        patients=plan.patients,
        workers=listener.workers,
        seconds=plan.blocks * plan.block / plan.fs,
        samples_sent=report.samples_sent,
        samples_lost=report.samples_sent - counters["samples"] + counters["samples_dropped"],
        beats=counters["beats"],
        latency_s_p50=float(np.percentile(late, 50)),
        latency_s_p99=float(np.percentile(late, 99)),
        latency_s_max=float(late.max()),
        cpu_s=cpu_s,
        cpu_cores=cpu_s / plan.seconds,
        memory_mb=memory_mb,
        memory_kb_per_patient=None if empty_mb is None else 1024 * (memory_mb - empty_mb) / plan.patients,
        fleet_late_s_p99=report.late_s_p99,
        fleet_was_bottleneck=report.late_s_p99 > SLOW_FLEET_S or report.blocks_refused > 0,
        ran_on=f"{os.cpu_count()} cores, shared by mosquitto, the monitor and the fleet",
    )


@contextlib.contextmanager
def _daemon(folder: Path, plan: fleet.Plan, workers: int, listener: Listener) -> Iterator["subprocess.Popen[bytes]"]:
    streams, monitor = {"max_patients": plan.patients}, {"workers": workers}
    path = written_config(folder, plan.port, streams=streams, monitor=monitor)
    command = [sys.executable, "-m", "monitor.cli", "monitor", "-c", str(path)]
    with (folder / "monitor.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        if not listener.online.wait(30):
            raise Failure(f"the monitor did not start:\n{(folder / 'monitor.log').read_text()}")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()


def _play(folder: Path, plan: fleet.Plan, signals: list[Counts]) -> fleet.Report:
    (folder / "plan.json").write_bytes(msgspec.json.encode(plan))
    length = min(map(len, signals))
    np.save(folder / "signals.npy", np.stack([x[:length] for x in signals]))
    command = [sys.executable, "-m", "simulators.fleet", str(folder / "plan.json"), str(folder / "signals.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"the fleet failed:\n{done.stderr}")
    return msgspec.json.decode(done.stdout, type=fleet.Report)


def _end(daemon: "subprocess.Popen[bytes]") -> Any:
    """Stop it in order, and what it used."""
    daemon.send_signal(signal.SIGTERM)
    _, status, usage = os.wait4(daemon.pid, 0)
    daemon.returncode = os.waitstatus_to_exitcode(status)
    if daemon.returncode:
        raise Failure(f"the monitor ended with {daemon.returncode}")
    return usage


@click.command(epilog="\b\nExample:\n  pulse bench broker --patients 2000 --seconds 300 --json")
@click.option("--patients", type=click.IntRange(1, 50_000), default=500, show_default=True, help="Patients at once.")
@click.option("--seconds", type=click.FloatRange(5, 86_400), default=60.0, show_default=True, help="How long.")
@click.option("--block", "block_s", type=click.FloatRange(0.1, 5), default=1.0, show_default=True, help="Block, s.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes of the monitor.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def broker(patients: int, seconds: float, block_s: float, workers: int, as_json: bool) -> None:
    """The daemon behind a real mosquitto, with a fleet of patients, all on this machine."""
    from monitor.cli.bench_signals import recorded

    signals, fs, gain, offset = recorded()
    plan = fleet.Plan(
        host="",
        port=0,
        patients=patients,
        seconds=seconds,
        fs=fs,
        gain=gain,
        offset=offset,
        start_us=0,
        block_s=block_s,
    )
    try:
        result = measure(signals, plan, workers)
    except NoMosquitto as error:
        raise Failure(str(error)) from None
    if as_json:
        click.echo(msgspec.json.encode(result))
        return
    for key, value in msgspec.to_builtins(result).items():
        click.echo(f"{key.replace('_', ' '):>22}  {_told(value)}")


def _told(value: object) -> str:
    return f"{value:,.3f}" if isinstance(value, float) else str(value)
