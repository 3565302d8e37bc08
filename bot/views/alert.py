"""What an editor sees of an alert that was sent: its progress, its report, the list of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views.callback import Action, pack
from bot.views.notes import note_line
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from bot.views.words import Words
from storage.records import Audience, Broadcast, BroadcastState, Cause, DeliveryState, Kind, Outlook

FEWEST = 10
"""Fewer followers of a case than this are not counted out: a small number points at people."""
BAR = 16
"""Cells of the progress bar."""
MOST_JOBS = 8
LATER = 600
"""Seconds of waiting from which on a message has a moment instead of going out soon."""
ENDED = (BroadcastState.DONE, BroadcastState.CANCELLED)


def button(scene: Scene, label: str, verb: str, broadcast: int, said: object = "") -> Button:
    """Sealed for the person of the scene. `said`: at most 20 letters, digits and hyphens."""
    seal = scene.seal(Action.ALERT, verb, broadcast, said)
    return Button(label, data=pack(scene.language, Action.ALERT, verb, broadcast, said, seal))


def hidden(words: Words, broadcast: int) -> View:
    """What a reader who hides message texts is sent: a notice, and a button to the text."""
    read = Button(words("Read"), data=pack(words.language, Action.READ, broadcast))
    return Text().line(words("New message")).view((read,))


def too_late(scene: Scene) -> str:
    return scene.words("This is settled already. What is open, and what went out: /broadcasts")


def duration(scene: Scene, seconds: float) -> str:
    words = scene.words
    whole = max(1, round(seconds))
    if whole < 120:
        return words.n("{n} second", "{n} seconds", whole, n=whole)
    minutes = round(whole / 60)
    return words.n("{n} minute", "{n} minutes", minutes, n=minutes)


def progress(scene: Scene, broadcast: Broadcast, pace: Pace, more: After | None = None) -> View:
    """The panel while it waits and runs; the report once it has ended."""
    more = more or After()
    state = whole_state(broadcast, more.followers)
    later = state is BroadcastState.APPROVED and broadcast.start_at - pace.now > LATER
    text = Text().bold(scene.words("Scheduled") if later else title(scene, broadcast, state)).line()
    if more.begins:
        text.line(more.begins)
    if state is BroadcastState.APPROVED:
        text.line(_waits(scene, broadcast, pace.now))
    now = under_way(broadcast, more.followers)
    done = sum(now.counts.get(final, 0) for final in _FINAL)
    if state in (BroadcastState.RUNNING, BroadcastState.PAUSED) and now.total:
        filled = done * BAR // now.total
        text.line("▓" * filled + "░" * (BAR - filled))
    for part in (broadcast, *more.followers):
        _counts(scene, text, part)
    if state is BroadcastState.RUNNING and now.fanned_out:
        _pace(scene, text, now.total - done, pace)
    for note in dict.fromkeys(part.note for part in (broadcast, *more.followers) if part.note):
        text.line(note_line(scene.words, note))
    return text.view(*_controls(scene, broadcast, state, more))


@dataclass(frozen=True, slots=True)
class After:
    """What a panel shows beside the broadcast itself."""

    followers: tuple[Broadcast, ...] = ()
    """Jobs that come after it and are one with it."""
    reach: Outlook | None = None
    """Of a message of which something has gone out; None: nothing can be done about it."""
    writes: bool = False
    """Whether whoever looks may write, and so retry, correct and recall."""
    begins: str = ""
    """The beginning of its text."""


def whole_state(broadcast: Broadcast, followers: Sequence[Broadcast]) -> BroadcastState:
    """Of the broadcast and of what comes after it, as one: ended when the last of them has."""
    if broadcast.state is not BroadcastState.DONE:
        return broadcast.state
    order = (BroadcastState.PAUSED, BroadcastState.RUNNING, BroadcastState.APPROVED, BroadcastState.CANCELLED)
    states = {follower.state for follower in followers}
    found = next((state for state in order if state in states), BroadcastState.DONE)
    return BroadcastState.RUNNING if found is BroadcastState.APPROVED else found


def under_way(broadcast: Broadcast, followers: Sequence[Broadcast]) -> Broadcast:
    """The part at which it stands."""
    parts = (broadcast, *followers)
    return next((part for part in parts if part.state not in ENDED), parts[-1])


@dataclass(frozen=True, slots=True)
class Pace:
    """What the counts alone do not say. `rate`: answers a second, as measured or as planned."""

    rate: float
    now: float
    measured: bool = False


def few(broadcast: Broadcast) -> bool:
    """Followers of a case who are so few that their number would point at people."""
    return few_readers(broadcast.audience, broadcast.total)


def few_readers(audience: Audience, total: int) -> bool:
    return bool(audience.cases) and total < FEWEST


def _waits(scene: Scene, broadcast: Broadcast, now: float) -> str:
    words, wait = scene.words, broadcast.start_at - now
    if wait > LATER:
        return words("Goes out: {moment}", moment=words.exact(broadcast.start_at, scene.house.timezone))
    if wait <= 0:
        return words("Begins at once; what is on its way arrives first.") if broadcast.of else words("Begins now.")
    if broadcast.of is not None:
        return words("Begins in {time}.", time=duration(scene, wait))
    return words("Going out in {time}.", time=duration(scene, wait))


def _counts(scene: Scene, text: Text, broadcast: Broadcast) -> None:
    words = scene.words
    if broadcast.after is not None and not broadcast.total:
        return
    if few(broadcast):
        if broadcast.after is None:
            text.line(words("Fewer than {n} readers: they are not counted out.", n=FEWEST))
        return
    if broadcast.fanned_out:
        text.line(counted(words, broadcast))
    _causes(scene, text, broadcast)
    if broadcast.state is BroadcastState.CANCELLED and broadcast.kind in (Kind.SEND, Kind.RETRY):
        untold = broadcast.total - broadcast.counts.get(DeliveryState.SENT, 0) - sum(broadcast.causes.values())
        rest = min(untold, broadcast.counts.get(DeliveryState.CANCELLED, 0))
        if rest > 0:
            text.line("· " + words("not sent any more, because it was cancelled: {n}", n=words.number(rest)))
    if broadcast.possible_duplicates:
        n = broadcast.possible_duplicates
        text.line(words.n("{n} reader may have got it twice.", "{n} readers may have got it twice.", n, n=n))


def counted(words: Words, broadcast: Broadcast) -> str:
    """How many of how many, in the words of what it does."""
    sent, total = words.number(broadcast.counts.get(DeliveryState.SENT, 0)), words.number(broadcast.total)
    if broadcast.kind is Kind.RECALL and broadcast.after is not None:
        return words("Notices of corrections deleted: {sent} of {total}.", sent=sent, total=total)
    if broadcast.kind is Kind.RECALL:
        return words("Deleted for {sent} of {total}; forwards and screenshots remain.", sent=sent, total=total)
    if broadcast.kind is Kind.CORRECT:
        return words("Corrected for {sent} of {total}.", sent=sent, total=total)
    if broadcast.kind is Kind.NOTICE:
        return words("Told of the correction: {sent} of {total}.", sent=sent, total=total)
    return words("{sent} of {total} delivered.", sent=sent, total=total)


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
    """Every cause in words for the editor."""
    words = scene.words
    return {
        Cause.BLOCKED: words("blocked the bot"),
        Cause.DEACTIVATED: words("deleted their account"),
        Cause.UNREACHABLE: words("cannot be reached"),
        Cause.KICKED: words("left the chat"),
        Cause.RIGHTS: words("no right to write there"),
        Cause.MIGRATED: words("their chat has moved"),
        Cause.CONTENT: words("Telegram refused the content"),
        Cause.FLOOD: words("Telegram asked to wait"),
        Cause.HALT: words("Telegram refused the bot"),
        Cause.UNCERTAIN: words("no answer after several tries: perhaps delivered"),
        Cause.SERVER: words("Telegram's servers failed"),
        Cause.NOT_SENT: words("the network failed"),
        Cause.OTHER: words("refused for another reason"),
        Cause.LEFT: words("unsubscribed before their turn"),
        Cause.MISSING: words("the message is not there any more"),
        Cause.TOO_LATE: words("older than 48 hours: Telegram does not delete it any more"),
    }


def title(scene: Scene, broadcast: Broadcast, state: BroadcastState) -> str:
    """What it is, and how it stands: "Recall of № 3: under way"."""
    if broadcast.kind is Kind.SEND or broadcast.of is None:
        return headline(scene, state)
    return f"{job_name(scene.words, broadcast.kind, broadcast.of)}: {job_state(scene.words, state)}"


def job_name(words: Words, kind: Kind, of: int) -> str:
    return {
        Kind.RETRY: words("Retry of № {n}", n=of),
        Kind.RECALL: words("Recall of № {n}", n=of),
        Kind.CORRECT: words("Correction of № {n}", n=of),
    }.get(kind, f"№ {of}")


def job_state(words: Words, state: BroadcastState) -> str:
    return {
        BroadcastState.DRAFT: words("draft"),
        BroadcastState.APPROVED: words("about to begin"),
        BroadcastState.RUNNING: words("under way"),
        BroadcastState.PAUSED: words("paused"),
        BroadcastState.DONE: words("done"),
        BroadcastState.CANCELLED: words("cancelled"),
    }[state]


def headline(scene: Scene, state: BroadcastState) -> str:
    words = scene.words
    return {
        BroadcastState.DRAFT: words("Draft"),
        BroadcastState.APPROVED: words("About to go out"),
        BroadcastState.RUNNING: words("Going out"),
        BroadcastState.PAUSED: words("Paused"),
        BroadcastState.DONE: words("Done"),
        BroadcastState.CANCELLED: words("Cancelled"),
    }[state]


def _controls(scene: Scene, broadcast: Broadcast, state: BroadcastState, more: After) -> tuple[tuple[Button, ...], ...]:
    words = scene.words
    cancel = button(scene, words("Cancel"), "cn", broadcast.id)
    if state is BroadcastState.APPROVED:
        undo = words("Undo") if broadcast.of is None else words("Undo this")
        return ((button(scene, undo, "un", broadcast.id),),)
    wrong: tuple[Button, ...] = ()
    if broadcast.kind is Kind.SEND and more.writes:
        correct, recall = words("Correct"), words("Recall")
        wrong = (button(scene, correct, "co", broadcast.id), button(scene, recall, "rc", broadcast.id))
    if state is BroadcastState.RUNNING:
        return ((button(scene, words("Pause"), "ps", broadcast.id), cancel), wrong)
    if state is BroadcastState.PAUSED:
        return ((button(scene, words("Resume"), "rs", broadcast.id), cancel), wrong)
    if broadcast.of is not None:
        return ((button(scene, words("Report of № {n}", n=broadcast.of), "rp", broadcast.of),),)
    return _afterwards(scene, broadcast, more)


def _afterwards(scene: Scene, broadcast: Broadcast, more: After) -> tuple[tuple[Button, ...], ...]:
    """What can be done about a message that went out, and the reports of what was done."""
    words, reach, id_ = scene.words, more.reach, broadcast.id
    if reach is None:
        return ()
    rows: list[tuple[Button, ...]] = []
    for job in reach.jobs[-MOST_JOBS:]:
        if job.after is None:
            label = f"{job_name(words, job.kind, id_)}: {job_state(words, job.state)}"
            rows.append((button(scene, label, "rp", job.id),))
    if not more.writes:
        return tuple(rows)
    if reach.failed and not reach.recalled:
        label = words("Send to the rest") if broadcast.state is BroadcastState.CANCELLED else words("Retry the failed")
        rows.append((button(scene, label, "rt", id_),))
    last = [] if reach.recalled else [button(scene, words("Correct"), "co", id_)]
    if reach.reached:
        last.append(button(scene, words("Recall"), "rc", id_))
    return (*rows, tuple(last))


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of /broadcasts."""

    broadcast: Broadcast
    begins: str
    recalled: bool = False


