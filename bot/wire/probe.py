"""One look at Telegram with this token, for `doctor`: is it there, who are we, what is in the way."""

from __future__ import annotations

from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError

from bot.config import Settings
from bot.wire.transport import AiohttpRequest, SafeBot


@dataclass(frozen=True, slots=True)
class Probe:
    username: str = ""
    groups: bool = False
    """Whether @BotFather lets groups add the bot."""
    webhook: bool = False
    """A webhook is set: it keeps polling from getting anything."""
    fault: str = ""
    """What went wrong, for a person; empty when Telegram answered."""


async def probe(settings: Settings) -> Probe:
    request = AiohttpRequest(proxy=settings.proxy.get_secret_value() or None)
    bot = SafeBot(
        settings.token.get_secret_value(),
        base_url=f"{settings.api_url}/bot",
        request=request,
        get_updates_request=request,
    )
    try:
        await bot.initialize()
        me = await bot.get_me()
        webhook = await bot.get_webhook_info()
        return Probe(me.username or "", bool(me.can_join_groups), bool(webhook.url))
    except InvalidToken:
        return Probe(fault="DAUYS_TOKEN: Telegram does not know this token; copy it again from @BotFather")
    except TelegramError as error:
        kind = type(error).__name__
        return Probe(fault=f"DAUYS_API_URL: no answer ({kind}); check the network, or set DAUYS_PROXY")
    finally:
        await bot.shutdown()
