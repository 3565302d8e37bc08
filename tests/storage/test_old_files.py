"""Databases of every earlier schema, with rows in them, are brought to this one and lose nothing; and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from storage import schema
from storage.keys import Keys, make_master_key
from storage.open import open_storage
from storage.records import Topic
from tests.storage.conftest import BOT

CHAT = 5550001234
REVISIONS = [script.revision for script in ScriptDirectory.from_config(schema.config()).walk_revisions()]


def old_file(folder: Path, revision: str) -> None:
    """As a bot of that version would have left it: a key, its check value, one reader with a topic and a case."""
    keys = Keys(make_master_key(folder / "master.key"), "d" * 32, 1, BOT)
    engine = create_engine(f"sqlite:///{folder / 'dauys.sqlite3'}")
    with engine.begin() as connection:
        schema.migrate(connection, revision)
        connection.execute(text("INSERT INTO meta VALUES ('database', :id)"), {"id": "d" * 32})
        connection.execute(text("INSERT INTO keyring VALUES (1, :check, 1)"), {"check": keys.check_value()})
        connection.execute(
            text("INSERT INTO subscriber VALUES (77, :cid, 1, 'kk', 0, 1, 'active', '2026-W40', '2026-W30', 0)"),
            {"cid": keys.seal("sub.cid", CHAT)},
        )
        connection.execute(text("INSERT INTO subscription VALUES ('alerts', 77)"))
        connection.execute(text("INSERT INTO follow VALUES ('a-case', 77)"))
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_old_file_is_brought_up_and_can_go_back(tmp_path: Path, revision: str) -> None:
    old_file(tmp_path, revision)
    storage = await open_storage(url=None, data=tmp_path, key_file=tmp_path / "master.key", bot_id=BOT)
    reader = await storage.subscribers.get(CHAT)
    assert reader is not None
    assert (reader.language, reader.hidden, reader.topics) == ("kk", True, frozenset({Topic.ALERTS}))
    assert (reader.cases, reader.joined_week) == (frozenset({"a-case"}), "2026-W30")
    await storage.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'dauys.sqlite3'}")
    with engine.begin() as connection:
        schema.downgrade(connection, revision)
        assert schema.revision(connection) == revision
        assert connection.execute(text("SELECT count(*) FROM subscription")).scalar() == 1
    engine.dispose()


def test_there_are_as_many_as_there_are_migrations() -> None:
    assert len(REVISIONS) == len(list((schema.MIGRATIONS / "versions").glob("[0-9]*.py")))
