"""Load: thousands of patients from one process and one connection, on an absolute schedule.

Unlike `simulators.device` these are no devices with birth and death, only their samples: each patient a block every
`block_s`, the patients spread evenly over that time. Run as `python -m simulators.fleet` it reads a `Plan` and the
signals from a file, and prints a `Report`.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge.topics import Topic
from edge.wire import SampleBlock, encode
from simulators.schedule import Lateness
from simulators.source import Counts

SHORTEST_SLEEP_S: Final = 0.002
"""What falls due meanwhile is sent in one go: thousands of naps a second would cost more than they are exact."""
SETTLE_S: Final = 10.0
"""So long what is unacknowledged at the end may take."""
LEAD: Final = "MLII"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends what, when and where."""

    host: str
    port: int
    patients: int
    seconds: float
    fs: float
    gain: float
    offset: float
    start_us: int
    """When the first patient's sample 0 is taken, µs since the epoch."""
    block_s: float = 1.0
    qos: int = 1

    def began_us(self, patient: int) -> int:
        """When the sample 0 of a patient is taken."""
        return self.start_us + round(1e6 * self.block_s * patient / self.patients)

    @property
    def block(self) -> int:
        """Samples in a block."""
        return round(self.block_s * self.fs)

    @property
    def blocks(self) -> int:
        """Blocks of each patient."""
        return int(self.seconds * self.fs) // self.block

    def due_us(self, patient: int, sample: int) -> int:
        """When the block that holds `sample` of `patient` is sent."""
        end = (sample // self.block + 1) * self.block
        return self.began_us(patient) + round(1e6 * end / self.fs)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent, and whether this process kept up."""

    blocks_sent: int
    blocks_refused: int
    """By our own client: so many are unacknowledged that it has no number left for another."""
    samples_sent: int
    blocks_unacknowledged: int
    late_s_p99: float
    late_s_max: float
    cpu_s: float


class _Due(NamedTuple):
    patient: int
    number: int
    at_us: int


def name(patient: int) -> str:
    """The name of a patient of the fleet."""
    return f"fleet-{patient:05d}"


def run(plan: Plan, signals: Sequence[Counts]) -> Report:
    """Send everything, each patient from another place in `signals` (at least a block long each)."""
    client, lateness, cpu_s = _connected(plan), Lateness(), time.process_time()
    sent: list[paho.MQTTMessageInfo] = []
    for due in _in_time(plan):
        lateness.add(_wait_until(due.at_us))
        block = _block(plan, signals[due.patient % len(signals)], due)
        topic = str(Topic(name(due.patient), "samples", LEAD))
        sent.append(client.publish(topic, encode(block), plan.qos))
    taken = [info for info in sent if info.rc != paho.MQTT_ERR_QUEUE_SIZE]
    unacknowledged = _settle(taken)
    client.disconnect()
    client.loop_stop()
    return Report(
        blocks_sent=len(taken),
        blocks_refused=len(sent) - len(taken),
        samples_sent=len(taken) * plan.block,
        blocks_unacknowledged=unacknowledged,
        late_s_p99=lateness.percentile_s(99),
        late_s_max=lateness.max_s,
        cpu_s=time.process_time() - cpu_s,
    )


def _connected(plan: Plan) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    client.max_inflight_messages_set(65_535)
    client.connect(plan.host, plan.port)
    client.loop_start()
    return client


def _in_time(plan: Plan) -> Iterator[_Due]:
    """Every block of everybody in the order in which they are due."""
    for number in range(plan.blocks):
        for patient in range(plan.patients):
            yield _Due(patient, number, plan.due_us(patient, number * plan.block))


def _wait_until(at_us: int) -> float:
    """Returns how late it is, in seconds."""
    while (ahead_s := at_us / 1e6 - time.time()) > 0:
        time.sleep(max(ahead_s, SHORTEST_SLEEP_S))
    return -ahead_s


def _block(plan: Plan, signal: Counts, due: _Due) -> SampleBlock:
    n0 = due.number * plan.block
    first = (due.patient * 7919 + n0) % (len(signal) - plan.block + 1)
    return SampleBlock(
        seq=due.number,
        n0=n0,
        t=plan.began_us(due.patient) + round(1e6 * n0 / plan.fs),
        fs=plan.fs,
        gain=plan.gain,
        offset=plan.offset,
        unit="mV",
        x=signal[first : first + plan.block].astype(np.float32),
    )


def _settle(sent: Sequence[paho.MQTTMessageInfo]) -> int:
    """Wait for what is on its way; how many blocks nobody has confirmed."""
    deadline = time.monotonic() + SETTLE_S
    for info in sent:
        if not info.is_published():
            info.wait_for_publish(max(0.0, deadline - time.monotonic()))
    return sum(not info.is_published() for info in sent)


def main(arguments: Sequence[str]) -> None:
    """PLAN.json SIGNALS.npy, the latter `(k, n)` int16."""
    plan = msgspec.json.decode(Path(arguments[0]).read_bytes(), type=Plan)
    signals: np.ndarray[Any, np.dtype[np.int16]] = np.load(arguments[1], mmap_mode="r")
    print(msgspec.json.encode(run(plan, list(signals))).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
