"""The cards: a case, a person, a declaration, an update, a source. All dated, all sourced."""

from __future__ import annotations

from collections.abc import Iterator

from bot.views.callback import Action
from bot.views.labels import source_label, status_label
from bot.views.navigation import card
from bot.views.pieces import (
    Numbers,
    back_token,
    claim,
    footer,
    link,
    newest_first,
    person_name,
    plain_name,
    to,
    written,
)
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from content.models import Case, CaseKind, Declaration, Person, Source, StatusEntry, Update

STALE_DAYS = 180
ARCHIVE_DAYS = 30
Rows = list[tuple[Button, ...]]


def case_title(scene: Scene, case: Case) -> str:
    if case.title is not None:
        return written(scene, case.title)
    return plain_name(scene, scene.library.people[case.people[0]])


def case_card(scene: Scene, case: Case, part: int, token: str) -> View:
    numbers = Numbers(scene)
    person = scene.library.people[case.people[0]] if case.kind is CaseKind.INDIVIDUAL else None
    body = _individual(scene, numbers, case, person) if person else _group(scene, numbers, case)
    blocks = [*body, *_events(scene, numbers, case), *_possible(scene, numbers, case), *_corrections(scene, case)]
    blocks += [*numbers.blocks(), footer(scene, case)]
    if person is not None:
        blocks.append(foot(scene))
    return card(scene, (Action.CASE, case.id, part, token), blocks, _case_rows(scene, case, token))


def _individual(scene: Scene, numbers: Numbers, case: Case, person: Person) -> Iterator[Text]:
    yield _name(scene, person, numbers)
    if case.status is not None:
        yield _status(scene, numbers, case.status)
    yield numbers.cite(Text().line().plain(written(scene, case.summary)), case.summary_sources).line()
    yield from _earlier(scene, numbers, case)


def _earlier(scene: Scene, numbers: Numbers, case: Case) -> Iterator[Text]:
    entries = sorted(case.statuses, key=lambda entry: entry.date.order, reverse=True)
    older = [entry for entry in entries if entry is not case.status]
    if older:
        yield Text().line().bold(scene.words("Status before")).line()
    told = {event.date for event in case.events}
    for entry in older:
        text = Text().plain("• ").bold(scene.words.date(entry.date)).plain(": ")
        text.plain(status_label(scene.words, entry.status))
        if entry.text is not None and entry.date not in told:
            text.plain(f" — {written(scene, entry.text)}")
        yield numbers.cite(text, entry.sources).line()


def _name(scene: Scene, person: Person, numbers: Numbers) -> Text:
    main, other = person_name(scene, person)
    text = Text().bold(main).line()
    if other:
        text.line(other)
    text.plain(written(scene, person.role))
    return numbers.cite(text, person.role_sources).line()


def status_line(scene: Scene, entry: StatusEntry) -> str:
    return f"{status_label(scene.words, entry.status)} · {scene.words.date(entry.date)}"


def _status(scene: Scene, numbers: Numbers, entry: StatusEntry) -> Text:
    words = scene.words
    old = (scene.today - entry.date.last).days > STALE_DAYS
    head = words("Last known status") if old else words("Status")
    text = Text().line().bold(f"{head}: {status_line(scene, entry)}")
    numbers.cite(text, entry.sources).line()
    if entry.text is not None:
        text.line(written(scene, entry.text))
    return text.italic(words("We found nothing later; this may have changed.")).line()


def _group(scene: Scene, numbers: Numbers, case: Case) -> Iterator[Text]:
    yield Text().bold(case_title(scene, case)).line().line()
    text = Text().plain(written(scene, case.summary))
    numbers.cite(text, case.summary_sources)
    yield text.line().italic(scene.words("As of: {date}", date=scene.words.date(case.summary_date))).line()
    members = scene.library.members(case.id)
    if members:
        yield Text().line().bold(scene.words("People")).line()
    for person in members:
        own = scene.library.case_of(person.id)
        text = Text().plain(f"• {plain_name(scene, person)}")
        if own is not None and own.status is not None:
            text.plain(f": {status_line(scene, own.status)}")
            numbers.cite(text, own.status.sources)
        yield text.line()


def _events(scene: Scene, numbers: Numbers, case: Case) -> Iterator[Text]:
    if case.events:
        yield Text().line().bold(scene.words("What happened")).line()
    for event in newest_first(case.events):
        yield claim(scene, numbers, event)


