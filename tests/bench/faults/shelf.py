"""The library's folder is broken, taken away or changed under the running bot."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench.delivery.yard import Yard
from tests.bench.faults.lives import answered, heard, listens, refused_start, set_up, troubles, unclear, until
from tests.bench.faults.rows import STOPS, Row, Seen
from tests.unit.content.folder import SOUND, written

ASKED, KNOWN, LATER = "Ada Lind", "Ada Lind", "Adela Lindqvist"
Harm = Callable[[Path], object]


def broken(library: Path) -> None:
    (library / "people" / "ada.yaml").write_text("id: ada\nname: [", "utf-8")


def dangling(library: Path) -> None:
    (library / "sources" / "page.yaml").unlink()


def vanished(library: Path) -> None:
    shutil.rmtree(library)


def changed(library: Path) -> None:
    file = library / "people" / "ada.yaml"
    file.write_text(file.read_text("utf-8").replace("text: Ada Lind,", f"text: {LATER},"), "utf-8")


async def harmed(yard: Yard, *, harm: Harm) -> Seen:
    """What was read serves on, before and after it is told to read anew; repaired, the new one is served."""
    async with set_up(1) as (bot, telegram):
        library = written(bot.folder / "library", dict(SOUND))
        bot.settings["DAUYS_LIBRARY"] = str(library)
        async with bot.life(telegram.url) as child:
            await listens(child)
            await answered(child, telegram, ASKED, KNOWN)
            harm(library)
            await answered(child, telegram, ASKED, KNOWN)
            child.process.send_signal(signal.SIGHUP)
            await until(lambda: heard(child.words(), "serves on"), "the log tells of the library")
            await answered(child, telegram, ASKED, KNOWN)
            changed(written(bot.folder / "library", dict(SOUND)))
            child.process.send_signal(signal.SIGHUP)
            await until(lambda: heard(child.words(), "the library was read again"), "it is read again")
            await answered(child, telegram, LATER, LATER)
            lines = child.words()
            await child.end()
        told = "; ".join(f"“{kind}” ×{number}" for kind, number in troubles(lines).items())
        return Seen(f"answered from the old one, then from the repaired one; log: {told}", not unclear(lines))


async def rewritten(yard: Yard) -> Seen:
    """Files change under the bot: nothing is read until it is told to, and then all at once."""
    async with set_up(1) as (bot, telegram):
        library = written(bot.folder / "library", dict(SOUND))
        bot.settings["DAUYS_LIBRARY"] = str(library)
        async with bot.life(telegram.url) as child:
            await listens(child)
            changed(library)
            await answered(child, telegram, ASKED, KNOWN)
            child.process.send_signal(signal.SIGHUP)
            await until(lambda: heard(child.words(), "the library was read again"), "it is read again")
            await answered(child, telegram, LATER, LATER)
            lines = child.words()
            await child.end()
        told = [kind for kind in troubles(lines) if not kind.startswith("the database is slow")]
        return Seen("the old name until SIGHUP, then the new one", not unclear(lines) and not told)


async def at_start(yard: Yard, *, harm: Harm, words: str) -> Seen:
    async with set_up(1) as (bot, telegram):
        library = written(bot.folder / "library", dict(SOUND))
        bot.settings["DAUYS_LIBRARY"] = str(library)
        harm(library)
        return Seen(await refused_start(bot, telegram.url, words, most=4), held=True)


ROWS = {
    "library-broken": Row("a file of the library is broken at run time", partial(harmed, harm=broken)),
    "library-dangling": Row("a source that records name vanishes at run time", partial(harmed, harm=dangling)),
    "library-vanished": Row("the library's folder vanishes at run time", partial(harmed, harm=vanished)),
    "library-changed": Row(
        "the library is changed at run time", rewritten, "nothing before SIGHUP or /reload, then all"
    ),
    "library-broken-start": Row(
        "a file of the library is broken at the start", partial(at_start, harm=broken, words="ada.yaml:"), STOPS
    ),
    "library-vanished-start": Row(
        "the library's folder is not there at the start", partial(at_start, harm=vanished, words="library"), STOPS
    ),
}
