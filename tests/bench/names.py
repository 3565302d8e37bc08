"""Names: right, wrong and needless answers among 100,000 people who do not exist, and the time they take."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import iuliia

from content.names import Answer, NameIndex, Verdict
from tests.bench import hostile, icu, rivals
from tests.bench.figures import Figure, Report
from tests.bench.memory import resident
from tests.bench.population import Person, Town, feminine
from tests.bench.spellings import Speller

Ask = Callable[[str], Answer]
SEED = 20_190_627


@dataclass(frozen=True, slots=True)
class Scale:
    people: int = 100_000
    targets: int = 400
    strangers: int = 10_000
    hostile: int = 10_000
    compared: int = 200
    """Questions to each rival, which takes a tenth of a second for one."""


QUICK = Scale(people=10_000, targets=60, strangers=1_000, hostile=600, compared=40)


def run(quick: bool = False) -> Report:
    scale = QUICK if quick else Scale()
    town = Town(SEED)
    people = town.people(scale.people)
    index = NameIndex(name for person in people for name in person.names())
    index.ask("Warm Up")
    gc.collect()
    gc.freeze()
    report = Report("names", f"Names among {scale.people:,} people", "names.md")
    if not icu.available():
        report.notes.append(icu.MISSING)
    targets = people[:: scale.people // scale.targets]
    strangers = Strangers(town, people).names(scale.strangers)
    known = _known(report, index, targets)
    _slips(report, index, people, targets)
    _strangers(report, index, strangers, town, people)
    _times(report, index, [text for _, text in known], strangers)
    _hostile(report, index, people, scale.hostile)
    _building(report, scale.people)
    rivals.compare(report, people, known, strangers, index, scale.compared)
    return report


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%} ({part:,} of {whole:,})"


def first(answer: Answer, key: str) -> bool:
    return bool(answer.candidates) and answer.candidates[0].key == key


# those who are in the set


def _known(report: Report, index: NameIndex, targets: Sequence[Person]) -> list[tuple[str, str]]:
    spellings = list(Speller(SEED).all(targets))
    right, listed, wrong = 0, 0, 0
    misses: dict[str, list[str]] = defaultdict(list)
    for key, kind, text in spellings:
        answer = index.ask(text)
        hit = first(answer, key)
        right += hit
        listed += hit or key in {one.key for one in answer.candidates}
        wrong += answer.verdict is Verdict.CARD and not hit
        if not hit:
            misses[kind].append(text)
    total = len(spellings)
    report.figures.append(
        Figure("right person first, every spelling", "≥ 98 %", _share(right, total), right >= 0.98 * total)
    )
    report.figures.append(Figure("right person first, or one of a choice", "", _share(listed, total)))
    report.figures.append(Figure("somebody else's card for a name in the set", "", _share(wrong, total)))
    kinds = len({kind for _, kind, _ in spellings})
    report.notes.append(f"{len(targets)} people, {kinds} ways to write each: ICU, iuliia, pytrovich, keyboard, scanner")
    worst = sorted(misses.items(), key=lambda item: -len(item[1]))[:4]
    report.notes.append("most often missed: " + "; ".join(f"{kind} ({len(texts)})" for kind, texts in worst))
    return [(key, text) for key, _, text in spellings]


class Slipped:
    """Names with typing slips, and whether a slip made another listed name of it, which calls for a no."""

    def __init__(self, town: Town) -> None:
        self._speller = Speller(SEED + 1)
        men = {surname.lower() for surname in town.surnames}
        women = {feminine(surname) for surname in men}
        self._surnames = self._both_scripts(men | women)
        self._givens = self._both_scripts(given.lower() for given in town.givens)

    @staticmethod
    def _both_scripts(names: Iterable[str]) -> set[str]:
        cyrillic = set(names)
        return cyrillic | {iuliia.ICAO_DOC_9303.translate(name) for name in cyrillic}

    def texts(self, person: Person, slips: int) -> list[tuple[str, bool]]:
        """(text, expects a no) in Russian and as in a passport."""
        found = []
        for text in (person.name, iuliia.ICAO_DOC_9303.translate(person.name)):
            slipped = text
            for _ in range(slips):
                slipped = self._speller.slip(slipped)
            if slipped.lower() != text.lower():
                found.append((slipped, self._another(text.lower(), slipped.lower())))
        return found

    def _another(self, text: str, slipped: str) -> bool:
        """Doubled letters and the other gender's form do not make another name."""
        (given, surname), (typed_given, typed) = text.split(), slipped.split()
        same = {
            once(surname),
            once(surname.removesuffix("а")),
            once(surname.removesuffix("a")),
            once(feminine(surname)),
        }
        if typed in self._surnames and once(typed) not in same:
            return True
        return typed_given in self._givens and once(typed_given) != once(given)


def once(word: str) -> str:
    """Doubled letters once."""
    return "".join(letter for at, letter in enumerate(word) if letter != word[at - 1 : at])


