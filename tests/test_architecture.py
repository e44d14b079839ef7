"""The folders know only whom they may know, so that the signal path can run alone beside a sensor."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"edge", "monitor", "simulators", "models"}
MAY_IMPORT = {
    "edge": {"edge"},
    "monitor": {"edge", "monitor"},
    "simulators": {"edge", "simulators"},
    "models": {"edge", "models"},
    "monitor/cli": OURS,
}
EDGE_LIBRARIES = {"numpy", "scipy", "msgspec", "ai_edge_litert", "tflite_runtime"}


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def allowed(path: Path) -> set[str]:
    folder = path.relative_to(ROOT)
    return MAY_IMPORT["monitor/cli" if folder.is_relative_to("monitor/cli") else folder.parts[0]]


@pytest.mark.parametrize("folder", sorted(OURS))
def test_a_folder_imports_only_what_it_may_know(folder: str) -> None:
    for path in files(folder):
        known = {name.split(".")[0] for name in imported(path)} & OURS
        assert known <= allowed(path), f"{path.relative_to(ROOT)} imports {known - allowed(path)}"


def test_nobody_but_the_command_line_imports_the_command_line() -> None:
    for path in [path for folder in OURS for path in files(folder)]:
        if not path.relative_to(ROOT).is_relative_to("monitor/cli"):
            assert not any(name.startswith("monitor.cli") for name in imported(path)), path


def test_the_simulators_know_only_the_wire_and_the_events() -> None:
    may = {"edge.broker_url", "edge.wire", "edge.topics", "edge.events", "edge.types", "edge.tables"}
    for path in files("simulators"):
        known = {name for name in imported(path) if name.split(".")[0] == "edge"}
        assert known <= may, f"{path.name} imports {known - may}"


def test_the_signal_path_needs_four_libraries() -> None:
    import sys

    for path in files("edge"):
        others = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names) - OURS
        assert others <= EDGE_LIBRARIES, f"{path.name} imports {others - EDGE_LIBRARIES}"


def test_the_signal_path_does_no_input_or_output() -> None:
    """No socket, clock, task or logging; the classifier alone opens a file, its model."""
    forbidden = {"asyncio", "socket", "threading", "time", "datetime", "logging", "subprocess", "random"}
    for path in files("edge"):
        assert not forbidden & {name.split(".")[0] for name in imported(path)}, path.name
