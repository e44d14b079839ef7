"""Records from PhysioNet into a folder, whole or not at all."""

import contextlib
import io
import re
import tempfile
from pathlib import Path

import wfdb
from rich.console import Console
from rich.progress import Progress


class DownloadError(Exception):
    """PhysioNet could not be reached, or has no such record."""


def download(database: str, record: str, folder: Path) -> Path:
    """Fetch a record's header, samples and reference annotations; its path in `folder`. Raises `DownloadError`."""
    folder.mkdir(parents=True, exist_ok=True)
    # A record that came only in part must not be taken for whole next time.
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".coming-") as coming,
        Progress(console=Console(stderr=True)) as bar,
    ):
        task = bar.add_task(f"record {record} from PhysioNet", total=3)
        header = _fetch(database, f"{record}.hea", Path(coming))
        bar.advance(task)
        names = [*_signal_files(header.read_text("ascii", "replace")), f"{record}.atr"]
        bar.update(task, total=1 + len(names))
        for name in names:
            _fetch(database, name, Path(coming))
            bar.advance(task)
        # The header last: it is what a record is known by.
        for name in [*names, header.name]:
            (Path(coming) / name).replace(folder / name)
    return folder / record


def _signal_files(header: str) -> list[str]:
    """The names of the files that a WFDB header speaks of, each once."""
    lines = [line for line in header.splitlines() if line.strip() and not line.startswith("#")]
    names = dict.fromkeys(line.split()[0] for line in lines[1:])
    if not names or not all(re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9]+", name) for name in names):
        raise DownloadError("what came is not a WFDB header")
    return list(names)


def _fetch(database: str, name: str, folder: Path) -> Path:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            wfdb.dl_files(database, str(folder), [name])
    except Exception as error:  # requests, urllib3 and wfdb's own, which share no ancestor
        raise DownloadError(f"{name}: {_reason(error)}") from error
    return folder / name


def _reason(error: Exception) -> str:
    """`requests` wraps the reason in layers of its own machinery; the innermost says it."""
    cause: BaseException = error
    while cause.__context__ is not None or cause.__cause__ is not None:
        cause = cause.__cause__ or cause.__context__ or cause
    return str(cause) or type(cause).__name__
