"""`dauys ask`: the answer that a reader would get, in the terminal."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.text import Text as RichText

from bot.config import Settings
from bot.house import house_of
from bot.views.answers import draw
from bot.views.pick_language import pick_language
from bot.views.scene import Scene
from bot.views.view import View
from bot.views.words import load_words
from content.asker import LibraryAsker
from content.errors import InvalidLibrary
from content.loader import load
from content.names.answer import Verdict

STYLES = {"bold": "bold", "italic": "italic", "blockquote": "dim", "expandable_blockquote": "dim", "code": "cyan"}


def ask_library(
    settings: Settings, question: str, lang: str, today: date, *, explain: bool, out: Console, err: Console
) -> int:
    """Exit code: 0 with an answer, 1 with an honest no, 2 for a language that the bot does not speak."""
    words = load_words()
    if lang and lang not in words:
        err.print(f"--lang {lang}: expected one of {', '.join(words)}", markup=False)
        return 2
    try:
        library = load(settings.library, language=settings.language)
    except InvalidLibrary as error:
        for fault in error.faults:
            err.print(str(fault), markup=False)
        return 1
    language = lang or pick_language(None, question, settings.language)
    reply = LibraryAsker(library).ask(question, explain=explain)
    scene = Scene(words[language], library, house_of(settings), today)
    out.print(rendered(draw(scene, reply)))
    if explain:
        for step in reply.steps:
            out.print(f"· {step}", markup=False, style="dim")
    return 1 if reply.verdict is Verdict.NO else 0


def rendered(view: View) -> RichText:
    """Text with its styles and links, then its buttons in brackets."""
    encoded = view.text.encode("utf-16-le")

    def characters(offset: int) -> int:
        return len(encoded[: offset * 2].decode("utf-16-le", "ignore"))

    text = RichText(view.text)
    for entity in view.entities:
        style = f"link {entity.url}" if entity.url else STYLES.get(entity.kind, "")
        text.stylize(style, characters(entity.offset), characters(entity.offset + entity.length))
    for row in view.rows:
        text.append("\n" + "  ".join(f"[{button.text}]" for button in row))
    return text
