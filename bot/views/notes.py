"""Why a broadcast stands still or ended, as it is kept of it in English, in the words of who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.views.words import Words

_KNOWN: tuple[tuple[str, Callable[[Words, dict[str, str]], str]], ...] = (
    (r"Halted in the chat\.", lambda words, said: words("Halted in the chat.")),
    (r"Halted at the shell\.", lambda words, said: words("Halted at the shell.")),
    (
        r"It named a person whom an owner has hidden\.",
        lambda words, said: words("It named a person whom an owner has hidden."),
    ),
    (
        r"Restored from a backup: .*",
        lambda words, said: words(
            "Restored from a backup: who got it since then is not known. Resume it only if nobody or few did."
        ),
    ),
    (
        r"It was to go out (?P<n>\d+) hours ago, and the bot could not\.",
        lambda words, said: words(
            "It was to go out {n} h ago, and the bot could not. Resume it only if it still holds.", **said
        ),
    ),
    (r"Telegram refuses this bot: (?P<why>.*)", lambda words, said: words("Telegram refuses this bot: {why}", **said)),
    (
        r"Telegram refuses the content: (?P<why>.*)",
        lambda words, said: words("Telegram refuses the content: {why}", **said),
    ),
    (
        r"Telegram refuses for a reason that we do not know: (?P<why>.*)",
        lambda words, said: words("Telegram refuses for a reason that we do not know: {why}", **said),
    ),
    (
        r"Telegram refused (?P<n>\d+) of the first (?P<all>\d+): (?P<why>.*)",
        lambda words, said: words("Telegram refused {n} of the first {all}: {why}", **said),
    ),
    (
        r"Telegram asks to wait (?P<minutes>\d+) minutes\.",
        lambda words, said: words("Telegram asks to wait: {minutes} min.", **said),
    ),
)
"""What the program itself writes down. `why` is what Telegram said, and stays as it said it."""


def note_line(words: Words, note: str) -> str:
    """What somebody else wrote stays as they wrote it."""
    for form, said in _KNOWN:
        found = re.fullmatch(form, note, re.DOTALL)
        if found is not None:
            return said(words, found.groupdict())
    return note
