"""What the README tells people to type works as it stands."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from monitor.cli.main import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
LINES = [
    line.split("#")[0].strip() for block in re.findall(r"```\n(.*?)```", README, re.S) for line in block.splitlines()
]
PULSE = sorted({line.split("pulse ", 1)[1] for line in LINES if line.startswith((".venv/bin/pulse ", "pulse "))})
MAKE = sorted({line for line in LINES if line.startswith("make ")})


def test_there_are_commands_to_test() -> None:
    assert len(PULSE) >= 5
    assert {"make demo", "make test"} <= set(MAKE)


@pytest.mark.parametrize("line", PULSE)
def test_a_pulse_command_is_understood(line: str) -> None:
    """Parsed, not run: subcommand, options and arguments."""
    command: click.Command = cli
    name, arguments = "pulse", shlex.split(line.replace("$PULSE_DATA/mitdb", str(ROOT)).replace("out/", str(ROOT)))
    context = click.Context(cli, info_name="pulse")
    while isinstance(command, click.Group):
        found = command.get_command(context, arguments[0])
        assert found is not None, f"no such command: {arguments[0]}"
        command, name, arguments = found, arguments[0], arguments[1:]
    command.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("line", MAKE)
def test_a_make_target_is_there(line: str) -> None:
    done = subprocess.run(["make", "-n", *line.split()[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_a_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()
