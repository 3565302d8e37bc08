"""What readers get of a draft, by language; and what Telegram would raise against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.callback import Action, pack
from bot.views.draft import CARDS, Attached, Draft, Written
from bot.views.pieces import plain_name
from bot.views.scene import Scene
from bot.views.titles import case_title, declaration_label
from bot.views.view import Button, Text, View, units
from bot.views.words import fallbacks

LONGEST = 4096
"""UTF-16 units of one message's text."""
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100
AUTOMATIC = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
TYPED = frozenset(
    {"bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
     "text_link"}
)  # fmt: skip


def shown_language(draft: Draft, language: str, default: str) -> str | None:
    """Which text a reader of this language gets; None while there is none."""
    if not draft.texts:
        return None
    return next((code for code in fallbacks(language, default) if code in draft.texts), next(iter(draft.texts)))


def outgoing(scene: Scene, draft: Draft) -> View:
    """The message for a reader of the scene's language; LookupError while the draft has no text."""
    language = shown_language(draft, scene.language, scene.house.language)
    if language is None:
        raise LookupError("a draft without a text")
    written = draft.texts[language]
    rows: list[tuple[Button, ...]] = []
    if draft.card is not None and (title := card_title(scene, draft.card)) is not None:
        data = pack(scene.language, Action.CARD, draft.card.kind, draft.card.id)
        rows.append((Button(short(title), data=data),))
    if language != scene.language:
        label = scene.words.language_name(language)
        rows.append((Button(f"🌐 {label}", data=pack(scene.language, Action.NO_TEXT)),))
    media = draft.media or Attached("", "")
    photo = media.id if media.kind == "photo" else None
    document = media.id if media.kind == "document" else None
    shown = framed(heading(scene, draft), written, Text())
    return View(shown.text, shown.entities, tuple(rows), photo=photo, document=document)


def framed(before: Text, written: Written, after: Text) -> Written:
    """The words as they were typed, every byte, between words of ours."""
    (head, first), (tail, last) = before.raw(), after.raw()
    start, end = units(head), units(head) + units(written.text)
    moved = tuple(replace(entity, offset=entity.offset + start) for entity in written.entities)
    return Written(
        head + written.text + tail, (*first, *moved, *(replace(entity, offset=entity.offset + end) for entity in last))
    )


def heading(scene: Scene, draft: Draft) -> Text:
    """What stands above a new message that corrects an earlier one; otherwise nothing."""
    if not draft.corrects:
        return Text()
    day = datetime.fromtimestamp(draft.corrects, ZoneInfo(scene.house.timezone)).date()
    return Text().bold(scene.words("Correction of our message of {date}:", date=scene.words.date(day))).line()


def short(label: str) -> str:
    return label if len(label) <= 60 else label[:59] + "…"


def card_title(scene: Scene, card: Attached) -> str | None:
    """None when the library has no such record (any more)."""
    record = getattr(scene.library, CARDS[card.kind]).get(card.id) if card.kind in CARDS else None
    if record is None:
        return None
    if card.kind == "case":
        return case_title(scene, record)
    if card.kind == "person":
        return plain_name(scene, record)
    return declaration_label(scene, record) if card.kind == "decl" else str(record.title)


def fault(scene: Scene, written: Written, *, caption: bool = False, ours: int = 0) -> str | None:
    """Why Telegram would refuse or change this text, or None. `ours`: UTF-16 units that we add, with a piece of
    formatting."""
    words = scene.words
    most = (LONGEST_CAPTION if caption else LONGEST) - ours
    pieces = MOST_ENTITIES - bool(ours)
    if not written.text.strip():
        return words("the text is empty.")
    if _broken(written.text):
        return words("the text has broken characters; type it anew.")
    if units(written.text) > most:
        return words("the text has {n} characters; Telegram takes {most}.", n=units(written.text), most=most)
    if len(written.entities) > pieces:
        return words("{n} pieces of formatting; Telegram takes {most}.", n=len(written.entities), most=pieces)
    return _entity_fault(scene, written)


def _broken(text: str) -> bool:
    """Half of a pair, or a zero byte: what no keyboard writes and JSON or Telegram cannot carry."""
    return "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def _entity_fault(scene: Scene, written: Written) -> str | None:
    words = scene.words
    raw = written.text.encode("utf-16-le")
    for entity in written.entities:
        end = entity.offset + entity.length
        if entity.offset < 0 or entity.length < 1 or end * 2 > len(raw):
            return words("a piece of formatting leaves the text.")
        if _inside_pair(raw, entity.offset) or _inside_pair(raw, end):
            return words("a piece of formatting cuts an emoji in two.")
        if entity.kind == "custom_emoji":
            return words("a custom emoji, which bots cannot send; use an ordinary one.")
        if entity.kind == "text_mention":
            return words("a mention that carries somebody's account; write the name alone.")
        if entity.kind not in AUTOMATIC | TYPED:
            return words("formatting of a kind that cannot be sent: {kind}.", kind=entity.kind)
    return None


def _inside_pair(raw: bytes, unit: int) -> bool:
    """Whether this place is between the two halves of one character."""
    low = raw[unit * 2 : unit * 2 + 2]
    return len(low) == 2 and 0xDC00 <= int.from_bytes(low, "little") <= 0xDFFF
