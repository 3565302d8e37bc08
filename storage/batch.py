"""One statement for many rows, compiled once: naming every value of every row anew costs more than SQLite itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

Row = tuple[Any, ...]


class Batch:
    """`names`: the statement's bound parameters, in the order in which rows give their values. Values go to the
    driver as they are: numbers, bytes, None and plain strings only."""

    def __init__(self, statement: Executable, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: dict[str, tuple[str, Callable[[Row], Any]]] = {}

    async def execute(self, connection: AsyncConnection, rows: Sequence[Row]) -> None:
        """For at least one row."""
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._compile(dialect)
        text, ordered = known
        await connection.exec_driver_sql(text, [ordered(row) for row in rows])

    def _compile(self, dialect: Dialect) -> tuple[str, Callable[[Row], Any]]:
        compiled = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined] # every Core statement can
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - statements compile to SQL
        names = compiled.positiontup
        if names is None:
            return str(compiled), lambda row: dict(zip(self._names, row, strict=True))
        places = [self._names.index(name) for name in names]
        if places == list(range(len(self._names))):
            return str(compiled), tuple
        return str(compiled), lambda row: tuple([row[place] for place in places])
