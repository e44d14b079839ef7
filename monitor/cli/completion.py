"""`pulse completion`."""

import click
from click.shell_completion import get_completion_class


@click.command(epilog="\b\nExample:\n  pulse completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete pulse's commands and options."""
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(completion(ctx.find_root().command, {}, "pulse", "_PULSE_COMPLETE").source())
