"""*Retry the failed* and *Recall*: a confirmation that says how many it touches, then a job of the engine.

Neither says anything new, so that whoever may write does it alone; words that are new (`corrections.py`) take a second
person where an alert does.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.desk.shelf import names_one
from bot.handlers.door import Press
from bot.handlers.progress import show_progress
from bot.handlers.sending import refused, seconds
from bot.views import afterwards as views
from bot.views.alert import ENDED
from storage.records import Broadcast, Kind, Reach, Sequel


async def ask_retry(press: Press) -> None:
    reach = await press.services.storage.jobs.reach(press.broadcast.id)
    if press.broadcast.state not in ENDED or reach.recalled or not reach.failed:
        await press.say(views.nobody_to_retry(press.scene), alert=True)
        return
    time = seconds(press.services, reach.failed)
    await press.ask(views.retry(press.scene, press.broadcast, reach, time, _seen(reach)))


async def retry(press: Press) -> None:
    """`said`: what the confirmation was about. Of several taps one sends."""
    services, jobs = press.services, press.services.storage.jobs
    if await refused(press, "changed", _seen(await jobs.reach(press.broadcast.id)) != press.said):
        return
    if await refused(press, "hidden", await _names_a_hidden_one(press)):
        return
    now = services.now()
    made = await jobs.retry(press.broadcast.id, press.person, now, start_at=now + services.settings.undo)
    if await refused(press, "decided", made is None):
        return
    await press.record("retry")
    services.engine.wake()
    await show_progress(press, broadcast=made)


async def _names_a_hidden_one(press: Press) -> bool:
    payload = await press.services.storage.jobs.payload(press.broadcast.id)
    return names_one(press.services.shelf.names, payload or "")


async def ask_recall(press: Press) -> None:
    reach = await press.services.storage.jobs.reach(press.broadcast.id)
    if not reach.reached:
        await press.say(views.nothing_to_recall(press.scene), alert=True)
        return
    now = press.services.now()
    await press.ask(views.recall(press.scene, press.broadcast, reach, now, _recalls(reach)))


async def recall(press: Press) -> None:
    """Stops whatever still goes out about it, and deletes it wherever it has arrived. `said`: the recalls that were
    there when the confirmation was shown; how many have it may have grown since."""
    services, jobs = press.services, press.services.storage.jobs
    reach = await jobs.outlook(press.broadcast.id)
    if await refused(press, "changed", _recalls(reach) != press.said):
        return
    await stop(press, [press.broadcast, *reach.jobs])
    now = services.now()
    made = await jobs.recall(press.broadcast.id, press.person, now, start_at=now)
    if await refused(press, "decided", made is None):
        return
    await press.record("recall")
    services.engine.wake()
    await show_progress(press, broadcast=made)


async def stop(press: Press, found: Iterable[Broadcast]) -> None:
    """Nothing of these goes out any more."""
    for one in found:
        if one.state not in ENDED and one.kind is not Kind.RECALL:
            await press.services.engine.cancel(one.id)


def _seen(reach: Reach) -> str:
    return f"{reach.failed}-{reach.jobs[-1].id if reach.jobs else 0}"


def _recalls(reach: Sequel) -> str:
    last = reach.last(Kind.RECALL)
    return str(last.id if last is not None else 0)
