"""What `doctor` says of a database server: what it would write down of us, and what it would lose."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres import QUIET, Postgres

LASTING = ("fsync", "full_page_writes", "synchronous_commit")
SPIES = {"auto_explain.log_min_duration": "-1", "pgaudit.log": "none"}
"""Extensions that write statements into the server's log, and what switches each off."""


async def remarks(url: str) -> list[str]:
    """One line for each thing that the operator of the server should change. StorageError: it cannot be asked."""
    database = Postgres(url)
    try:
        async with database.begin() as connection:
            return [*await _logged(connection), *await _lost(connection), *await _mighty(connection)]
    finally:
        await database.close()


async def _logged(connection: AsyncConnection) -> list[str]:
    """https://www.postgresql.org/docs/current/runtime-config-logging.html: most of it a superuser alone may set."""
    wrong = [name for name, wanted in (QUIET | SPIES).items() if await _shown(connection, name) not in (wanted, "")]
    if not wrong:
        return []
    role = await connection.scalar(text("SELECT quote_ident(current_user)"))
    advice = "; ".join(f"ALTER ROLE {role} SET {name} = '{(QUIET | SPIES)[name]}'" for name in wrong)
    return [f"the server writes our statements into its log; as its superuser: {advice}"]


async def _shown(connection: AsyncConnection, name: str) -> str:
    """Empty where the server has no such setting."""
    found = await connection.scalar(text("SELECT current_setting(:name, true)"), {"name": name})
    return str(found or "")


async def _lost(connection: AsyncConnection) -> list[str]:
    off = [name for name in LASTING if await _shown(connection, name) == "off"]
    return [f"{', '.join(off)} off: a crash of the server loses what was confirmed; switch on"] if off else []


async def _mighty(connection: AsyncConnection) -> list[str]:
    if await connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        return ["the bot's user is a superuser of the server; give it one of its own that owns this database alone"]
    return []
