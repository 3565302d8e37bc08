"""A question in plain words: a card, a hint, a choice, or an honest no. Nothing asked is kept."""

from __future__ import annotations

from telegram import Update

from bot.handlers.context import Context
from bot.handlers.inbox import takes
from bot.handlers.reply import send
from bot.views import answers

LONGEST = 4096
"""Characters of a question that are looked at; Telegram sends no more in one message."""


async def plain_text(update: Update, context: Context) -> None:
    """Any text that is not a command; an editor's may be the text of an alert that waits for it."""
    message = update.effective_message
    if message is None or not message.text:
        return
    if await takes(update, context, text=True):
        return
    await answer_question(update, context, message.text)


async def ask(update: Update, context: Context) -> None:
    """/ask NAME; alone it says how to ask."""
    message = update.effective_message
    _, _, question = ((message.text if message else "") or "").partition(" ")
    if question.strip():
        await answer_question(update, context, question)
    else:
        await send(update, context, answers.how_to_ask(await context.scene(update)))


async def answer_question(update: Update, context: Context, question: str) -> None:
    scene = await context.scene(update, question)
    reply = context.services.asker.ask(question[:LONGEST])
    await send(update, context, answers.draw(scene, reply))


async def other(update: Update, context: Context) -> None:
    """Files, stickers, voices: never fetched; the answer says that nobody reads this chat."""
    if not await takes(update, context, text=False):
        await send(update, context, answers.nobody_reads(await context.scene(update)))


async def unknown(update: Update, context: Context) -> None:
    await send(update, context, answers.unknown_command(await context.scene(update)))
