"""*Schedule*: moments to choose, and a typed date, always shown back in full with the time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.views.alert import button
from bot.views.scene import Scene
from bot.views.view import Text, View

MORNING, EVENING = 9, 18


def moments(now: float, zone: str) -> list[tuple[str, float]]:
    """(name, Unix seconds) of what the buttons offer: `hour`, `evening`, `morning`, `next-evening`."""
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    today = local.replace(minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    offered = [("hour", now + 3600 - now % 60)]
    if local.hour < EVENING - 1:
        offered.append(("evening", today.replace(hour=EVENING).timestamp()))
    offered.append(("morning", tomorrow.replace(hour=MORNING).timestamp()))
    offered.append(("next-evening", tomorrow.replace(hour=EVENING).timestamp()))
    return offered


def schedule(scene: Scene, draft: int, at: float, now: float) -> View:
    words, zone = scene.words, scene.house.timezone
    text = Text().bold(words("Schedule")).line()
    if at:
        text.line(words("Goes out: {moment}", moment=words.exact(at, zone)))
    else:
        text.line(words("Goes out as soon as it is sent."))
    text.line(
        words("Choose one, or send a date and time as a message, such as {example}.", example=_example(now, zone))
    )
    text.line(words("Times are in {zone}. Now it is {moment}.", zone=zone, moment=words.exact(now, zone)))
    labels = {
        "hour": words("In an hour"),
        "evening": words("Today at 18:00"),
        "morning": words("Tomorrow at 09:00"),
        "next-evening": words("Tomorrow at 18:00"),
    }
    rows = [(button(scene, labels[name], "ss", draft, str(int(moment // 60))),) for name, moment in moments(now, zone)]
    if at:
        rows.append((button(scene, words("No schedule"), "ss", draft, "0"),))
    return text.view(*rows, (button(scene, words("Back"), "bk", draft),))


def _example(now: float, zone: str) -> str:
    """A moment to come, written as it is read."""
    return f"{datetime.fromtimestamp(now, ZoneInfo(zone)) + timedelta(days=1):%Y-%m-%d} 09:30"


def fault(scene: Scene, reason: str, now: float) -> str:
    """What was wrong with a typed date."""
    words = scene.words
    return {
        "unreadable": words(
            "no date that can be read; write it as {example}.", example=_example(now, scene.house.timezone)
        ),
        "past": words("that moment is past."),
        "far": words("that is more than a year away."),
        "skipped": words("the clocks skip that hour on that day."),
    }[reason]
