"""What an editor sees of an alert that was sent: its progress, its report, the list of all."""

from __future__ import annotations

from dataclasses import dataclass

from bot.views.callback import Action, pack
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from bot.views.words import Words
from storage.records import Broadcast, BroadcastState, Cause, DeliveryState

FEWEST = 10
"""Fewer followers of a case than this are not counted out: a small number points at people."""
BAR = 16
"""Cells of the progress bar."""


def button(scene: Scene, label: str, verb: str, broadcast: int, said: object = "") -> Button:
    """Sealed for the person of the scene. `said`: at most 20 letters, digits and hyphens."""
    seal = scene.seal(Action.ALERT, verb, broadcast, said)
    return Button(label, data=pack(scene.language, Action.ALERT, verb, broadcast, said, seal))


def hidden(words: Words, broadcast: int) -> View:
    """What a reader who hides message texts is sent: a notice, and a button to the text."""
    read = Button(words("Read"), data=pack(words.language, Action.READ, broadcast))
    return Text().line(words("New message")).view((read,))


def too_late(scene: Scene) -> str:
    return scene.words("This was decided already.")


def duration(scene: Scene, seconds: float) -> str:
    words = scene.words
    whole = max(1, round(seconds))
    if whole < 120:
        return words.n("{n} second", "{n} seconds", whole, n=whole)
    minutes = round(whole / 60)
    return words.n("{n} minute", "{n} minutes", minutes, n=minutes)


def progress(scene: Scene, broadcast: Broadcast, pace: Pace) -> View:
    """The panel while it waits and runs; the report once it has ended."""
    done = sum(broadcast.counts.get(state, 0) for state in _FINAL)
    text = Text().bold(headline(scene, broadcast)).line()
    if broadcast.state is BroadcastState.APPROVED:
        text.line(_waits(scene, broadcast, pace.now))
    if broadcast.state in (BroadcastState.RUNNING, BroadcastState.PAUSED) and broadcast.total:
        filled = done * BAR // broadcast.total
        text.line("▓" * filled + "░" * (BAR - filled))
    _counts(scene, text, broadcast)
    if broadcast.state is BroadcastState.RUNNING and broadcast.fanned_out:
        _pace(scene, text, broadcast.total - done, pace)
    if broadcast.note:
        text.line(broadcast.note)
    return text.view(*_controls(scene, broadcast))


@dataclass(frozen=True, slots=True)
class Pace:
    """What the counts alone do not say. `rate`: answers a second, as measured or as planned."""

    rate: float
    now: float
    measured: bool = False


def few(broadcast: Broadcast) -> bool:
    """Followers of a case who are so few that their number would point at people."""
    return bool(broadcast.audience.cases) and broadcast.total < FEWEST


def _waits(scene: Scene, broadcast: Broadcast, now: float) -> str:
    words, wait = scene.words, broadcast.start_at - now
    if wait > 600:
        return words("Goes out: {moment}", moment=words.exact(broadcast.start_at, scene.house.timezone))
    return words("Going out in {time}.", time=duration(scene, wait))


def _counts(scene: Scene, text: Text, broadcast: Broadcast) -> None:
    words = scene.words
    if few(broadcast):
        text.line(words("Fewer than {n} readers: they are not counted out.", n=FEWEST))
        return
    sent = broadcast.counts.get(DeliveryState.SENT, 0)
    if broadcast.fanned_out:
        text.line(words("{sent} of {total} delivered.", sent=words.number(sent), total=words.number(broadcast.total)))
    _causes(scene, text, broadcast)
    if broadcast.possible_duplicates:
        n = broadcast.possible_duplicates
        text.line(words.n("{n} reader may have got it twice.", "{n} readers may have got it twice.", n, n=n))


def _pace(scene: Scene, text: Text, left: int, pace: Pace) -> None:
    words = scene.words
    if pace.measured:
        text.line(words("{n} a second.", n=words.number(round(pace.rate, 1))))
    if pace.rate > 0:
        text.line(words("About {time} left.", time=duration(scene, left / pace.rate)))


_FINAL = (DeliveryState.SENT, DeliveryState.GONE, DeliveryState.PARKED, DeliveryState.CANCELLED)


def _causes(scene: Scene, text: Text, broadcast: Broadcast) -> None:
    labels = cause_labels(scene)
    for cause, count in broadcast.causes.items():
        if count and cause in labels:
            text.line(f"· {labels[cause]}: {count}")


def cause_labels(scene: Scene) -> dict[Cause, str]:
    """In words for the editor; causes that cost nobody the message are left out."""
    words = scene.words
    return {
        Cause.BLOCKED: words("blocked the bot"),
        Cause.DEACTIVATED: words("deleted their account"),
        Cause.UNREACHABLE: words("cannot be reached"),
        Cause.KICKED: words("left the chat"),
        Cause.RIGHTS: words("no right to write there"),
        Cause.CONTENT: words("Telegram refused the content"),
        Cause.UNCERTAIN: words("no answer after several tries: perhaps delivered"),
        Cause.SERVER: words("Telegram's servers failed"),
        Cause.NOT_SENT: words("the network failed"),
        Cause.OTHER: words("refused for another reason"),
        Cause.LEFT: words("unsubscribed before their turn"),
    }


def headline(scene: Scene, broadcast: Broadcast) -> str:
    words = scene.words
    return {
        BroadcastState.DRAFT: words("Draft"),
        BroadcastState.APPROVED: words("About to go out"),
        BroadcastState.RUNNING: words("Going out"),
        BroadcastState.PAUSED: words("Paused"),
        BroadcastState.DONE: words("Done"),
        BroadcastState.CANCELLED: words("Cancelled"),
    }[broadcast.state]


def _controls(scene: Scene, broadcast: Broadcast) -> tuple[tuple[Button, ...], ...]:
    words = scene.words
    cancel = button(scene, words("Cancel"), "cn", broadcast.id)
    if broadcast.state is BroadcastState.APPROVED:
        return ((button(scene, words("Undo"), "un", broadcast.id),),)
    if broadcast.state is BroadcastState.RUNNING:
        return ((button(scene, words("Pause"), "ps", broadcast.id), cancel),)
    if broadcast.state is BroadcastState.PAUSED:
        return ((button(scene, words("Resume"), "rs", broadcast.id), cancel),)
    return ()


def listing(scene: Scene, broadcasts: tuple[Broadcast, ...]) -> View:
    """/broadcasts: the latest, each with a button to its report."""
    words = scene.words
    text = Text().bold(words("What went out")).line()
    rows: list[tuple[Button, ...]] = []
    for broadcast in broadcasts:
        sent = broadcast.counts.get(DeliveryState.SENT, 0)
        day = words.day(broadcast.created)
        count = f"<{FEWEST}" if few(broadcast) else f"{sent}/{broadcast.total}"
        label = f"{day} · {headline(scene, broadcast)} · {count}"
        rows.append((button(scene, label, "rp", broadcast.id),))
    if not broadcasts:
        text.line(words("Nothing yet. /alert begins one."))
    return text.view(*rows)
