"""One look at Telegram with this token, for `doctor`: is it there, who are we, what is in the way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp
from telegram.error import InvalidToken, TelegramError

from bot.config import Settings
from bot.logs import redact
from bot.wire.transport import CONNECT_TIMEOUT, AiohttpRequest, SafeBot, session


@dataclass(frozen=True, slots=True)
class Probe:
    username: str = ""
    groups: bool = False
    """Whether @BotFather lets groups add the bot."""
    webhook: str = ""
    """The address to which Telegram sends updates; one that is set keeps polling from getting anything."""
    webhook_error: str = ""
    """What Telegram last said of a call there, without numbers that may be ids."""
    ahead: float | None = None
    """Seconds by which this machine's clock is ahead of Telegram's; None when it told no time."""
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
        error = redact(webhook.last_error_message or "")
        return Probe(me.username or "", bool(me.can_join_groups), webhook.url, error, await _ahead(settings))
    except InvalidToken:
        return Probe(fault="DAUYS_TOKEN: Telegram does not know this token; copy it again from @BotFather")
    except TelegramError as error:
        kind = type(error).__name__
        return Probe(fault=f"DAUYS_API_URL: no answer ({kind}); check the network, or set DAUYS_PROXY")
    finally:
        await bot.shutdown()


async def _ahead(settings: Settings) -> float | None:
    """By the Date of an HTTP answer, which has no token in its address."""
    proxy = settings.proxy.get_secret_value() or None
    timeout = aiohttp.ClientTimeout(total=CONNECT_TIMEOUT)
    try:
        async with (
            session(proxy, 1) as client,
            client.get(f"{settings.api_url}/", allow_redirects=False, timeout=timeout) as answer,
        ):
            return time.time() - parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return None
