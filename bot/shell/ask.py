"""`dauys ask`: the answer that a reader would get, in the terminal."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from rich.console import Console
from rich.text import Text as RichText

from bot.config import Settings
from bot.control import ControlError
from bot.house import house_of
from bot.shell.order import order
from bot.views.answers import draw
from bot.views.pick_language import pick_language
from bot.views.scene import Scene
from bot.views.view import View
from bot.views.words import load_words
from content.asker import LibraryAsker
from content.errors import InvalidLibrary
from content.loader import load
from content.names.answer import Verdict
from content.withhold import without
from storage.errors import StorageError

STYLES = {"bold": "bold", "italic": "italic", "blockquote": "dim", "expandable_blockquote": "dim", "code": "cyan"}


async def ask_library(
    settings: Settings, question: str, lang: str, today: date, *, explain: bool, out: Console, err: Console
) -> int:
    """Exit code: 0 with an answer, 1 with an honest no, 2 for a language that the bot does not speak."""
    words = load_words()
    if lang and lang not in words:
        err.print(f"--lang {lang}: expected one of {', '.join(words)}", markup=False)
        return 2
    try:
        whole = load(settings.library, language=settings.language)
    except InvalidLibrary as error:
        for fault in error.faults:
            err.print(str(fault), markup=False)
        return 1
    library = without(whole, await _hidden(settings, err))
    language = lang or pick_language(None, question, settings.language)
    reply = LibraryAsker(library).ask(question, explain=explain)
    scene = Scene(words[language], library, house_of(settings), today)
    out.print(rendered(draw(scene, reply)))
    if explain:
        for step in reply.steps:
            out.print(f"· {step}", markup=False, style="dim")
    return 1 if reply.verdict is Verdict.NO else 0


async def _hidden(settings: Settings, err: Console) -> Set[str]:
    """Whom an owner has hidden, from the running bot or from its database; nobody where no bot has ever run."""
    if not settings.database.get_secret_value() and not (settings.data / "dauys.sqlite3").exists():
        return frozenset()
    try:
        told = await order(settings, "hidden", warn=lambda _: None)
    except (ControlError, StorageError) as error:
        err.print(f"Whoever is hidden is shown here, for the list of them cannot be read: {error}", markup=False)
        return frozenset()
    return frozenset(told["hidden"])


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
