"""The pre-flight: what an editor must know and ask themselves before it goes out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from bot.views import correction
from bot.views.alert import FEWEST, button, duration
from bot.views.desk import Desk
from bot.views.outgoing import shown_language
from bot.views.pieces import plain_name
from bot.views.scene import Scene
from bot.views.view import Text, View
from bot.views.words import LANGUAGES

STARS = 0.1
"""What Telegram asks for a message beyond the free 30 a second; those within it cost nothing.
https://core.telegram.org/bots/api#sendmessage and https://core.telegram.org/bots/faq"""
NAMES, LINKS = 16, 8
"""How many are listed one by one."""


class Standing(StrEnum):
    """What the records say of a name in a text; what needs a look comes first."""

    HIDDEN = "hidden"
    """An owner has taken this person off every screen."""
    UNKNOWN = "unknown"
    CAPITALS = "capitals"
    """Nothing but its capital letters says that it is a name."""
    PERHAPS = "perhaps"
    """Near a name of the records, or a part of it."""
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Named:
    """A name as it is written in a text, and whom of the records it may be."""

    text: str
    standing: Standing
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What was looked up for one draft."""

    seconds: float
    digest: str
    """The beginning of the hash of what would go out: the button that sends is bound to it."""
    names: tuple[Named, ...] = ()
    links: tuple[str, ...] = ()
    """Addresses that are none of our sources'."""
    faults: tuple[tuple[str, str], ...] = ()
    """(language, why Telegram would refuse or change its text)."""
    full: tuple[str, ...] = ()
    """Languages whose text fills a whole message, so that its end may be missing."""
    paid: bool = False
    two: bool = False
    """Somebody else must approve."""
    others: bool = True
    """There is somebody who may."""

    @property
    def hidden(self) -> bool:
        """Somebody whom an owner has hidden is named: it cannot go out."""
        return any(name.standing is Standing.HIDDEN for name in self.names)


def preflight(scene: Scene, desk: Desk, found: Findings) -> View:
    words = scene.words
    text = Text().line(reach(scene, desk, found.seconds))
    if desk.of is not None:
        text.line(correction.reach(scene, desk))
    if desk.unchanged:
        text.line(correction.unchanged(scene, desk))
    for language, count in sorted(desk.readers.items()):
        _lacking(scene, text, desk, language, count)
    if desk.draft.at:
        text.line(words("Goes out: {moment}", moment=words.exact(desk.draft.at, scene.house.timezone)))
    if found.paid:
        stars = words.number(math.ceil(desk.total * STARS))
        text.line(words("Paid: up to {n} Stars, 0.1 for each message beyond the free 30 a second.", n=stars))
    look_at(scene, text, found)
    for language in found.full:
        text.line(words("{language}: the text fills a whole message. Telegram cuts what is longer: is its end there?",
                        language=LANGUAGES.get(language, language)))  # fmt: skip
    for language, reason in found.faults:
        text.line(words("{language} cannot go out: {reason}", language=LANGUAGES[language], reason=reason))
    text.line().line(words("Sourced? Safe to name? No children, addresses, health? Copies cannot be recalled."))
    if found.two and not found.others:
        text.line().line(words("Somebody else must approve, and nobody may yet: an owner names approvers in /admins."))
    rows = ((button(scene, words("Edit"), "tx", desk.id), button(scene, words("Back"), "bk", desk.id)),)
    if found.faults or found.hidden or not desk.total or (found.two and not found.others):
        return text.view(*rows)
    label = words("Ask for approval") if found.two else send_label(scene, desk)
    verb = "ask" if found.two else "ok"
    return text.view((button(scene, label, verb, desk.id, found.digest),), *rows)


def few(desk: Desk) -> bool:
    """Whether the number of readers would point at people."""
    return bool(desk.audience.cases) and desk.total < FEWEST


def reach(scene: Scene, desk: Desk, seconds: float) -> str:
    words, total, time = scene.words, desk.total, duration(scene, seconds)
    if few(desk):
        return words("Fewer than {n} readers, about {time}.", n=FEWEST, time=time)
    number = words.number(total)
    return words.n("{n} reader, about {time}.", "{n} readers, about {time}.", total, n=number, time=time)


def send_label(scene: Scene, desk: Desk) -> str:
    words = scene.words
    if desk.of is not None:
        return correction.label(scene, desk)
    if few(desk):
        return words("Send to fewer than {n} readers", n=FEWEST)
    return words.n("Send to {n} reader", "Send to {n} readers", desk.total, n=words.number(desk.total))


def _lacking(scene: Scene, text: Text, desk: Desk, language: str, count: int) -> None:
    """How many have no text in their language, and which goes out."""
    words = scene.words
    shown = shown_language(desk.draft, language, scene.house.language)
    if shown is None or shown == language or not count:
        return
    name, other = words.tongue(language), words.tongue(shown)
    if few(desk):
        text.line(words("Some have no text in {language}: {other} goes out.", language=name, other=other))
        return
    line = words.n(
        "{n} has no text in {language}: {other} goes out.",
        "{n} have no text in {language}: {other} goes out.",
        count,
        n=words.number(count),
        language=name,
        other=other,
    )
    text.line(line)


def look_at(scene: Scene, text: Text, found: Findings) -> None:
    """Names and links: what a program can find of what deserves a second look."""
    _names(scene, text, found.names)
    _links(scene, text, found.links)


def _names(scene: Scene, text: Text, names: tuple[Named, ...]) -> None:
    words = scene.words
    if not names:
        text.line(words("Names: none recognised. Look yourself."))
        return
    text.line(words("Names:"))
    for name in names[:NAMES]:
        text.line(f"· {name.text[:80]}: {_standing(scene, name)}")
    if len(names) > NAMES:
        text.line(words("· and {n} more", n=len(names) - NAMES))


def _standing(scene: Scene, name: Named) -> str:
    words = scene.words
    if name.standing is Standing.PERHAPS:
        known = [scene.library.people[id_] for id_ in name.people if id_ in scene.library.people]
        if len(known) == 1:
            return words("perhaps {name} of the records", name=plain_name(scene, known[0]))
        return words("perhaps one of {n} people of the records", n=len(known))
    return {
        Standing.HIDDEN: words("HIDDEN by an owner; a text with this name cannot go out"),
        Standing.UNKNOWN: words("NOT in the records"),
        Standing.CAPITALS: words("if this is a name: NOT in the records"),
        Standing.KNOWN: words("in the records"),
    }[name.standing]


def _links(scene: Scene, text: Text, links: tuple[str, ...]) -> None:
    words = scene.words
    if not links:
        return
    text.line(words.n("Links: {n} outside our sources.", "Links: {n} outside our sources.", len(links), n=len(links)))
    for link in links[:LINKS]:
        text.line(f"· {link[:80]}")
    if len(links) > LINKS:
        text.line(words("· and {n} more", n=len(links) - LINKS))
