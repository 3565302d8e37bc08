"""*Timeline*: what a case's card says with a date, oldest first: statuses, events, the declarations about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from bot.views.callback import Action
from bot.views.labels import status_label
from bot.views.navigation import card
from bot.views.pieces import Numbers, back_token, foot, footer, written
from bot.views.scene import Scene
from bot.views.titles import case_title
from bot.views.view import Text, View
from content.dates import Precision, When
from content.models import Case, CaseKind

Entry = tuple[When, str, tuple[str, ...]]
"""Date, words, source ids."""


def timeline(scene: Scene, case: Case, part: int) -> View:
    numbers = Numbers(scene)
    title = Text().bold(f"{case_title(scene, case)} · {scene.words('Timeline')}").line()
    blocks = [title, *_years(scene, numbers, sorted(_entries(scene, case), key=lambda entry: entry[0].order))]
    blocks += [*numbers.blocks(), footer(scene, case)]
    if case.kind is CaseKind.INDIVIDUAL:
        blocks.append(foot(scene))
    place = (Action.TIMELINE, case.id, part, back_token(Action.CASE, case.id))
    return card(scene, place, blocks, (), carries_token=False)


def _entries(scene: Scene, case: Case) -> Iterator[Entry]:
    for status in case.statuses:
        yield status.date, status_label(scene.words, status.status), status.sources
    for event in case.events:
        yield event.date, written(scene, event.text), event.sources
    for declaration in scene.library.declarations_about(case.id):
        named = scene.words("Written Declaration No. {number}", number=declaration.number)
        yield declaration.date, f"{named} · {written(scene, declaration.body)}", declaration.sources


def _years(scene: Scene, numbers: Numbers, entries: list[Entry]) -> Iterator[Text]:
    """A year, then its days, each with all that it brought."""
    for year, of_year in groupby(entries, key=lambda entry: entry[0].first.year):
        lead = Text().bold(str(year)).line()
        head = Text().line().add(lead)
        for when, of_day in groupby(of_year, key=lambda entry: entry[0]):
            day = head.bold(_day(scene, when)).line()
            for _, told, sources in of_day:
                numbers.cite(day.plain(f"• {told}"), sources).line()
            yield day.under(lead)
            head = Text()


def _day(scene: Scene, when: When) -> str:
    """A date that is no more than a year would read like the year's own heading."""
    date = scene.words.date(when)
    return scene.words("{year}, no day given", year=date) if when.precision is Precision.YEAR else date