def _slips(report: Report, index: NameIndex, people: Sequence[Person], targets: Sequence[Person]) -> None:
    slipped = Slipped(Town(SEED))
    wanted = {person.name for person in people}
    for slips, bar in ((1, 0.96), (2, 0.88)):
        asked = [
            (person.key, text, no) for person in targets for _ in range(5) for text, no in slipped.texts(person, slips)
        ]
        asked = [one for one in asked if one[1] not in wanted]
        answers = [(index.ask(text), key, no) for key, text, no in asked]
        total = len(asked)
        right = sum(answer.verdict is Verdict.NO if no else first(answer, key) for answer, key, no in answers)
        wrong = sum(answer.verdict is Verdict.CARD and not first(answer, key) for answer, key, _ in answers)
        words = "one slip" if slips == 1 else "two slips"
        report.figures += [
            Figure(f"right answer with {words}", f"≥ {bar:.0%}", _share(right, total), right >= bar * total),
            Figure(
                f"somebody else's card with {words}", "≤ 0.1 %", _share(wrong, len(asked)), wrong <= 0.001 * len(asked)
            ),
        ]
        report.notes.append(
            f"{words}: {sum(no for *_, no in asked):,} of {len(asked):,} made another real name and ask for a no"
        )


# those who are not


class Strangers:
    """Names that are not in the set: two thirds drawn anew, a third one name away from somebody who is."""

    def __init__(self, town: Town, people: Sequence[Person]) -> None:
        self._town, self._people = town, people
        self._there = {name.text for person in people for name in person.names()}
        """As typed: a stranger who is written exactly like somebody in the set is no stranger."""

    def names(self, count: int) -> list[str]:
        town = self._town
        drawn = [person.name for person in town.people(count - count // 3, "s")]
        found: list[str] = []
        while len(found) < count // 3:
            person = town.random.choice(self._people)
            given = town.random.choice(town.givens)
            surname = person.surname
            if len(found) % 2 and (near := self._neighbour(person)):
                given, surname = person.given, near
            if f"{given} {surname}" not in town.taken:
                found.append(f"{given} {surname}")
        every = [name if at % 2 else iuliia.ICAO_DOC_9303.translate(name) for at, name in enumerate(drawn + found)]
        return [name for name in every if name not in self._there]

    def _neighbour(self, person: Person) -> str | None:
        """Another real surname that begins alike."""
        town = self._town
        alike = [one for one in town.random.choices(town.surnames, k=3000) if one[:4] == person.surname[:4]]
        others = [one for one in alike if one not in (person.surname, person.surname[:-1])]
        return others[0] if others else None


def _strangers(
    report: Report, index: NameIndex, strangers: Sequence[str], town: Town, people: Sequence[Person]
) -> None:
    answers = [index.ask(text) for text in strangers]
    total = len(strangers)
    cards = sum(answer.verdict is Verdict.CARD for answer in answers)
    hints = sum(answer.verdict in {Verdict.HINT, Verdict.CHOICE} for answer in answers)
    few = NameIndex(name for person in people[:300] for name in person.names())
    few_hints = sum(few.ask(text).verdict is not Verdict.NO for text in strangers)
    report.figures += [
        Figure("wrong cards, names not in the set", "≤ 0.1 %", _share(cards, total), cards <= 0.001 * total),
        Figure(f"needless hints among {len(people):,}", "≤ 35 %", _share(hints, total), hints <= 0.35 * total),
        Figure("needless hints among 300", "≤ 5 %", _share(few_hints, total), few_hints <= 0.05 * total),
    ]
    report.notes.append(
        "a third of the names not in the set are near namesakes: one name of somebody, and another real one"
    )


# what it costs


def timed(ask: Callable[[str], object], questions: Iterable[str], clock: Callable[[], float]) -> list[float]:
    """Milliseconds, sorted."""
    spent = []
    for question in questions:
        begun = clock()
        ask(question)
        spent.append((clock() - begun) * 1000)
    return sorted(spent)


def at_share(spent: Sequence[float], share: float) -> float:
    return spent[min(len(spent) - 1, int(len(spent) * share))]


def _times(report: Report, index: NameIndex, known: Sequence[str], strangers: Sequence[str]) -> None:
    for what, questions, median, tail in (("known", known, 0.3, 2.0), ("unknown", strangers, 1.0, 4.0)):
        spent = timed(index.ask, questions, time.perf_counter)
        middle, late = at_share(spent, 0.5), at_share(spent, 0.99)
        held = middle <= median and late <= tail
        report.figures.append(
            Figure(f"time of a question, {what} names: p50 / p99", f"≤ {median} / {tail:.0f} ms",
                   f"{middle:.2f} / {late:.2f} ms", held)
        )  # fmt: skip


def _hostile(report: Report, index: NameIndex, people: Sequence[Person], count: int) -> None:
    questions = list(hostile.questions(SEED, count, [person.name for person in people[:2000]]))
    spent = timed(index.ask, questions, time.thread_time)
    late = at_share(spent, 0.999)
    report.figures.append(Figure(f"CPU of {count:,} hostile questions: p99.9", "≤ 30 ms", f"{late:.1f} ms", late <= 30))
    report.notes.append(f"hostile questions: median {at_share(spent, 0.5):.2f} ms, longest {spent[-1]:.1f} ms")


def _build(count: int) -> tuple[float, float]:
    """Seconds, MB: names are made while the index takes them, so that all it keeps is counted."""
    people = Town(SEED).people(count)
    making = time.process_time()
    for person in people:
        list(person.with_aliases())
    making = time.process_time() - making
    before, begun = resident(), time.process_time()
    index = NameIndex(name for person in people for name in person.with_aliases())
    spent = time.process_time() - begun - making
    return spent, (resident() - before) if len(index) else 0.0


def _building(report: Report, people: int) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, megabytes = pool.apply(_build, (people,))
    report.figures += [
        Figure("building the index, three aliases each", "≤ 8 s", f"{seconds:.1f} s", seconds <= 8),
        Figure("its memory", "≤ 250 MB", f"{megabytes:.0f} MB", megabytes <= 250),
    ]
