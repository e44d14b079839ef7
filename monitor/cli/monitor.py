"""`pulse monitor`."""

import asyncio
from pathlib import Path

import click

from edge.classifier import ModelMismatch
from monitor.cli import log
from monitor.cli.errors import reported
from monitor.config import ConfigError, load


@click.command(epilog="\b\nExamples:\n  pulse monitor -c config.yaml\n  pulse monitor -c config.yaml --check")
@click.option("-c", "--config", "path", type=click.Path(path_type=Path), required=True, help="The configuration.")
@click.option("--log", "style", type=click.Choice(["console", "json"]), default="console", show_default=True)
@click.option("--check", is_flag=True, help="Only check the configuration and the model, and say what is wrong.")
def command(path: Path, style: log.Style, check: bool) -> None:
    """Run the monitor daemon until SIGTERM or SIGINT."""
    from monitor.daemon import run
    from monitor.shipped import load_model

    with reported(OSError, wrong_use=(ConfigError, ModelMismatch)):
        config = load(path)
        if check:
            load_model(config.model.path)
            click.echo(f"{path} is fine")
            return
        log.to_stderr(style)
        asyncio.run(run(config, reread=lambda: load(path)))
