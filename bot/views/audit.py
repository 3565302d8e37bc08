"""/audit: the last actions of admins, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.views.callback import Action, pack
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from bot.views.words import Words
from storage.records import UNREADABLE, AuditEntry, Chain

PAGE = 15
SHELL = 0
AT_THE_SHELL = "at the shell"
"""Said by the actor already."""
_BROADCAST = re.compile(r"broadcast (\d+)", re.ASCII)


def audit(scene: Scene, entries: Sequence[AuditEntry], page: int, chain: Chain, me: int) -> View:
    """One page, newest first, under what the chain says of itself. `me`: whose entries read "you"."""
    words = scene.words
    text = Text().bold(words("What admins did")).line()
    _chain(words, text, chain)
    for entry in entries:
        said = [
            _who(words, entry, me),
            action_label(words, entry.action),
            _BROADCAST.sub(r"№ \1", entry.subject).removeprefix(AT_THE_SHELL),
        ]
        text.line().bold(_when(scene, entry)).plain("".join(f" · {part}" for part in said if part))
    if not entries:
        text.line().line(words("Nothing yet."))
    return text.view(_turn(scene, page, chain.entries))


def _subject(entry: AuditEntry) -> str:
    return _BROADCAST.sub(r"№ \1", entry.subject).removeprefix(AT_THE_SHELL)


def _chain(words: Words, text: Text, chain: Chain) -> None:
    if chain.broken is not None:
        text.line(words("⚠ The log is broken at entry {n}: it was changed, removed or moved.", n=chain.broken))
    if chain.cut is not None:
        text.line(words("⚠ Entry {n} was written and is missing: the end was cut off.", n=chain.cut))
    if chain.sound and chain.entries:
        n = chain.entries
        text.line(words.n("{n} entry, the chain is whole.", "{n} entries, the chain is whole.", n, n=n))
        text.plain(words("Head: ")).span("code", chain.head).line()


def head(scene: Scene, chain: Chain) -> View:
    """What every admin is told once a day: quietly, unless somebody had a hand in the log."""
    words, text = scene.words, Text()
    _chain(words, text.bold(words("The log of what admins did")).line(), chain)
    if not chain.sound:
        return (
            text.line(words("Ask whoever runs the bot: they keep the database as it is, and look with this."))
            .span("code", "dauys audit verify")
            .view()
        )
    text.line(
        words("Keep this message: with this the log can be asked later whether it still holds what it held today.")
    )
    return replace(text.span("code", f"dauys audit verify --head {chain.head}").view(), silent=True)


def _when(scene: Scene, entry: AuditEntry) -> str:
    """In the house's time zone; the oldest entries have a day alone."""
    if "T" not in entry.at:
        return entry.at
    moment = datetime.strptime(entry.at, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    return scene.words.moment(moment.timestamp(), scene.house.timezone)


def _who(words: Words, entry: AuditEntry, me: int) -> str:
    """An admin's last three digits: enough to tell a few apart, too little for who looks over a shoulder."""
    if entry.actor == SHELL:
        return words("the shell")
    if entry.actor == UNREADABLE:
        return "?"
    if entry.actor == me:
        return words("you")
    return f"…{entry.actor % 1000:03}"


def action_label(words: Words, action: str) -> str:
    """An action that this version does not know keeps its own name."""
    return {
        "send": words("sent"),
        "approve": words("approved"),
        "reject": words("rejected"),
        "ask for approval": words("asked for approval"),
        "discard": words("discarded a draft"),
        "undo": words("took back"),
        "pause": words("paused"),
        "resume": words("resumed"),
        "cancel": words("cancelled"),
        "retry": words("sent again to whom it had not reached"),
        "recall": words("recalled"),
        "correct": words("corrected"),
        "ask to correct": words("asked for approval of a correction"),
        "approve correction": words("approved a correction"),
        "reject correction": words("rejected a correction"),
        "halt": words("halted everything"),
        "name admin": words("named an admin"),
        "remove admin": words("removed an admin"),
        "refused": words("was refused"),
        "hide": words("hid a person"),
        "unhide": words("showed a person again"),
        "publish": words("made a broadcast of an update"),
        "reload": words("read the library again"),
        "rotate-key": words("changed the key"),
        "backup": words("made a backup"),
    }.get(action, action)


def _turn(scene: Scene, page: int, entries: int) -> tuple[Button, ...]:
    words, turn = scene.words, []
    if page > 0:
        turn.append(Button(words("‹ Newer"), data=pack(scene.language, Action.AUDIT, page - 1)))
    if (page + 1) * PAGE < entries:
        turn.append(Button(words("Older ›"), data=pack(scene.language, Action.AUDIT, page + 1)))
    return tuple(turn)
