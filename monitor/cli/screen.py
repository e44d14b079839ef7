"""A console whose tables are whole also where there is no terminal to ask for its width."""

import sys

from rich.console import Console

_WIDE = 160


def console() -> Console:
    """As wide as the terminal; in a pipe or a file, wide enough for every table."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)
