"""The pieces that cards are made of: numbered sources, dated claims, names, buttons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from bot.views.callback import LIMIT, Action, pack
from bot.views.labels import source_label
from bot.views.scene import Scene
from bot.views.view import Button, Text
from content.models import Basis, Case, Claim, Person, Record, Source, SourceKind

BACK_TOKENS = {
    "h": Action.HOME,
    "d": Action.DECLARATIONS,
    "c": Action.CASES,
    "u": Action.UPDATES,
    "s": Action.SOURCES,
    "p": Action.PEOPLE,
    "q": Action.FOUND,
    "C": Action.CASE,
    "D": Action.DECLARATION,
    "P": Action.PERSON,
    "U": Action.UPDATE,
    "S": Action.SOURCE,
}


FEW_CITED = 3
"""Sources of one claim that are named one by one."""


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """In order, neighbours together."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


class Numbers:
    """Sources in the order in which a card first cites them; [n] links to the source's address."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.order: list[Source] = []

    def cite(self, text: Text, ids: Iterable[str]) -> Text:
        """[n] after a claim; more than three in a row are written [1]–[5]."""
        known = [source for id_ in ids if (source := self._scene.library.sources.get(id_)) is not None]
        for source in known:
            if source not in self.order:
                self.order.append(source)
        numbers = [self.order.index(source) for source in known]
        for run in _runs(numbers) if len(numbers) > FEW_CITED else [[number] for number in numbers]:
            ends = [run[0], run[-1]] if len(run) > FEW_CITED else run
            for place, number in enumerate(ends):
                text.plain("–" if place and ends is not run else " ")
                text.link(f"[{number + 1}]", str(self.order[number].url))
        return text

    def blocks(self) -> list[Text]:
        """The numbered list, one block a source."""
        blocks = [Text().line().bold(self._scene.words("Sources")).line()] if self.order else []
        for number, source in enumerate(self.order, 1):
            text = Text().plain(f"{number}. ").link(source.title, str(source.url))
            blocks.append(text.plain(f" — {self._origin(source)}").line())
        return blocks

    def _origin(self, source: Source) -> str:
        """Publisher, date, that it is an advocate's, and its note: one full stop before the note."""
        text = source.publisher
        if source.published is not None:
            text += f", {self._scene.words.date(source.published)}"
        if source.kind is SourceKind.ADVOCACY:
            text += f" ({source_label(self._scene.words, source.kind)})"
        if source.note is not None:
            text = f"{text.removesuffix('.')}. {written(self._scene, source.note)}"
        return text


def written(scene: Scene, text: Mapping[str, str]) -> str:
    """A record's text in the best language; one in another than the screen's says so."""
    found, language = scene.words.pick(text, scene.house.language)
    return found if language == scene.language else f"{found} ({scene.words.language_name(language)})"


def claim(scene: Scene, numbers: Numbers, entry: Claim) -> Text:
    text = Text().plain("• ").bold(scene.words.date(entry.date)).plain(f": {written(scene, entry.text)}")
    return numbers.cite(text, entry.sources).line()


def section(scene: Scene, numbers: Numbers, title: str, entries: Iterable[Claim]) -> Iterator[Text]:
    """A heading and its claims. The date of them all stands in the heading, one that several share above them, and
    both once more where a part of the card begins in their midst."""
    groups = [(when, list(group)) for when, group in groupby(entries, key=lambda entry: entry.date)]
    if len(groups) == 1:
        title = f"{title} · {scene.words.date(groups[0][0])}"
    lead = Text().bold(title).line()
    head = Text().line().add(lead)
    for when, group in groups:
        shared = Text()
        if len(group) > 1 and len(groups) > 1:
            shared.bold(f"{scene.words.date(when)}:").line()
        for index, entry in enumerate(group):
            dated = len(group) == 1 and len(groups) > 1
            text = claim(scene, numbers, entry) if dated else _undated(scene, numbers, entry)
            block = head.add(shared).add(text) if index == 0 else text
            yield block.under(Text().add(lead) if index == 0 else Text().add(lead).add(shared))
            head = Text()


def _undated(scene: Scene, numbers: Numbers, entry: Claim) -> Text:
    """A claim under the date that it shares with others."""
    return numbers.cite(Text().plain(f"• {written(scene, entry.text)}"), entry.sources).line()


def newest_first(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda entry: entry.date.order, reverse=True)


def person_name(scene: Scene, person: Person) -> tuple[str, str]:
    """The name in the reader's script, and the other one; never transliterated here."""
    words = scene.words
    order = {"ru": ("ru", "kk", "en"), "kk": ("kk", "ru", "en")}.get(scene.language, (scene.language, "en", "ru"))
    known = [code for code in dict.fromkeys((*order, *person.name)) if code in person.name]
    first, *others = known
    other = next((code for code in others if (code in ("ru", "kk")) != (first in ("ru", "kk"))), "")
    second = person.name[other].text if other else ""
    if other and person.name[other].basis is Basis.TRANSLITERATED:
        second += " (" + words("our transliteration") + ")"
    main = person.name[first].text
    return main, second


def plain_name(scene: Scene, person: Person) -> str:
    return person_name(scene, person)[0]


def back_token(action: Action, id_: object) -> str:
    letter = next(letter for letter, known in BACK_TOKENS.items() if known is action)
    return f"{letter}{id_}" if letter.islower() else f"{letter}-{id_}"


def link(scene: Scene, label: str, action: Action, id_: str, back: str) -> Button:
    """A button to a card; `back` gives way to the list of its kind where the 64 bytes do not suffice."""
    label = label if len(label) <= 60 else label[:59] + "…"
    try:
        return Button(label, data=pack(scene.language, action, id_, 0, back))
    except ValueError:
        return Button(label, data=pack(scene.language, action, id_, 0, "h"))


def to(scene: Scene, label: str, action: Action, *args: object) -> Button:
    return Button(label, data=pack(scene.language, action, *args))


def footer(scene: Scene, record: Record) -> Text:
    """When it was checked, and that a translation is not reviewed."""
    words = scene.words
    text = Text().line().italic(words("Last checked {date}.", date=words.date(record.checked))).line()
    if scene.language in record.unreviewed:
        text.italic(words("This translation has not been reviewed by a native speaker yet.")).line()
    return text


def fits(data: str) -> bool:
    return len(data.encode()) <= LIMIT


def name_block(scene: Scene, person: Person, numbers: Numbers) -> Text:
    main, other = person_name(scene, person)
    text = Text().bold(main).line()
    if other:
        text.line(other)
    text.plain(written(scene, person.role))
    return numbers.cite(text, person.role_sources).line()


def corrections(scene: Scene, record: Case | Person) -> Iterator[Text]:
    if record.corrections:
        yield Text().line().bold(scene.words("Corrections")).line()
    for entry in record.corrections:
        yield Text().plain(f"• {scene.words.date(entry.date)}: {written(scene, entry.text)}").line()


def foot(scene: Scene) -> Text:
    text = scene.words("Others share this name. Not a screening list. A charge is not guilt.")
    return Text().line().italic(text).line()


def pass_on(scene: Scene, kind: str, id_: str) -> tuple[Button, ...]:
    """*Share* and *Cite* of a card; `kind` is its letter: C, P or D."""
    words = scene.words
    return (to(scene, words("Share"), Action.SHARE, kind, id_), to(scene, words("Cite"), Action.CITE, kind, id_))
