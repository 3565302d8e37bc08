"""python-telegram-bot with AIORateLimiter, as its documentation builds it: every message at once, 100 in flight."""

from __future__ import annotations

import asyncio
import sys

from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

FIRST_CHAT = 5_000_000_000


async def main(url: str, readers: int, rate: float, text: str) -> None:
    limiter = AIORateLimiter(overall_max_rate=rate, max_retries=100)
    request = HTTPXRequest(connection_pool_size=100, pool_timeout=3600, read_timeout=20)
    bot = ExtBot("1234567890:" + "B" * 35, base_url=f"{url}/bot", request=request, rate_limiter=limiter)
    async with bot, asyncio.TaskGroup() as group:
        for chat in range(FIRST_CHAT, FIRST_CHAT + readers):
            group.create_task(bot.send_message(chat, text))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
