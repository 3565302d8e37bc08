"""/stats: readers, growth and deliveries, as groups that a picture and a text show alike.

Every count is rounded down to tens, and one below ten is not told: then nobody can be counted out, neither by
taking one figure from another nor by looking twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

from bot.views.labels import topic_label
from bot.views.scene import Scene
from bot.views.view import Text, View
from bot.views.words import LANGUAGES, Words
from storage.records import Broadcast, DeliveryState, Figures, Topic

LEAST = 10
"""A smaller group is not told."""
WEEKS = 12
BROADCASTS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One group. `count`: rounded down to tens; 0 stands for fewer than ten."""

    label: str
    count: int
    told: str
    part: float | None = None
    """Of a broadcast: which part of it was delivered, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    bars: tuple[Bar, ...]
    upright: bool = False
    """Weeks stand side by side; in all else one bar lies above the other."""
    half: bool = False
    """Takes half of the picture's width: the next half stands beside it."""


@dataclass(frozen=True, slots=True)
class Board:
    """All that the picture draws and the text says."""

    title: str
    headline: str
    day: str
    groups: tuple[Group, ...]
    note: str


def rounded(count: int) -> int:
    return count // LEAST * LEAST


def told(words: Words, count: int) -> str:
    if count < LEAST:
        return f"< {LEAST}"
    return format_decimal(rounded(count), locale=words.language) + "+"


def board(scene: Scene, figures: Figures, recent: Sequence[Broadcast]) -> Board:
    words = scene.words
    languages = {LANGUAGES.get(code, code): count for code, count in figures.languages.items()}
    topics = {topic_label(words, topic): figures.topics.get(topic, 0) for topic in Topic}
    groups = [
        Group(words("Joined, by week"), tuple(_weeks(scene, figures.weeks)), upright=True),
        Group(words("By language"), tuple(_bars(words, languages)), half=True),
        Group(words("By topic"), tuple(_bars(words, topics)), half=True),
    ]
    if recent:
        groups.append(Group(words("Last broadcasts"), tuple(_broadcast(words, found) for found in recent[:BROADCASTS])))
    return Board(
        title=words("Readers"),
        headline=told(words, figures.active),
        day=words.date(scene.today),
        groups=tuple(groups),
        note=words("Rounded down to tens; groups below {n} are not told.", n=LEAST),
    )


def _bars(words: Words, counts: Mapping[str, int]) -> Iterable[Bar]:
    for label, count in sorted(counts.items(), key=lambda item: (-rounded(item[1]), item[0])):
        yield Bar(label, rounded(count), told(words, count))


def _weeks(scene: Scene, weeks: Mapping[str, int]) -> Iterable[Bar]:
    """The last twelve, oldest first, each by its Monday."""
    monday = scene.today - timedelta(days=scene.today.weekday())
    for back in range(WEEKS - 1, -1, -1):
        day = monday - timedelta(weeks=back)
        year, number, _ = day.isocalendar()
        count = weeks.get(f"{year}-W{number:02}", 0)
        yield Bar(_short(scene.words, day), rounded(count), told(scene.words, count))


def _short(words: Words, day: date) -> str:
    return format_date(day, "d MMM", locale=words.language).rstrip(".")


def _broadcast(words: Words, broadcast: Broadcast) -> Bar:
    sent = broadcast.counts.get(DeliveryState.SENT, 0)
    label = f"№ {broadcast.id} · {words.day(broadcast.started or broadcast.created)}"
    if broadcast.total < LEAST:
        return Bar(label, 0, told(words, broadcast.total))
    part = sent / broadcast.total
    shown = told(words, broadcast.total)
    if broadcast.total >= LEAST * LEAST:
        shown = words("{count}, {percent} % delivered", count=shown, percent=round(part * 100))
    return Bar(label, rounded(broadcast.total), shown, part)


def text(board: Board) -> View:
    """The same in words; short enough for a picture's caption."""
    made = Text().bold(f"{board.title}: {board.headline}").plain(f" · {board.day}").line()
    for group in board.groups:
        made.line().bold(group.title).line()
        told_ = [bar for bar in group.bars if bar.count or not group.upright]
        for bar in told_:
            made.line(f"{bar.label}: {bar.told}")
        if not told_:
            made.line(group.bars[0].told if group.bars else "–")
    return made.line().italic(board.note).view()
