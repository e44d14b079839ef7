"""A database by its URL, opened the way that suits a monitor, its tables up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

MIGRATIONS = Path(__file__).parent / "migrations"
_NEWEST = max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))
_BUSY_S = 10.0
"""How long SQLite waits for another who writes."""


_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(7013745)"}
"""Of several workers that start at once, one makes the tables, and the others wait for it. The number is this lock's
name, and ours alone."""


class StoreError(Exception):
    """The store cannot be opened or read; the message says which, and why."""


class UnknownVersion(Exception):
    """The tables are of a version that this one does not know."""


def parsed(url: str) -> URL:
    """The address in `url`, with the driver that is meant where none is named. Raises `ValueError`."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ValueError(str(error)) from None
    match address.get_backend_name():
        case "sqlite":
            return address
        case "postgresql":
            return address.set(drivername="postgresql+psycopg")
    raise ValueError(f"expected sqlite:///FILE or postgresql://HOST/NAME, got {url!r}")


def connect(url: str) -> Engine:
    """An engine; nothing is opened yet but the folder of a file. Raises `ValueError` or `StoreError`."""
    address = parsed(url)
    if address.get_backend_name() != "sqlite":
        return _with_driver(address, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        _make_folder(Path(address.database).parent)
    engine = _with_driver(address, connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables up to date. Raises `StoreError`, also for a store that a newer version has written."""
    with explained(engine), engine.begin() as connection:
        connection.exec_driver_sql(_ALONE[engine.dialect.name])
        if _version(connection) != _NEWEST:
            # Its library takes as long to import as all the rest, and is needed once in the life of a store.
            from monitor.store.upgrade import upgrade

            upgrade(connection)


def _version(connection: Connection) -> str | None:
    """Of the tables; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn what a database raises into a `StoreError` that names it, without its password."""
    try:
        yield
    except (SQLAlchemyError, UnknownVersion) as error:
        first_line = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise StoreError(f"{engine.url.render_as_string()}: {first_line}") from error


def _with_driver(address: URL, **options: Any) -> Engine:
    try:
        return create_engine(address, **options)
    except ModuleNotFoundError as error:
        raise StoreError(f"{error.name} is not installed: pip install 'pulse-monitor[postgres]'") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}") from None


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Write-ahead: readers see the past while the monitor writes. Synchronous `normal` keeps the file whole through a
    loss of power and may then lack the last second; alarms have a memory of their own for that."""
    for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")
