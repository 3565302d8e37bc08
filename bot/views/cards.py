"""The cards: a case, a person, a declaration, an update, a source. All dated, all sourced."""

from __future__ import annotations

from bot.views.callback import Action
from bot.views.case_card import case_card
from bot.views.labels import source_label
from bot.views.navigation import card
from bot.views.pieces import (
    Numbers,
    back_token,
    corrections,
    foot,
    footer,
    link,
    name_block,
    newest_first,
    pass_on,
    plain_name,
    section,
    to,
    written,
)
from bot.views.scene import Scene
from bot.views.titles import case_title, declaration_label, update_label
from bot.views.view import Button, Text, View
from content.models import Case, Declaration, Person, Source, Update

ARCHIVE_DAYS = 30
Rows = list[tuple[Button, ...]]


def person_card(scene: Scene, person: Person, part: int, token: str) -> View:
    """Of somebody with a case of their own, that case; of others, what they said or did."""
    own = scene.library.case_of(person.id)
    if own is not None:
        return case_card(scene, own, part, token)
    numbers = Numbers(scene)
    blocks = [name_block(scene, person, numbers)]
    blocks += section(scene, numbers, scene.words("What is recorded"), newest_first(person.points))
    blocks += [*corrections(scene, person), *numbers.blocks(), footer(scene, person), foot(scene)]
    here = back_token(Action.PERSON, person.id)
    rows: Rows = [
        (link(scene, declaration_label(scene, d), Action.DECLARATION, d.id, here),)
        for d in scene.library.declarations_naming(person.id)
    ]
    rows += [(link(scene, case_title(scene, c), Action.CASE, c.id, here),) for c in scene.library.groups_of(person.id)]
    rows += _updates(scene, person.id, here)
    rows += [
        pass_on(scene, "P", person.id),
        (to(scene, scene.words("Report an error"), Action.REPORT, "P", person.id),),
    ]
    return card(scene, (Action.PERSON, person.id, part, token), blocks, rows)


def _updates(scene: Scene, id_: str, here: str) -> Rows:
    found = scene.library.updates_about(id_)
    return [(link(scene, update_label(scene, u), Action.UPDATE, u.id, here),) for u in found[:6]]


def declaration_card(scene: Scene, declaration: Declaration, part: int, token: str) -> View:
    numbers, words = Numbers(scene), scene.words
    head = Text().bold(words("Written Declaration No. {number}", number=declaration.number)).line()
    head.line(f"{written(scene, declaration.body)} · {declaration.document}")
    numbers.cite(head.plain(words.date(declaration.date)), declaration.sources).line()
    head.quote(Text().plain(declaration.title)).line()
    if declaration.title_translation is not None and scene.language != declaration.language:
        head.line(written(scene, declaration.title_translation))
    blocks = [head, Text().line().plain(written(scene, declaration.summary)).line()]
    groups = (
        (words("What it says"), declaration.says),
        (words("What it calls for"), declaration.calls),
        (words("Who signed it"), (declaration.signatories,)),
        (words("Where others differ"), declaration.notes),
    )
    for title, claims in groups:
        blocks += section(scene, numbers, title, claims)
    only = words("A written declaration commits only those who have signed it.")
    blocks += [Text().line().italic(only).line(), *numbers.blocks(), footer(scene, declaration)]
    place = (Action.DECLARATION, declaration.id, part, token)
    return card(scene, place, blocks, _declaration_rows(scene, declaration))


def _declaration_rows(scene: Scene, declaration: Declaration) -> Rows:
    library, words = scene.library, scene.words
    here = back_token(Action.DECLARATION, declaration.id)
    people = [library.people[id_] for id_ in declaration.people]
    named = [link(scene, plain_name(scene, person), Action.PERSON, person.id, here) for person in people]
    rows: Rows = [tuple(named[i : i + 2]) for i in range(0, len(named), 2)]
    cases = [library.cases[id_] for id_ in declaration.cases]
    rows += [(link(scene, case_title(scene, c), Action.CASE, c.id, here),) for c in cases]
    rows += [
        (link(scene, declaration_label(scene, d), Action.DECLARATION, d.id, here),)
        for d in library.declarations_related(declaration.id)
    ]
    last = (
        to(scene, words("Sources"), Action.DECLARATION_SOURCES, declaration.id),
        to(scene, words("Report an error"), Action.REPORT, "D", declaration.id),
    )
    return [*rows, pass_on(scene, "D", declaration.id), last]


def update_card(scene: Scene, update: Update, part: int, token: str) -> View:
    numbers, words = Numbers(scene), scene.words
    head = Text()
    if (scene.today - update.date.last).days > ARCHIVE_DAYS:
        head.italic(words("From the archive, {date}", date=words.date(update.date))).line()
    else:
        head.italic(words.date(update.date)).line()
    head.bold(written(scene, update.title)).line().line()
    numbers.cite(head.plain(written(scene, update.text)), update.sources).line()
    blocks = [head, *numbers.blocks(), footer(scene, update)]
    here = back_token(Action.UPDATE, update.id)
    library = scene.library
    rows: Rows = [(link(scene, case_title(scene, library.cases[i]), Action.CASE, i, here),) for i in update.cases]
    rows += [
        (link(scene, declaration_label(scene, library.declarations[i]), Action.DECLARATION, i, here),)
        for i in update.declarations
    ]
    rows += [
        (link(scene, plain_name(scene, library.people[i]), Action.PERSON, i, here),)
        for i in update.people
        if i not in update.cases
    ]
    rows.append((to(scene, words("Report an error"), Action.REPORT, "U", update.id),))
    return card(scene, (Action.UPDATE, update.id, part, token), blocks, rows)


def source_card(scene: Scene, source: Source, part: int, token: str) -> View:
    words = scene.words
    text = Text().bold(source.title).line().line(f"{source.publisher} · {source_label(words, source.kind)}")
    if source.published is not None:
        text.line(words("Published: {date}", date=words.date(source.published)))
    text.line(words("We read it on {date}. It may have changed or gone since.", date=words.date(source.seen)))
    if source.note is not None:
        text.line().line(written(scene, source.note))
    here = back_token(Action.SOURCE, source.id)
    rows: Rows = [(Button(words("Open the page"), url=str(source.url)),)]
    for record in scene.library.cited_by(source.id):
        if (button := record_button(scene, record, here)) is not None:
            rows.append((button,))
    rows = list(dict.fromkeys(rows))[:40]
    rows.append((to(scene, words("Report an error"), Action.REPORT, "S", source.id),))
    return card(scene, (Action.SOURCE, source.id, part, token), [text], rows)


def record_button(scene: Scene, record: object, here: str) -> Button | None:
    if isinstance(record, Case):
        return link(scene, case_title(scene, record), Action.CASE, record.id, here)
    if isinstance(record, Declaration):
        return link(scene, declaration_label(scene, record), Action.DECLARATION, record.id, here)
    if isinstance(record, Update):
        return link(scene, update_label(scene, record), Action.UPDATE, record.id, here)
    if isinstance(record, Person) and scene.library.case_of(record.id) is None:
        return link(scene, plain_name(scene, record), Action.PERSON, record.id, here)
    return None
