"""Who runs this bot, from the settings, as views want it."""

from __future__ import annotations

from bot.config import Settings
from bot.views.scene import House


def house_of(settings: Settings, username: str = "") -> House:
    return House(
        org=settings.org,
        site=settings.site,
        contact=settings.contact,
        help=settings.help,
        username=username,
        language=settings.language,
        timezone=settings.timezone,
    )