def _possible(scene: Scene, numbers: Numbers, case: Case) -> Iterator[Text]:
    for entry in case.possible:
        yield Text().line().bold(scene.words("Possibly the same person (our inference)")).line()
        yield Text().plain(f"{entry.name}. {written(scene, entry.reason)}").line()
        yield claim(scene, numbers, entry.claim)


def _corrections(scene: Scene, record: Case | Person) -> Iterator[Text]:
    if record.corrections:
        yield Text().line().bold(scene.words("Corrections")).line()
    for entry in record.corrections:
        yield Text().plain(f"• {scene.words.date(entry.date)}: {written(scene, entry.text)}").line()


def foot(scene: Scene) -> Text:
    text = scene.words("Others share this name. Not a screening list. A charge is not guilt.")
    return Text().line().italic(text).line()


def _case_rows(scene: Scene, case: Case, token: str) -> Rows:
    library, words = scene.library, scene.words
    here = back_token(Action.CASE, case.id)
    rows: Rows = []
    if case.kind is not CaseKind.INDIVIDUAL:
        people = [link(scene, plain_name(scene, p), Action.PERSON, p.id, here) for p in library.members(case.id)]
        rows += [tuple(people[i : i + 2]) for i in range(0, len(people), 2)]
        rows += [
            (link(scene, case_title(scene, c), Action.CASE, c.id, here),)
            for c in library.parts(case.id)
            if c.kind is not CaseKind.INDIVIDUAL
        ]
    else:
        rows += [(link(scene, case_title(scene, c), Action.CASE, c.id, here),) for c in library.groups_of(case.id)]
    rows += _declarations(scene, case.id, here)
    followed = scene.reader is not None and case.id in scene.reader.cases
    act, label = (Action.UNFOLLOW, words("Unfollow")) if followed else (Action.FOLLOW, words("Follow"))
    rows.append(
        (to(scene, label, act, case.id, _short(token)), to(scene, words("Sources"), Action.CASE_SOURCES, case.id))
    )
    rows.append((to(scene, words("Report an error"), Action.REPORT, "C", case.id),))
    return rows


def _declarations(scene: Scene, case_id: str, here: str) -> Rows:
    found = scene.library.declarations_about(case_id)
    return [(link(scene, declaration_label(scene, d), Action.DECLARATION, d.id, here),) for d in found]


def _short(token: str) -> str:
    """A back token that fits beside an id; longer ones lead home."""
    return token if len(token) <= 4 else "h"


def person_card(scene: Scene, person: Person, part: int, token: str) -> View:
    """Of somebody with a case of their own, that case; of others, what they said or did."""
    own = scene.library.case_of(person.id)
    if own is not None:
        return case_card(scene, own, part, token)
    numbers = Numbers(scene)
    blocks = [_name(scene, person, numbers)]
    if person.points:
        blocks.append(Text().line().bold(scene.words("What is recorded")).line())
    blocks += [claim(scene, numbers, point) for point in newest_first(person.points)]
    blocks += [*_corrections(scene, person), *numbers.blocks(), footer(scene, person), foot(scene)]
    here = back_token(Action.PERSON, person.id)
    rows: Rows = [
        (link(scene, declaration_label(scene, d), Action.DECLARATION, d.id, here),)
        for d in scene.library.declarations_naming(person.id)
    ]
    rows += [(link(scene, case_title(scene, c), Action.CASE, c.id, here),) for c in scene.library.groups_of(person.id)]
    rows += _updates(scene, person.id, here)
    rows.append((to(scene, scene.words("Report an error"), Action.REPORT, "P", person.id),))
    return card(scene, (Action.PERSON, person.id, part, token), blocks, rows)


def _updates(scene: Scene, id_: str, here: str) -> Rows:
    found = scene.library.updates_about(id_)
    return [(link(scene, update_label(scene, u), Action.UPDATE, u.id, here),) for u in found[:6]]


def declaration_label(scene: Scene, declaration: Declaration) -> str:
    year = declaration.date.first.year
    return scene.words("Declaration {number} ({year})", number=declaration.number, year=year)


def update_label(scene: Scene, update: Update) -> str:
    return f"{update.date} · {written(scene, update.title)}"


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
        if claims:
            blocks.append(Text().line().bold(title).line())
        blocks += [claim(scene, numbers, entry) for entry in claims]
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
    others = [library.declarations[id_] for id_ in declaration.related]
    rows += [(link(scene, declaration_label(scene, d), Action.DECLARATION, d.id, here),) for d in others]
    rows.append(
        (
            to(scene, words("Sources"), Action.DECLARATION_SOURCES, declaration.id),
            to(scene, words("Report an error"), Action.REPORT, "D", declaration.id),
        )
    )
    return rows


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
