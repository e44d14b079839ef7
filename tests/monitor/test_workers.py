"""Every patient is exactly one worker's, and nothing that two would fight for is in two configurations."""

import pytest

from monitor.config import Broker, Config, Service
from monitor.workers import ALL, Share, config_of

PATIENTS = [f"bed-{k}" for k in range(2000)]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_patient_is_one_workers_and_the_shares_are_even(count: int) -> None:
    shares = [Share(index, count) for index in range(count)]
    owned = [[patient for patient in PATIENTS if share.owns(patient)] for share in shares]
    assert sorted(patient for each in owned for patient in each) == sorted(PATIENTS)
    assert min(map(len, owned)) > 0.8 * len(PATIENTS) / count


def test_whose_a_patient_is_does_not_change_from_one_process_to_the_next() -> None:
    assert [Share(0, 2).owns(patient) for patient in PATIENTS[:8]] == [
        True,
        True,
        False,
        True,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("topic", ["samples/MLII", "status", "commands/acknowledge", "alarms/asystole"])
def test_all_of_a_patient_is_for_one_worker(topic: str) -> None:
    for patient in PATIENTS[:20]:
        assert Share(1, 3).takes(f"pulse/v1/{patient}/{topic}") == Share(1, 3).owns(patient)
    assert ALL.takes(f"pulse/v1/bed-1/{topic}")


@pytest.mark.parametrize("topic", ["", "/", "pulse/v1", "pulse/v1//status", "elsewhere", "\ufffd"])
def test_what_is_no_topic_of_ours_is_refused_by_one_worker_and_no_more(topic: str) -> None:
    assert sum(Share(index, 3).takes(topic) for index in range(3)) == 1


def test_workers_share_neither_id_nor_session_nor_memory_nor_address() -> None:
    whole = Config(broker=Broker(client_id="mine"), monitor=Service(metrics="[::1]:9464", workers=2, state_dir="/s"))
    one, other = (config_of(whole, Share(index, 2)) for index in range(2))
    assert (one.client_id, other.client_id) == ("mine-0-of-2", "mine-1-of-2")
    assert (one.monitor.id, other.monitor.id) == ("main-0", "main-1")
    assert (one.monitor.metrics, other.monitor.metrics) == ("[::1]:9464", "[::1]:9465")
    assert one.monitor.memory != other.monitor.memory
    assert config_of(Config(), Share(1, 2)).client_id == "pulse-monitor-main-1-of-2"


def test_several_workers_keep_the_last_seconds_where_nobody_says_otherwise() -> None:
    assert ALL.recent_s(None) == 0.0
    assert Share(0, 2).recent_s(None) == 15.0
    assert Share(0, 2).recent_s(0.0) == 0.0
    assert (ALL.family("main-0"), Share(1, 2).family("main-1")) == ("main-0", "main")
