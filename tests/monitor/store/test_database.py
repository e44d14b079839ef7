"""A store is opened, brought up to date, and refused in words."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from monitor.store import database
from monitor.store.database import StoreError
from monitor.store.schema import metadata
from tests.monitor.store.conftest import rows


def test_the_migrations_make_what_the_schema_says(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    database.migrate(engine)
    assert rows(engine, "SELECT version_num FROM alembic_version") == [("0003",)]


def test_a_store_that_is_up_to_date_is_opened_without_the_library_that_migrates(tmp_path: Path) -> None:
    """It takes as long to import as everything else together."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    database.migrate(database.connect(url))
    program = (
        "import sys; from monitor.store import database; "
        f"database.migrate(database.connect({url!r})); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_of_several_that_open_a_new_store_at_once_one_makes_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    program = f"from monitor.store import database; database.migrate(database.connect({url!r}))"
    all_at_once = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in all_at_once] == [b""] * 3


def test_a_store_that_a_newer_version_wrote_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999"):
        database.migrate(engine)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("Not a database. " * 100)
    with pytest.raises(StoreError, match=r"store\.db: file is not a database"):
        database.migrate(database.connect(f"sqlite:///{tmp_path / 'store.db'}"))


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/x") as raised:
        database.migrate(database.connect("postgresql://me:secret@127.0.0.1:1/x"))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["", "store.db", "mysql://localhost/x", "sqlite"])
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        database.connect(url)
