"""A broadcast as aiogram's users write it: 100 in flight, a retry after each 429. It stores nothing."""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter

FIRST_CHAT = 5_000_000_000
IN_FLIGHT = 100


async def send(bot: Bot, chat: int, text: str) -> None:
    while True:
        try:
            await bot.send_message(chat, text)
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
        else:
            return


async def worker(bot: Bot, chats: list[int], text: str) -> None:
    while chats:
        await send(bot, chats.pop(), text)


async def main(url: str, readers: int, text: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    async with Bot("1234567890:" + "B" * 35, session=session) as bot:
        chats = list(range(FIRST_CHAT, FIRST_CHAT + readers))
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(worker(bot, chats, text))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[4]))
