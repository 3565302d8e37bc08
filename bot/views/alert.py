"""What an editor sees of an alert: the panel of a draft, the pre-flight, the progress and the report."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views.callback import Action, pack
from bot.views.scene import Scene
from bot.views.view import Button, Text, View, units
from bot.views.words import Words
from storage.records import Broadcast, BroadcastState, Cause, DeliveryState

LONGEST = 4096
"""UTF-16 units of one message's text."""
BAR = 16
"""Cells of the progress bar."""


def button(scene: Scene, label: str, verb: str, broadcast: int) -> Button:
    return Button(label, data=pack(scene.language, Action.ALERT, verb, broadcast))


def ask_for_text(scene: Scene, draft: int) -> View:
    words = scene.words
    text = Text().line(words("Send the text of the alert as your next message."))
    text.line(words("Formatting is kept. Nothing goes out before you confirm it."))
    return text.view((button(scene, words("Discard"), "no", draft),))


def panel(scene: Scene, draft: int, readers: Mapping[str, int]) -> View:
    """Under the preview: how many would get it, by language."""
    words = scene.words
    total = sum(readers.values())
    text = Text().bold(words("Draft. Above is exactly what readers will get.")).line().line()
    text.line(words.n("{n} reader would get it.", "{n} readers would get it.", total, n=total))
    if not total:
        text.line(words("Nobody is subscribed to alerts yet, so there is nobody to send it to."))
        return text.view((button(scene, words("Discard"), "no", draft),))
    return text.view((button(scene, words("Send now"), "go", draft), button(scene, words("Discard"), "no", draft)))


def preflight(scene: Scene, draft: int, total: int, seconds: float) -> View:
    words = scene.words
    text = Text().line(
        words.n(
            "{n} reader, about {time}.", "{n} readers, about {time}.", total, n=total, time=duration(scene, seconds)
        )
    )
    text.line().line(words("Sourced? Safe to name? No children, addresses, health? Copies cannot be recalled."))
    send = words.n("Send to {n} reader", "Send to {n} readers", total, n=total)
    return text.view(
        (button(scene, send, "ok", draft),),
        (button(scene, words("Back"), "bk", draft), button(scene, words("Discard"), "no", draft)),
    )


def undo(scene: Scene, broadcast: int, seconds: float) -> View:
    words = scene.words
    text = Text().line(words("Going out in {time}.", time=duration(scene, seconds)))
    return text.view((button(scene, words("Undo"), "un", broadcast),))


def hidden(words: Words, broadcast: int) -> View:
    """What a reader who hides message texts is sent: a notice, and a button to the text."""
    read = Button(words("Read"), data=pack(words.language, Action.READ, broadcast))
    return Text().line(words("New message")).view((read,))


def discarded(scene: Scene) -> View:
    return Text().line(scene.words("Discarded. Nothing was sent.")).view()


def too_late(scene: Scene) -> str:
    return scene.words("This was decided already.")


def refused(scene: Scene, reason: str) -> View:
    return Text().line(scene.words("Not taken: {reason}", reason=reason)).view()


def fault(scene: Scene, text: str, entities: int) -> str | None:
    """Why Telegram would refuse or change this text, or None."""
    words = scene.words
    if not text.strip():
        return words("the text is empty.")
    if units(text) > LONGEST:
        return words("the text has {n} characters; Telegram takes {most}.", n=units(text), most=LONGEST)
    if entities > 100:
        return words("{n} pieces of formatting; Telegram takes {most}.", n=entities, most=100)
    return None


def duration(scene: Scene, seconds: float) -> str:
    words = scene.words
    whole = max(1, round(seconds))
    if whole < 120:
        return words.n("{n} second", "{n} seconds", whole, n=whole)
    minutes = round(whole / 60)
    return words.n("{n} minute", "{n} minutes", minutes, n=minutes)


def progress(scene: Scene, broadcast: Broadcast, rate: float) -> View:
    """The panel while it runs; the report once it has ended."""
    words = scene.words
    sent = broadcast.counts.get(DeliveryState.SENT, 0)
    done = sum(broadcast.counts.get(state, 0) for state in _FINAL)
    text = Text().bold(headline(scene, broadcast)).line()
    if broadcast.state in (BroadcastState.RUNNING, BroadcastState.PAUSED) and broadcast.total:
        filled = done * BAR // broadcast.total
        text.line("▓" * filled + "░" * (BAR - filled))
    if broadcast.fanned_out:
        text.line(words("{sent} of {total} delivered.", sent=sent, total=broadcast.total))
    if broadcast.state is BroadcastState.RUNNING and broadcast.fanned_out:
        text.line(words("About {time} left.", time=duration(scene, (broadcast.total - done) / rate)))
    _causes(scene, text, broadcast)
    if broadcast.possible_duplicates:
        n = broadcast.possible_duplicates
        text.line(words.n("{n} reader may have got it twice.", "{n} readers may have got it twice.", n, n=n))
    if broadcast.note:
        text.line(broadcast.note)
    return text.view(*_controls(scene, broadcast))


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
        label = f"{day} · {headline(scene, broadcast)} · {sent}/{broadcast.total}"
        rows.append((button(scene, label, "rp", broadcast.id),))
    if not broadcasts:
        text.line(words("Nothing yet. /alert begins one."))
    return text.view(*rows)
