"""`pulse monitor`."""

import asyncio
from pathlib import Path
from typing import Final

import click

from edge.classifier import ModelMismatch
from monitor.cli import log
from monitor.cli.errors import reported
from monitor.config import Config, ConfigError, load

STOP_S: Final = 10.0
"""Beyond what a worker may take for its last words."""


@click.command(epilog="\b\nExamples:\n  pulse monitor -c config.yaml\n  pulse monitor -c config.yaml --check")
@click.option("-c", "--config", "path", type=click.Path(path_type=Path), required=True, help="The configuration.")
@click.option("--log", "style", type=click.Choice(["console", "json"]), default="console", show_default=True)
@click.option("--check", is_flag=True, help="Only check the configuration and the model, and say what is wrong.")
def command(path: Path, style: log.Style, check: bool) -> None:
    """Run the monitor daemon until SIGTERM or SIGINT."""
    from monitor.shipped import load_model

    with reported(OSError, wrong_use=(ConfigError, ModelMismatch)):
        config = load(path)
        if check:
            load_model(config.model.path)
            click.echo(f"{path} is fine")
            return
        log.to_stderr(style)
        _monitor(config, path)


def _monitor(config: Config, path: Path) -> None:
    from monitor.daemon import run
    from monitor.notify import to_supervisor
    from monitor.workers_memory import deal

    settings = config.monitor
    if settings.state_folder is not None:
        deal(settings.state_folder, settings.id, settings.workers)
    if settings.workers > 1:
        _supervise(config, path)
    else:
        asyncio.run(run(config, reread=lambda: load(path), notify=to_supervisor()))


def _supervise(config: Config, path: Path) -> None:
    from monitor.notify import to_supervisor
    from monitor.outlets import preload
    from monitor.shipped import load_model
    from monitor.workers_crew import Crew
    from monitor.workers_supervisor import Supervisor

    load_model(config.model.path)  # what is wrong for one is wrong for all, and is said once
    preload(config)
    Supervisor(Crew(config, lambda: load(path)), to_supervisor(), config.monitor.drain_s + STOP_S).run()
