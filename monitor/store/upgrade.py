"""Tables of an earlier version, or none at all, brought to the newest."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from monitor.store.database import MIGRATIONS, UnknownVersion


def upgrade(connection: Connection) -> None:
    """In the transaction of this connection. Raises `UnknownVersion`."""
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    alembic.attributes["connection"] = connection
    try:
        command.upgrade(alembic, "head")
    except CommandError as error:
        raise UnknownVersion(str(error)) from error
