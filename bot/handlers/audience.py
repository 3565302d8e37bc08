"""*Audience*: everyone, topics, languages, followers of a case, with a live count."""

from __future__ import annotations

from dataclasses import replace

from bot.handlers.door import Press
from bot.handlers.drafts import changed, read
from bot.handlers.texts import saved, still_draft
from bot.views import desk as views
from bot.views.desk import Desk
from bot.views.outgoing import short
from bot.views.records import by_token, choices
from storage.records import Audience, Topic


async def menu(press: Press) -> None:
    if await still_draft(press):
        await press.show(views.audience(press.scene, await read(press.services, press.broadcast)))


async def set_part(press: Press) -> None:
    """`said`: t-TOPIC-1, l-LANGUAGE-0 or e-1; it sets, so that two taps do what one does."""
    if not await still_draft(press):
        return
    desk = await read(press.services, press.broadcast)
    kind, _, rest = press.said.partition("-")
    name, _, on = rest.rpartition("-")
    await _save(press, desk, _with(desk.audience, kind, name, on == "1"))


def _with(audience: Audience, kind: str, name: str, on: bool) -> Audience:
    if kind == "t" and name in {topic.value for topic in Topic}:
        topic = frozenset({Topic(name)})
        return replace(audience, topics=audience.topics | topic if on else audience.topics - topic)
    if kind == "l":
        language = frozenset({name})
        return replace(audience, languages=audience.languages | language if on else audience.languages - language)
    if kind == "e" and on:
        return replace(audience, topics=frozenset(), cases=frozenset())
    return audience


async def _save(press: Press, desk: Desk, audience: Audience) -> Desk:
    if audience != desk.audience and await saved(press, changed(desk, audience=audience)):
        readers = await press.services.storage.subscribers.count(audience)
        desk = replace(desk, audience=audience, readers=readers, asked=False)
    await press.show(views.audience(press.scene, desk))
    return desk


async def case_page(press: Press) -> None:
    if await still_draft(press):
        await _cases(press, await read(press.services, press.broadcast), _number(press.said))


async def set_case(press: Press) -> None:
    """`said`: token of the case, 1 or 0, page."""
    if not await still_draft(press):
        return
    token, on, page = (*press.said.split("-"), "", "")[:3]
    desk = await read(press.services, press.broadcast)
    case = by_token(press.scene, "case", token)
    if case is not None:
        mine = frozenset({case})
        cases = desk.audience.cases | mine if on == "1" else desk.audience.cases - mine
        topics = frozenset() if cases and not desk.audience.cases else desk.audience.topics
        audience = replace(desk.audience, cases=cases, topics=topics)
        if await saved(press, changed(desk, audience=audience)):
            desk = changed(desk, audience=audience)
    await _cases(press, desk, _number(page))


async def _cases(press: Press, desk: Desk, page: int) -> None:
    found = [
        views.Choice(short(choice.label), choice.token, choice.id in desk.audience.cases)
        for choice in choices(press.scene, "case")
    ]
    await press.show(views.cases(press.scene, desk, found, page))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else 0
