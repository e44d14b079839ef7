"""`pulse`: the subcommands, each imported only when it is called, so that `pulse --version` is quick."""

import importlib
import sys
from typing import Final

import click

_COMMANDS: Final = {
    "demo": "Watch several patients in one command: broker, simulator, monitor and dashboard.",
    "monitor": "Run the monitor daemon.",
    "replay": "Play records to a broker, as a wearable would.",
    "dashboard": "Watch patients and alarms in the terminal.",
    "analyze": "Run the same online chain over record files.",
    "evaluate": "Score annotation files against the reference.",
    "limits": "Show or change a patient's alarm limits while the monitor runs.",
    "bench": "Measure the speed of the signal path.",
    "history": "Show what the store has of a patient, hour by hour.",
    "alarms": "Show alarms with their history.",
    "export": "Write a patient's record as CSV, WFDB or EDF.",
    "report": "Write a page about a patient.",
    "completion": "Print the completion script for a shell.",
}

_EXAMPLES: Final = """\b
Examples:
  pulse demo
  pulse monitor -c config.yaml
  pulse replay 208 --speed 1
  pulse dashboard --url mqtt://localhost
  pulse analyze 100 208 --out out/
"""


class _Lazy(click.Group):
    """A group whose commands live in `monitor.cli.NAME`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"monitor.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pulse-monitor", prog_name="pulse")
def cli() -> None:
    """A real-time heart monitor: ECG over MQTT in, beats, rhythm and alarms out.

    Not a medical device. Exit codes: 0 done, 1 something failed, 2 wrong use or configuration.
    """


def main() -> None:
    """The entry point. A pipe that its reader closed is no error of ours."""
    try:
        cli()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
