"""Options that several subcommands share."""

import click

url_option = click.option(
    "--url",
    default="mqtt://localhost:1883",
    show_default=True,
    envvar="PULSE_URL",
    show_envvar=True,
    help="The broker: mqtt://user:password@host:port.",
)
mqtt_option = click.option(
    "--mqtt", type=click.Choice(["5", "3.1.1"]), default="5", show_default=True, help="The version of MQTT to speak."
)
