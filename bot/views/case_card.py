"""The card of a case: of one person, of a group, of a matter that concerns many."""

from __future__ import annotations

from collections.abc import Iterator

from bot.views.callback import Action
from bot.views.labels import status_label
from bot.views.navigation import card
from bot.views.pieces import (
    Numbers,
    back_token,
    claim,
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
from bot.views.titles import case_title, declaration_label, status_line
from bot.views.view import Button, Text, View
from content.models import Case, CaseKind, Claim, Person, StatusEntry

STALE_DAYS = 180
TIMELINE_FROM = 4
"""Events from which on a case has a timeline of its own."""
Rows = list[tuple[Button, ...]]


def case_card(scene: Scene, case: Case, part: int, token: str) -> View:
    numbers = Numbers(scene)
    person = scene.library.people[case.people[0]] if case.kind is CaseKind.INDIVIDUAL else None
    body = _individual(scene, numbers, case, person) if person else _group(scene, numbers, case)
    happened = section(scene, numbers, scene.words("What happened"), newest_first(case.events))
    blocks = [*body, *happened, *_possible(scene, numbers, case), *corrections(scene, case)]
    blocks += [*numbers.blocks(), footer(scene, case)]
    if person is not None:
        blocks.append(foot(scene))
    return card(scene, (Action.CASE, case.id, part, token), blocks, _case_rows(scene, case, token))


def _individual(scene: Scene, numbers: Numbers, case: Case, person: Person) -> Iterator[Text]:
    yield name_block(scene, person, numbers)
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


def _possible(scene: Scene, numbers: Numbers, case: Case) -> Iterator[Text]:
    """Each name once, with the reason why it may be theirs, then what is said under it."""
    entries: dict[tuple[str, str], list[Claim]] = {}
    for entry in case.possible:
        entries.setdefault((entry.name, written(scene, entry.reason)), []).append(entry.claim)
    for (name, reason), claims in entries.items():
        yield Text().line().bold(scene.words("Possibly the same person (our inference)")).line()
        yield Text().plain(f"{name}. {reason}").line()
        yield from (claim(scene, numbers, entry) for entry in newest_first(claims))


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
    rows += [(link(scene, case_title(scene, c), Action.CASE, c.id, here),) for c in library.cases_related(case.id)]
    rows = list(dict.fromkeys(rows))
    followed = scene.reader is not None and case.id in scene.reader.cases
    act, label = (Action.UNFOLLOW, words("Unfollow")) if followed else (Action.FOLLOW, words("Follow"))
    acts = [to(scene, label, act, case.id, _short(token)), to(scene, words("Sources"), Action.CASE_SOURCES, case.id)]
    if len(case.events) >= TIMELINE_FROM:
        acts.insert(1, to(scene, words("Timeline"), Action.TIMELINE, case.id, 0))
    acts += pass_on(scene, "C", case.id)
    acts.append(to(scene, words("Report an error"), Action.REPORT, "C", case.id))
    return [*rows, *(tuple(acts[i : i + 2]) for i in range(0, len(acts), 2))]


def _declarations(scene: Scene, case_id: str, here: str) -> Rows:
    found = scene.library.declarations_about(case_id)
    return [(link(scene, declaration_label(scene, d), Action.DECLARATION, d.id, here),) for d in found]


def _short(token: str) -> str:
    """A back token that fits beside an id; longer ones lead home."""
    return token if len(token) <= 4 else "h"
