"""A question in plain words: a card, a hint, a choice, or an honest no. Nothing asked is kept."""

from __future__ import annotations

from telegram import Message, Update

from bot.handlers.context import Context, callback_of
from bot.handlers.inbox import takes
from bot.handlers.reply import send, show
from bot.views import answers
from bot.views.callback import Action, Callback
from bot.views.router import screen
from content.names import Verdict

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
    if message is not None and (question := question_of(message)):
        await answer_question(update, context, question)
    else:
        await send(update, context, answers.how_to_ask(await context.scene(update)))


def question_of(message: Message) -> str:
    """What a message asks: its text, without a command in front."""
    text = (message.text or "").strip()
    if text.startswith("/"):
        text = "".join(text.split(maxsplit=1)[1:])
    return text[:LONGEST]


async def answer_question(update: Update, context: Context, question: str) -> None:
    """A list is a reply to the question, so that its pages can be drawn from there."""
    scene = await context.scene(update, question)
    reply = context.services.asker.ask(question)
    await send(update, context, answers.draw(scene, reply), replying=reply.verdict is not Verdict.CARD)


async def found(update: Update, context: Context) -> None:
    """A page of a list, or the way back to it: the message that it answers is asked anew."""
    scene, callback, query = await context.scene(update), callback_of(update), update.callback_query
    message = query.message if query is not None else None
    asked = message.reply_to_message if isinstance(message, Message) else None
    question = question_of(asked) if asked is not None else ""
    if callback is None or not question:
        home = screen(scene, Callback(scene.language, Action.HOME))
        if home is not None:
            await show(update, context, home, answers.list_is_gone(scene))
        return
    await show(update, context, answers.draw(scene, context.services.asker.ask(question), callback.number(0)))


async def other(update: Update, context: Context) -> None:
    """Files, stickers, voices: never fetched; the answer says that nobody reads this chat."""
    if not await takes(update, context, text=False):
        await send(update, context, answers.nobody_reads(await context.scene(update)))


async def unknown(update: Update, context: Context) -> None:
    await send(update, context, answers.unknown_command(await context.scene(update)))
