"""The command line: the one place that knows both the monitor and the simulators."""

from monitor.cli.main import main

__all__ = ["main"]
