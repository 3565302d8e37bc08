"""Which screen a button, a command or a link opens. Pure: nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable

from bot.views import about, cards, found, lists, settings, share, start, wipe
from bot.views.callback import Action, Callback
from bot.views.case_card import case_card
from bot.views.pieces import Numbers, back_token, newest_first
from bot.views.scene import Scene
from bot.views.timeline import timeline
from bot.views.titles import case_title, declaration_label
from bot.views.view import Text, View
from content.models import Case, Declaration

Draw = Callable[[Scene, Callback], "View | None"]


def screen(scene: Scene, callback: Callback) -> View | None:
    """None: this action opens no screen, or what it names is not in the library any more."""
    draw = _SCREENS.get(callback.action)
    return draw(scene, callback) if draw is not None else None


def _card(kind: str, draw: Callable[..., View]) -> Draw:
    def shown(scene: Scene, callback: Callback) -> View | None:
        record = getattr(scene.library, kind).get(callback.arg(0))
        return draw(scene, record, callback.number(1), callback.arg(2, "h")) if record is not None else None

    return shown


def _case_sources(scene: Scene, callback: Callback) -> View | None:
    case = scene.library.cases.get(callback.arg(0))
    if case is None:
        return None
    numbers = Numbers(scene)
    for id_ in case_source_ids(scene, case):
        numbers.cite(Text(), [id_])
    return lists.record_sources(scene, case_title(scene, case), numbers, back_token(Action.CASE, case.id))


def case_source_ids(scene: Scene, case: Case) -> list[str]:
    """In the order in which the card cites them."""
    person = scene.library.people.get(case.id)
    ids = [*(person.role_sources if person is not None else ())]
    if case.status is not None:
        ids += case.status.sources
    ids += case.summary_sources
    for entry in case.statuses:
        ids += entry.sources
    for event in newest_first(case.events):
        ids += event.sources
    for possible in case.possible:
        ids += possible.claim.sources
    return list(dict.fromkeys(ids))


def _declaration_sources(scene: Scene, callback: Callback) -> View | None:
    declaration = scene.library.declarations.get(callback.arg(0))
    if declaration is None:
        return None
    numbers = Numbers(scene)
    numbers.cite(Text(), declaration_source_ids(declaration))
    title = declaration_label(scene, declaration)
    return lists.record_sources(scene, title, numbers, back_token(Action.DECLARATION, declaration.id))


def declaration_source_ids(declaration: Declaration) -> list[str]:
    ids = [*declaration.sources]
    for entry in (*declaration.says, *declaration.calls, declaration.signatories, *declaration.notes):
        ids += entry.sources
    return list(dict.fromkeys(ids))


def _timeline(scene: Scene, callback: Callback) -> View | None:
    case = scene.library.cases.get(callback.arg(0))
    return timeline(scene, case, callback.number(1)) if case is not None else None


_SCREENS: dict[Action, Draw] = {
    Action.HOME: lambda scene, _: start.welcome(scene),
    Action.HELP: lambda scene, _: about.help_(scene),
    Action.ABOUT: lambda scene, _: about.about(scene),
    Action.PRIVACY: lambda scene, _: about.privacy(scene),
    Action.WIPE: lambda scene, _: wipe.ask(scene),
    Action.LANGUAGES: lambda scene, _: start.languages(scene),
    Action.SETTINGS: lambda scene, _: settings.settings(scene),
    Action.TOPICS: lambda scene, _: settings.topics(scene),
    Action.NOBODY: lambda scene, _: found.no_record(scene),
    Action.DECLARATIONS: lambda scene, callback: lists.declarations(scene, callback.number(0)),
    Action.CASES: lambda scene, callback: lists.cases(scene, callback.number(0)),
    Action.UPDATES: lambda scene, callback: lists.updates(scene, callback.number(0)),
    Action.SOURCES: lambda scene, callback: lists.sources(scene, callback.number(0)),
    Action.PEOPLE: lambda scene, callback: lists.people(scene, callback.number(0)),
    Action.FOLLOWED: lambda scene, callback: lists.followed(scene, callback.number(0)),
    Action.DECLARATION: _card("declarations", cards.declaration_card),
    Action.CASE: _card("cases", case_card),
    Action.PERSON: _card("people", cards.person_card),
    Action.UPDATE: _card("updates", cards.update_card),
    Action.SOURCE: _card("sources", cards.source_card),
    Action.CASE_SOURCES: _case_sources,
    Action.DECLARATION_SOURCES: _declaration_sources,
    Action.TIMELINE: _timeline,
    Action.CITE: lambda scene, callback: share.cite(scene, callback.arg(0), callback.arg(1), callback.number(2)),
    Action.SHARE: lambda scene, callback: share.share(scene, callback.arg(0), callback.arg(1)),
    Action.REPORT: lambda scene, callback: about.report(scene, callback.arg(0), callback.arg(1)),
}
