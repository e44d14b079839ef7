"""Figures as they come, and into a page of the documentation."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

BEGIN: Final = "<!-- bench -->"
END: Final = "<!-- end of bench -->"
"""What lies between in a page is written by a program."""


def printed(lines: Iterable[str]) -> list[str]:
    """Each line is printed as soon as it is known: the next may take minutes."""
    kept = []
    for line in lines:
        print(line, flush=True)
        kept.append(line)
    return kept


def put(page: Path, lines: Sequence[str]) -> None:
    """Replace what a page has between the marks. Raises `ValueError` where it has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no {BEGIN} … {END}")
    page.write_text("\n".join([before + BEGIN, "```", *lines, "```", END + after]))
