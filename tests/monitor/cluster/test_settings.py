"""What is wrong with a cluster's settings is said before anything is opened."""

import sys
from pathlib import Path

import msgspec
import pytest

from monitor.config import Cluster, Config, ConfigError, load
from monitor.daemon import Service
from monitor.notify import Notify
from monitor.watch import Watch
from monitor.workers import ALL


@pytest.mark.parametrize("url", ["http://rabbit", "amqp://", "amqp://me:secret@rabbit", "amqp://rabbit/ward"])
def test_a_url_that_is_no_broker_or_holds_a_password_is_refused(tmp_path: Path, url: str) -> None:
    path = tmp_path / "pulse.yaml"
    path.write_text(f"cluster: {{url: '{url}'}}")
    with pytest.raises(ConfigError, match=r"pulse\.yaml:1: cluster\.url: expected `str` matching regex"):
        load(path)


async def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "monitor.cluster.worker", None)
    config = msgspec.structs.replace(Config(), cluster=Cluster(url="amqps://rabbit:5671"))
    silent: Notify = lambda _: None  # noqa: E731
    with pytest.raises(ConfigError, match="aio-pika is missing"):
        Service(config, Watch(config, None), lambda: None, ALL, silent)
