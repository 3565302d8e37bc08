"""What a database says of itself while its rows go elsewhere, so that no bot ever runs on half of them or on both."""

from __future__ import annotations

from collections.abc import Mapping

from storage.errors import StorageError
from storage.transfer import MOVED_AWAY, MOVING_IN

BEGUN, DONE = "begun", "done"


class Moved(StorageError):
    """The records are elsewhere, or not wholly here."""


def refuse(marks: Mapping[str, str]) -> None:
    """`marks`: name -> value of those in `meta`; Moved when they keep a bot from running here."""
    if MOVING_IN in marks:
        raise Moved("a move into this database has not ended: set DAUYS_DATABASE back and run dauys move again")
    away = marks.get(MOVED_AWAY)
    if away is None:
        return
    if away.startswith(BEGUN):
        raise Moved(
            "a move away from this database has not ended: run dauys move again, or dauys move --stay to stay with it"
        )
    raise Moved(
        "this database was moved: set DAUYS_DATABASE to the new one; dauys move --stay takes this old state instead"
    )
