"""The schema of the open database: which revision it has, and how it is brought to ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.errors import NewerSchema

NEWER = "the database was written by a later version of Dauys; upgrade, or restore a backup"
MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.set_main_option("path_separator", "os")
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    found: Any = ScriptDirectory.from_config(config()).get_current_head()
    return str(found)


def revisions() -> frozenset[str]:
    """Every revision that this version knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def refuse_newer(connection: Connection) -> None:
    """NewerSchema when the database has a revision that this version does not know."""
    now = revision(connection)
    if now is not None and now not in revisions():
        raise NewerSchema(NEWER)


def migrate(connection: Connection, target: str = "head") -> None:
    refuse_newer(connection)
    command.upgrade(config(connection), target)


def downgrade(connection: Connection, target: str) -> None:
    command.downgrade(config(connection), target)
