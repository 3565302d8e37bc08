"""The bot's commands and descriptions at Telegram, in each language, registered only where they differ."""

from __future__ import annotations

import structlog
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.handlers.context import Services
from bot.views.commands import admin_commands, description, reader_commands, short_description

log = structlog.get_logger(__name__)


async def register(services: Services, bot: Bot) -> None:
    """After the first poll; never fatal. Asks what is registered, and writes only what differs."""
    try:
        for language in services.words:
            await _one_language(services, bot, language)
    except TelegramError as error:
        log.warning(
            "commands and descriptions not registered; tried again at the next start", error=type(error).__name__
        )


async def _one_language(services: Services, bot: Bot, language: str) -> None:
    words = services.words[language]
    codes = ["", language] if language == services.house.language else [language]
    readers = [BotCommand(command, text) for command, text in reader_commands(words)]
    admins = readers + [BotCommand(command, text) for command, text in admin_commands(words)]
    for code in codes:
        await _commands(bot, readers, BotCommandScopeAllPrivateChats(), code)
        for person in services.roster.everyone():
            try:
                await _commands(bot, admins, BotCommandScopeChat(person), code)
            except (BadRequest, Forbidden):
                log.warning("an admin has not opened the bot yet: their command menu comes at a later start")
        long, short = description(words, services.house), short_description(words, services.house)
        if (await bot.get_my_description(language_code=code)).description != long:
            await bot.set_my_description(long, language_code=code)
        if (await bot.get_my_short_description(language_code=code)).short_description != short:
            await bot.set_my_short_description(short, language_code=code)


async def _commands(bot: Bot, commands: list[BotCommand], scope: BotCommandScope, code: str) -> None:
    if list(await bot.get_my_commands(scope=scope, language_code=code)) != commands:
        await bot.set_my_commands(commands, scope=scope, language_code=code)


async def menu_for(services: Services, bot: Bot, person: int) -> None:
    """The command menu of somebody who was named or removed, in their own chat."""
    for language, words in services.words.items():
        codes = ["", language] if language == services.house.language else [language]
        own = reader_commands(words) + (admin_commands(words) if services.is_admin(person) else [])
        commands = [BotCommand(command, text) for command, text in own]
        for code in codes:
            try:
                await _commands(bot, commands, BotCommandScopeChat(person), code)
            except TelegramError:
                return
