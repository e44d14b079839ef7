"""A store is opened, brought up to date, and refused in words."""

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
    assert rows(engine, "SELECT version_num FROM alembic_version") == [("0002",)]


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
