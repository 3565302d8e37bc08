"""Which messages the code uses: `words("…")`, `words.n("…", "…", n)`, `words.c("context", "…")`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

BOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"words": None, "self": None, "n": (1, 2), "c": ((1, "c"), 2)}


def used() -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """(context, message or singular and plural), each once."""
    seen = set()
    for _, _, message, _, context in extract_from_dir(BOT, [("**.py", "python")], keywords=KEYWORDS):
        key = (context, message)
        if key not in seen:
            seen.add(key)
            yield context, message
