"""What Telegram shows of the bot: its commands, description and short description."""

from __future__ import annotations

from bot.views.scene import House
from bot.views.words import Words


def reader_commands(words: Words) -> list[tuple[str, str]]:
    return [
        ("start", words("the start: language, subscribing, browsing")),
        ("ask", words("ask about a named person")),
        ("declarations", words("declarations, newest first")),
        ("cases", words("cases of people and groups")),
        ("updates", words("what was new, and when")),
        ("sources", words("every source with its address")),
        ("subscribe", words("choose what is sent to you")),
        ("settings", words("language, topics, hidden text, pause")),
        ("stop", words("unsubscribe and erase your record")),
        ("privacy", words("what is kept about you, in full")),
        ("forget", words("the same as /stop")),
        ("wipe", words("erase your record and clear this chat")),
        ("help", words("what this bot can do")),
        ("about", words("who runs this bot")),
        ("whoami", words("your own numeric id")),
    ]


def admin_commands(words: Words) -> list[tuple[str, str]]:
    return [
        ("alert", words("write an alert: preview, confirm, send")),
        ("broadcasts", words("what went out, with reports")),
        ("admins", words("who may write and who may approve")),
        ("publish", words("content updates that have not gone out")),
        ("halt", words("stop all sending at once")),
        ("resume", words("go on sending after a halt")),
        ("stats", words("readers, growth and deliveries, as a picture")),
        ("audit", words("the last actions of admins")),
        ("reload", words("read the library's files again")),
        ("hide", words("owners: take a person off every screen")),
        ("unhide", words("owners: show a hidden person again")),
    ]


def description(words: Words, house: House) -> str:
    """Shown in an empty chat; at most 512 characters."""
    parts = [words("Declarations and cases, dated and sourced.")]
    if house.org:
        parts.append(words("Run by {org}.", org=house.org))
    if house.site:
        parts.append(words("Verify at {site}.", site=house.site))
    parts.append(words("Send a name in any spelling, or subscribe."))
    parts.append(words("Nobody reads this chat. Telegram can see it, and so can whoever holds your phone."))
    return " ".join(parts)[:512]


def short_description(words: Words, house: House) -> str:
    """Shown on the profile; at most 120 characters."""
    return words("Declarations and cases, dated and sourced.")[:120]
