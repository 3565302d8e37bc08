"""*Retry the failed* and *Recall*: how many each touches, before it is done."""

from __future__ import annotations

from bot.views.alert import FEWEST, button, duration, few
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from storage.records import Broadcast, BroadcastState, Kind, Reach

DELETABLE = 48 * 3600
"""Seconds for which Telegram deletes a message of a bot. https://core.telegram.org/bots/api#deletemessage"""


def retry(scene: Scene, broadcast: Broadcast, reach: Reach, seconds: float, said: str) -> View:
    words, n = scene.words, reach.failed
    text = Text().bold(words("Retry of № {n}", n=broadcast.id)).line()
    if few(broadcast):
        text.line(words("Fewer than {n} readers, about {time}.", n=FEWEST, time=duration(scene, seconds)))
    else:
        line = words.n("{n} reader, about {time}.", "{n} readers, about {time}.", n, n=words.number(n),
                       time=duration(scene, seconds))  # fmt: skip
        text.line(line)
    text.line(words("Only those whom it did not reach and who can still be written to."))
    if reach.last(Kind.CORRECT) is not None:
        text.line(words("They get it as it was corrected."))
    elif broadcast.state is BroadcastState.CANCELLED:
        text.line(words("It was cancelled: they get it as it was. If it was wrong, correct it first."))
    if not broadcast.fanned_out:
        text.line(words("It was cancelled at its very beginning: not all of its readers are among them."))
    if reach.uncertain:
        text.line(words("Perhaps they have it already, because Telegram did not answer: {n}.",
                        n=words.number(reach.uncertain)))  # fmt: skip
    label = words.n("Send again to {n} reader", "Send again to {n} readers", n, n=_count(scene, broadcast, n))
    return text.view((button(scene, label, "ry", broadcast.id, said),), _back(scene, broadcast))


def recall(scene: Scene, broadcast: Broadcast, reach: Reach, now: float, said: str) -> View:
    words, n = scene.words, reach.reached
    text = Text().bold(words("Recall of № {n}", n=broadcast.id)).line()
    running = broadcast.state in (BroadcastState.RUNNING, BroadcastState.PAUSED)
    if running:
        text.line(words("It has not ended: it is stopped first, and deleted wherever it has arrived by then."))
    if few(broadcast):
        text.line(words("It is deleted for fewer than {n} readers.", n=FEWEST))
    else:
        text.line(words.n("It is deleted for {n} reader.", "It is deleted for {n} readers.", n, n=words.number(n)))
    if reach.last(Kind.NOTICE) is not None:
        text.line(words("What told them of its correction is deleted too."))
    text.line(_until(scene, broadcast, now))
    text.line(words("Forwards and screenshots remain."))
    label = words.n("Delete for {n} reader", "Delete for {n} readers", n, n=_count(scene, broadcast, n))
    if running:
        label = words("Stop and delete")
    return text.view((button(scene, label, "rn", broadcast.id, said),), _back(scene, broadcast))


def _until(scene: Scene, broadcast: Broadcast, now: float) -> str:
    """Until when Telegram deletes the first of its messages."""
    words, until = scene.words, broadcast.started + DELETABLE
    if now < until:
        return words("Telegram deletes for 48 hours: until {moment}.",
                     moment=words.moment(until, scene.house.timezone))  # fmt: skip
    return words("Telegram deletes for 48 hours: for some of them it is too late.")


def _count(scene: Scene, broadcast: Broadcast, n: int) -> str:
    return f"<{FEWEST}" if few(broadcast) else scene.words.number(n)


def _back(scene: Scene, broadcast: Broadcast) -> tuple[Button, ...]:
    return (button(scene, scene.words("Back"), "rp", broadcast.id),)


def nobody_to_retry(scene: Scene) -> str:
    return scene.words("There is nobody to whom it could be sent again.")


def nothing_to_recall(scene: Scene) -> str:
    return scene.words("Nothing of it is left that could be deleted: it is more than 48 hours old, or deleted.")


def not_yet(scene: Scene) -> str:
    return scene.words("Nothing of it has gone out yet: Undo makes it a draft again.")


def first_ones(scene: Scene) -> str:
    return scene.words("Telegram has not answered for the first messages yet. Press again in a moment.")


def recalled(scene: Scene) -> str:
    return scene.words("It was recalled: there is nothing to correct. Write a new message: /alert.")
