"""`@bot name` in any chat; only where DAUYS_INLINE allows it, for a post made so says through which bot it came."""

from __future__ import annotations

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
    Update,
)

from bot.handlers.ask import LONGEST
from bot.handlers.context import Context
from bot.views.inline import Article, articles, nothing
from bot.wire.fields import fields

START = "inline"
"""What /start is given by the press on an empty answer; the bot greets as ever."""


async def query(update: Update, context: Context) -> None:
    """Answers for this person alone, and lets Telegram keep none of it."""
    asked = update.inline_query
    if asked is None:
        return
    question = asked.query.strip()[:LONGEST]
    found: list[InlineQueryResultArticle] = []
    button = None
    if question:
        scene = await context.scene(update, question)
        found = [_result(article) for article in articles(scene, context.services.asker.ask(question))]
        button = None if found else InlineQueryResultsButton(nothing(scene), start_parameter=START)
    await context.bot.answer_inline_query(asked.id, found, cache_time=0, is_personal=True, button=button)


def _result(article: Article) -> InlineQueryResultArticle:
    body = fields(article.view)
    content = InputTextMessageContent(
        body["text"],
        entities=[MessageEntity.de_json(entity) for entity in body.get("entities", [])],
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    return InlineQueryResultArticle(
        article.id,
        article.title,
        content,
        description=article.description or None,
        reply_markup=body.get("reply_markup"),
    )
