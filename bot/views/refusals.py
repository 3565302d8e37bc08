"""Why the desk says no, in words for an admin."""

from __future__ import annotations

from bot.views.scene import Scene


def refusal(scene: Scene, guard: str) -> str:
    """`guard`: a name of `bot.desk.permit.GUARDS`, or of a step's own."""
    words = scene.words
    known = {
        "role": words("You may not do that. /admins shows who may."),
        "private": words("Only a message in your own chat with the bot counts."),
        "new": words("An edited message does not count. Send a new one."),
        "unforwarded": words("A forwarded message does not count as yours. Write or paste the text."),
        "sealed": words("This button is not yours, or out of date. Open drafts, and what went out: /broadcasts"),
        "fresh": words("This button is out of date. Open drafts, and what went out: /broadcasts"),
        "counts": words("You were named less than a day ago: your approval does not count yet."),
        "author": words("This draft is somebody else's."),
        "another": words("Nobody approves their own alert."),
        "changed": words("The draft has changed since. Look at it again."),
        "two": words("Somebody else must approve it."),
        "hidden": words("It names a person whom an owner has hidden."),
        "overtaken": words("The message was recalled or corrected meanwhile. Begin anew from its report: /broadcasts."),
        "faulty": words("Telegram would refuse it as it is."),
    }
    return known.get(guard, words("This is settled already. What is open, and what went out: /broadcasts"))
