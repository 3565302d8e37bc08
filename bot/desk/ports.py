"""What the desk needs from others. Storage fits by shape (mypy checks it where it is used)."""

from __future__ import annotations

from typing import Protocol


class AuditLog(Protocol):
    """The chained log of what admins did and of what was refused to them."""

    async def append(self, actor: int, action: str, subject: str) -> None:
        """`actor`: an admin's user id, 0 for the shell; never a reader's. `action`: one or two words such as
        "approve" or "refused", at most 40 characters. `subject`: what it was done to, such as "broadcast 12";
        no texts, names or ids of readers."""
