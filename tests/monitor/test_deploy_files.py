"""What is shipped for running it elsewhere is whole, and asks only for what the monitor says."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from monitor.config import load
from monitor.counters import Counters
from monitor.metrics import Metrics, Reading
from monitor.metrics_timings import Timings
from monitor.notify import ALIVE_EVERY_S

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final = DEPLOY / "compose" / "compose.yaml"
UNIT: Final = DEPLOY / "systemd" / "pulse.service"
PAGE: Final = ROOT / "docs" / "deploy.md"
CONFIGS: Final = sorted(DEPLOY.glob("*/config.yaml"))
OF_PROMETHEUS: Final = {
    "up",
    "process_start_time_seconds",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
}


def page() -> bytes:
    """What Prometheus gets, each counter counting something."""
    counters = Counters()
    for each in fields(Counters):
        value = getattr(counters, each.name)
        if isinstance(value, Counter):
            value["some"] = 1
    reading = Reading(counters, Timings(), 1, 0, 0.0, 0.0, 0.0, {"broker": 0}, {("asystole", "high"): 1}, True)
    return Metrics(lambda: reading, "1").text()


def told() -> dict[str, set[str]]:
    """Every metric's name with its labels."""
    families = text_string_to_metric_families(page().decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def expressions(found: Any) -> Iterator[str]:
    """Every `expr` in a nested document."""
    if isinstance(found, dict):
        yield from (value for key, value in found.items() if key == "expr")
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from expressions(each)


ALERTS: Final = sorted(expressions(yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())))
PANELS: Final = sorted(expressions(json.loads((DEPLOY / "grafana" / "pulse.json").read_text())))


def test_there_are_expressions_to_look_at() -> None:
    assert len(ALERTS) >= 8
    assert len(PANELS) >= 25


@pytest.mark.parametrize("expression", ALERTS + PANELS)
def test_an_expression_asks_for_metrics_and_labels_that_there_are(expression: str) -> None:
    metrics = told()
    names = set(re.findall(r"\b(?:pulse|process)_[a-z0-9_]+|\bup\b", expression))
    assert names
    assert names <= metrics.keys() | OF_PROMETHEUS
    assert expression.count("(") == expression.count(")")
    by = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
    matched = set(re.findall(r"[{,]\s*(\w+)\s*(?:=|!=)", expression))
    assert by | matched <= set().union(*(metrics.get(name, set()) for name in names)) | {"instance", "job"}


def promtool(*arguments: str | Path, text: bytes = b"") -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not on this machine (Debian: prometheus)")
    done = subprocess.run([program, *arguments], input=text, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_each_alert_rings_when_it_should_and_for_no_monitor_that_is_well() -> None:
    cases = yaml.safe_load((DEPLOY / "prometheus" / "alerts_test.yaml").read_text())["tests"]
    rung = {case["alertname"] for test in cases for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert len(rung) == 10
    promtool("test", "rules", DEPLOY / "prometheus" / "alerts_test.yaml")


def test_prometheus_has_nothing_to_say_against_the_page() -> None:
    promtool("check", "metrics", text=page())


def test_the_dashboard_stands_without_gaps_or_overlaps() -> None:
    panels = json.loads((DEPLOY / "grafana" / "pulse.json").read_text())["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parent.name)
def test_a_shipped_configuration_is_one(path: Path) -> None:
    config = load(path)
    assert config.monitor.workers > 1
    assert config.monitor.metrics_address is not None
    assert config.monitor.state_dir == "/var/lib/pulse"


def test_prometheus_asks_every_worker_of_the_compose_file() -> None:
    config = load(DEPLOY / "compose" / "config.yaml")
    prometheus = yaml.safe_load((DEPLOY / "compose" / "prometheus.yaml").read_text())
    (job,) = prometheus["scrape_configs"]
    address = config.monitor.metrics_address
    assert address is not None
    assert job["job_name"] == "pulse"
    assert job["static_configs"][0]["targets"] == [f"monitor:{address.port + k}" for k in range(config.monitor.workers)]


def test_every_file_that_the_compose_file_mounts_is_there_and_every_volume_declared() -> None:
    compose = yaml.safe_load(COMPOSE.read_text())
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    for mount in mounts:
        source = mount.split(":")[0]
        if source.startswith("."):
            assert (COMPOSE.parent / source).is_file(), source
        else:
            assert source in compose["volumes"]
    build = compose["services"]["monitor"]["build"]
    context = (COMPOSE.parent / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()
    assert all(
        set(service.get("depends_on", [])) <= compose["services"].keys() for service in compose["services"].values()
    )


def test_nothing_of_the_compose_file_listens_to_the_world() -> None:
    compose = yaml.safe_load(COMPOSE.read_text())
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_file_that_goes_into_the_image_is_there_and_let_in() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert len(copied) >= 6
    assert all((ROOT / name).exists() for name in copied)
    assert set(copied) == let_in


def test_both_brokers_have_the_same_limits() -> None:
    def limits(path: Path) -> dict[str, str]:
        lines = [line.split(" ", 1) for line in path.read_text().splitlines() if line and not line.startswith("#")]
        return {key: value for key, value in lines if key not in ("listener", "per_listener_settings")}

    assert limits(DEPLOY / "compose" / "mosquitto.conf") == limits(DEPLOY / "mosquitto.conf")


def unit() -> dict[str, str]:
    return dict(
        line.split("=", 1) for line in UNIT.read_text().splitlines() if "=" in line and not line.startswith("#")
    )


def test_the_unit_waits_for_several_signs_of_life() -> None:
    assert unit()["Type"] == "notify"
    assert float(unit()["WatchdogSec"]) >= 5 * ALIVE_EVERY_S


def test_the_unit_is_understood_by_systemd(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = UNIT.read_text().replace(unit()["ExecStart"].split()[0], "/bin/true")
    (tmp_path / "pulse.service").write_text(text)
    done = subprocess.run([program, "verify", tmp_path / "pulse.service"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE.read_text()))))
def test_a_link_of_the_page_leads_somewhere(link: str) -> None:
    assert (PAGE.parent / link).exists()


def test_the_pages_programs_and_settings_are_there() -> None:
    page = PAGE.read_text()
    for module in re.findall(r"python -m ([a-z_.]+)", page):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    for path in re.findall(r"pytest (tests/\S+\.py)", page):
        assert (ROOT / path).is_file()
    settings = load(ROOT / "config.yaml").monitor
    assert set(re.findall(r"`monitor\.(\w+)", page)) <= set(type(settings).__struct_fields__)