def listing(scene: Scene, broadcasts: Sequence[Listed], drafts: Sequence[tuple[int, str]] = ()) -> View:
    """/broadcasts: the drafts of who looks, and the latest that went out, with the beginnings of their texts; a button
    shows the draft and its panel anew, or the report."""
    words, text = scene.words, Text()
    rows: list[tuple[Button, ...]] = []
    if drafts:
        text.bold(words("Your open drafts")).line()
        for id_, begins in drafts:
            rows.append((button(scene, words("Draft № {n}", n=id_), "pv", id_),))
            text.line(f"№ {id_} · {begins}")
        text.line()
    text.bold(words("What went out")).line()
    for listed in broadcasts:
        broadcast = listed.broadcast
        sent = broadcast.counts.get(DeliveryState.SENT, 0)
        day = words.day(broadcast.created)
        count = f"<{FEWEST}" if few(broadcast) else f"{sent}/{broadcast.total}"
        state = words("Recalled") if listed.recalled else headline(scene, broadcast.state)
        label = f"№ {broadcast.id} · {day} · {state} · {count}"
        rows.append((button(scene, label, "rp", broadcast.id),))
        text.line(f"№ {broadcast.id} · {listed.begins}")
    if not broadcasts:
        text.line(words("Nothing yet.") if drafts else words("Nothing yet. /alert begins one."))
    return text.view(*rows)
