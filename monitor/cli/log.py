"""Where the log goes: stderr for people and supervisors, a file while a dashboard has the terminal."""

import logging
import sys
from pathlib import Path
from typing import Literal, TextIO

import platformdirs
import structlog

Style = Literal["console", "json"]


def to_stderr(style: Style = "console", level: int = logging.INFO) -> None:
    """Lines for people, or JSON for machines."""
    _configure(sys.stderr, style, level)


def to_file(name: str) -> Path:
    """A file in the user's log folder, begun anew; returns where."""
    folder = platformdirs.user_log_path("pulse", ensure_exists=True)
    path = folder / f"{name}.log"
    _configure(path.open("w", buffering=1, encoding="utf-8"), "json", logging.INFO)
    return path


def _configure(file: TextIO, style: Style, level: int) -> None:
    for_people = structlog.dev.ConsoleRenderer(colors=file.isatty())
    renderer = structlog.processors.JSONRenderer() if style == "json" else for_people
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if style == "json" else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file),
        cache_logger_on_first_use=False,
    )
