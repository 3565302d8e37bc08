"""Deep links: `/start case_<id>`, `person_<id>`, `decl_<id>`."""

from __future__ import annotations

import re

from bot.views.callback import Action, Callback

_KINDS = {"case": Action.CASE, "person": Action.PERSON, "decl": Action.DECLARATION}
LIMIT = 64
"""Characters of a start payload that Telegram takes."""


def parse_payload(payload: str) -> Callback | None:
    """The card that a payload names, without a language; None for anything else."""
    match = re.fullmatch(r"(case|person|decl)_([a-z0-9-]{1,40})", payload, re.ASCII)
    return Callback("", _KINDS[match[1]], (match[2], "0", "h")) if match else None


def payload(kind: str, id_: str) -> str:
    """`kind`: case, person or decl."""
    if kind not in _KINDS:
        raise ValueError(f"no such deep link: {kind}")
    return f"{kind}_{id_}"
