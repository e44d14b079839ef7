"""`pulse dashboard`."""

import click

from monitor.cli.errors import reported
from monitor.cli.options import mqtt_option, url_option


@click.command(epilog="\b\nExample:\n  pulse dashboard --url mqtt://ward3.example:1883")
@click.option("--bell", is_flag=True, help="Ring the terminal's bell at each new alarm of high priority.")
@url_option
@mqtt_option
@click.pass_context
def command(ctx: click.Context, bell: bool, url: str, mqtt: str) -> None:
    """Watch patients and alarms in the terminal. `?` helps, `q` leaves."""
    from monitor.dashboard.run import run_dashboard

    with reported(OSError, wrong_use=(ValueError,)):
        status = run_dashboard(url, protocol=5 if mqtt == "5" else 4, bell=bell)
    ctx.exit(status)
