"""*Share* and *Cite*: a card's words and addresses to take elsewhere. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views.callback import Action
from bot.views.labels import source_label
from bot.views.links import payload
from bot.views.navigation import back, card
from bot.views.pieces import BACK_TOKENS, back_token, person_name, written
from bot.views.scene import Scene
from bot.views.titles import case_title, status_line
from bot.views.view import Button, Kind, Text, View
from content.library import cited_sources
from content.models import Case, CaseKind, Declaration, Person, Source, SourceKind

COPIED = 256
"""Characters that Telegram copies at a press."""
LINKS = {"C": "case", "P": "person", "D": "decl"}


@dataclass(frozen=True, slots=True)
class Card:
    """What a card of any kind says of itself when it is passed on."""

    letter: str
    id: str
    head: tuple[str, ...]
    """Lines: who or what, and what holds of it."""
    checked: str
    source_ids: tuple[str, ...]
    """The one that carries the first line's claim comes first."""

    @property
    def token(self) -> str:
        return back_token(BACK_TOKENS[self.letter], self.id)


def card_of(scene: Scene, letter: str, id_: str) -> Card | None:
    """`letter`: C, P or D; None for what is not in the library."""
    library = scene.library
    if letter == "C" and (case := library.cases.get(id_)) is not None:
        return _case(scene, case)
    if letter == "P" and (person := library.people.get(id_)) is not None:
        return _person(scene, person)
    if letter == "D" and (declaration := library.declarations.get(id_)) is not None:
        return _declaration(scene, declaration)
    return None


def _both_names(scene: Scene, person: Person) -> str:
    main, other = person_name(scene, person)
    named = f"{main} ({other})" if other else main
    return f"{named}, {written(scene, person.role)}"


def _case(scene: Scene, case: Case) -> Card:
    words = scene.words
    person = scene.library.people[case.id] if case.kind is CaseKind.INDIVIDUAL else None
    head = [_both_names(scene, person) if person is not None else case_title(scene, case)]
    first: Sequence[str] = case.summary_sources
    if case.status is not None:
        head.append(words("Last known status: {status}", status=status_line(scene, case.status)))
        if case.status.text is not None:
            head.append(written(scene, case.status.text))
        first = case.status.sources
    else:
        head.append(written(scene, case.summary))
        head.append(words("As of: {date}", date=words.date(case.summary_date)))
    return Card("C", case.id, tuple(head), words.date(case.checked), _each_once(first, cited_sources(case)))


def _person(scene: Scene, person: Person) -> Card:
    sources = _each_once(person.role_sources, cited_sources(person))
    return Card("P", person.id, (_both_names(scene, person),), scene.words.date(person.checked), sources)


def _declaration(scene: Scene, declaration: Declaration) -> Card:
    words = scene.words
    head = (
        words("Written Declaration No. {number}", number=declaration.number) + f", {declaration.document}",
        f"{written(scene, declaration.body)}, {words.date(declaration.date)}",
        declaration.title,
    )
    return Card("D", declaration.id, head, words.date(declaration.checked), cited_sources(declaration))


def _each_once(*ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id_ for some in ids for id_ in some))


def cite(scene: Scene, letter: str, id_: str, part: int) -> View | None:
    """Name, status, as-of and sources as plain text; Telegram copies a block of it at a tap."""
    cited = card_of(scene, letter, id_)
    if cited is None:
        return None
    words = scene.words
    lines = [*cited.head, words("Records last checked {date}.", date=cited.checked)]
    if letter != "D":
        lines.append(words("Others share this name. Not a screening list. A charge is not guilt."))
    blocks = [Text().span(Kind.PRE, "\n".join(lines)).line()]
    for number, source_id in enumerate(cited.source_ids, 1):
        blocks.append(Text().span(Kind.PRE, _source(scene, number, scene.library.sources[source_id])).line())
    hint = Text().italic(words("Tap a block to copy it.")).line()
    place = (Action.CITE, f"{letter}.{id_}", part, cited.token)
    return card(scene, place, [hint, *blocks], (), carries_token=False)


def _source(scene: Scene, number: int, source: Source) -> str:
    words = scene.words
    told = [source.publisher]
    if source.kind is SourceKind.ADVOCACY:
        told[0] += f" ({source_label(words, source.kind)})"
    if source.published is not None:
        told.append(words.date(source.published))
    return f"{number}. {source.title}. {', '.join(told).removesuffix('.')}. {source.url}"


def share(scene: Scene, letter: str, id_: str) -> View | None:
    """Addresses to copy: the source's first, then this card's."""
    shared = card_of(scene, letter, id_)
    if shared is None:
        return None
    words, house = scene.words, scene.house
    source = scene.library.sources[shared.source_ids[0]]
    text = Text().bold(words("Share")).line().line(shared.head[0]).line()
    text.line(words("The address of the source shows nothing of this bot:"))
    text.link(source.title, str(source.url)).line(f" — {source.publisher}").line()
    text.line(words("A forwarded message, and the address of this card, show where they came from."))
    rows = [(_copied(words("Copy source link"), str(source.url)),)]
    if house.username:
        address = f"https://t.me/{house.username}?start={payload(LINKS[letter], shared.id)}"
        rows.append((_copied(words("Copy link to this card"), address),))
    return text.view(*rows, (back(scene, shared.token),))


def _copied(label: str, address: str) -> Button:
    """An address too long to be copied at a press is opened instead."""
    return Button(label, copy=address) if len(address) <= COPIED else Button(label, url=address)
