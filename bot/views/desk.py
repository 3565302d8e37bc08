"""What an editor sees of a draft: its panel, and the screens behind the panel's buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.views.alert import FEWEST, button
from bot.views.draft import Attached, Draft
from bot.views.labels import topic_label
from bot.views.outgoing import card_title, short, shown_language
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from bot.views.words import LANGUAGES
from storage.records import Audience, Topic

PAGE = 8
"""Records on a page of those to attach or to follow."""
HALF = 14
"""Characters of a label that a phone shows whole on half a row."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the panel of one draft depends on."""

    id: int
    draft: Draft
    audience: Audience
    readers: Mapping[str, int] = field(default_factory=dict)
    """Language -> how many would get it."""
    asked: bool = False
    """A request for approval is open."""
    of: int | None = None
    """The message that it corrects, for those who have it; None: it is a message of its own."""
    payload: str = ""
    """What goes out, as it is kept."""
    notice: str = ""
    """Of a correction: what then answers the message, as it is kept."""
    was: Draft | None = None
    """Of a correction: what readers have now."""

    @property
    def unchanged(self) -> tuple[str, ...]:
        """Languages in which a correction says what readers have already."""
        if self.was is None:
            return ()
        return tuple(code for code, text in self.draft.texts.items() if self.was.texts.get(code) == text)

    @property
    def total(self) -> int:
        return sum(self.readers.values())


def panel(scene: Scene, desk: Desk) -> View:
    """Under the preview: what it is, whom it reaches, and what can be done with it."""
    words = scene.words
    text = Text().bold(words("Draft. Above is exactly what readers will get.")).line().line()
    for language in LANGUAGES:
        text.line(text_line(scene, desk.draft, language))
    text.line(words("Audience: {audience}", audience=audience_line(scene, desk.audience)))
    if desk.draft.card is not None:
        title = card_title(scene, desk.draft.card) or words("no longer in the records")
        text.line(words("Card: {title}", title=title))
    if desk.draft.media is not None:
        text.line(media_line(scene, desk.draft))
    if desk.draft.at:
        text.line(words("Goes out: {moment}", moment=words.exact(desk.draft.at, scene.house.timezone)))
    text.line().line(count_line(scene, desk))
    if desk.asked:
        text.line(words("Approval is asked for. Any change here withdraws the request."))
    return text.view(*_buttons(scene, desk))


def _buttons(scene: Scene, desk: Desk) -> tuple[tuple[Button, ...], ...]:
    words, id_ = scene.words, desk.id
    discard = button(scene, words("Discard"), "no", id_)
    send = words("Send at that time") if desk.draft.at else words("Send now")
    return (
        (button(scene, words("Text"), "tx", id_), button(scene, words("Audience"), "au", id_)),
        (button(scene, words("Attach"), "at", id_), button(scene, words("Schedule"), "sc", id_)),
        (button(scene, words("Preview"), "pv", id_),),
        (button(scene, send, "go", id_), discard) if desk.total else (discard,),
    )


def text_line(scene: Scene, draft: Draft, language: str) -> str:
    """A language's own text, or which goes out instead."""
    shown = shown_language(draft, language, scene.house.language)
    name = LANGUAGES[language]
    if shown == language:
        return f"{name}: ✓"
    if shown is None:
        return f"{name}: –"
    return scene.words("{language}: the text in {other} goes out", language=name, other=scene.words.tongue(shown))


def audience_line(scene: Scene, audience: Audience) -> str:
    words = scene.words
    parts = [topic_label(words, topic) for topic in Topic if topic in audience.topics]
    parts += [words("followers of {case}", case=case_name(scene, case)) for case in sorted(audience.cases)]
    if not parts:
        parts = [words("everyone")]
    line = ", ".join(parts)
    if audience.languages:
        line += " · " + ", ".join(LANGUAGES.get(code, code) for code in sorted(audience.languages))
    return line


def case_name(scene: Scene, case: str) -> str:
    return short(card_title(scene, Attached("case", case)) or case)


def media_line(scene: Scene, draft: Draft) -> str:
    words = scene.words
    picture = draft.media is not None and draft.media.kind == "photo"
    return words("With a picture.") if picture else words("With a document.")


def count_line(scene: Scene, desk: Desk) -> str:
    """How many would get it; followers of cases are not counted out below ten."""
    words, total = scene.words, desk.total
    if desk.audience.cases and total < FEWEST:
        return words("Fewer than {n} readers would get it.", n=FEWEST) if total else words("Nobody would get it.")
    line = words.n("{n} reader would get it.", "{n} readers would get it.", total, n=words.number(total))
    if not total and desk.audience == Audience(topics=frozenset({Topic.ALERTS})):
        line += "\n" + words("Nobody is subscribed to alerts yet, so there is nobody to send it to.")
    return line


def texts(scene: Scene, desk: Desk) -> View:
    """*Text*: a language to write in, or to take out."""
    words = scene.words
    text = Text().bold(words("Text")).line().line(words("Choose a language, then send its text as a message."))
    if desk.of is not None:
        text.line(words("Correct every language in which it was wrong: ✓ is corrected."))
    rows = []
    for language, name in LANGUAGES.items():
        there = language in desk.draft.texts
        new = there and language not in desk.unchanged
        row = [button(scene, f"✓ {name}" if new else name, "tl", desk.id, language)]
        if there and len(desk.draft.texts) > 1 and desk.of is None:
            row.append(button(scene, words("Remove"), "tr", desk.id, language))
        rows.append(tuple(row))
    return text.view(*rows, _back(scene, desk.id))


def ask_for_text(scene: Scene, draft: int, language: str = "") -> View:
    words = scene.words
    if language:
        text = Text().line(words("Send the text in {language} as your next message.", language=words.tongue(language)))
    else:
        text = Text().line(words("Send the text of the alert as your next message."))
    text.line(words("Formatting is kept. Nothing goes out before you confirm it."))
    if language:
        return text.view(_back(scene, draft))
    return text.view((button(scene, words("Discard"), "no", draft),))


def _back(scene: Scene, draft: int, verb: str = "bk") -> tuple[Button, ...]:
    return (button(scene, scene.words("Back"), verb, draft),)


def audience(scene: Scene, desk: Desk) -> View:
    """*Audience*: everyone, topics, languages, followers of a case; each tap sets, none flips."""
    words, given = scene.words, desk.audience
    text = Text().bold(words("Audience")).line().line(audience_line(scene, given)).line(count_line(scene, desk))

    def choice(label: str, on: bool, said: str) -> Button:
        return button(scene, f"✓ {label}" if on else label, "as", desk.id, f"{said}-{0 if on else 1}")

    everyone = not given.topics and not given.cases
    topics = [choice(topic_label(words, topic), topic in given.topics, f"t-{topic.value}") for topic in Topic]
    languages = [choice(name, code in given.languages, f"l-{code}") for code, name in LANGUAGES.items()]
    two = max(len(one.text) for one in topics) <= HALF
    rows: list[tuple[Button, ...]] = [(choice(words("Everyone"), everyone, "e"),)]
    rows += [tuple(topics[:2]), tuple(topics[2:])] if two else [(one,) for one in topics]
    rows.append(tuple(languages))
    follow = words("Followers of a case")
    rows.append((button(scene, f"✓ {follow}" if given.cases else follow, "fc", desk.id, "0"),))
    return text.view(*rows, _back(scene, desk.id))


@dataclass(frozen=True, slots=True)
class Choice:
    """A record to choose: what its button says, and how it is named in it."""

    label: str
    token: str
    chosen: bool = False


def cases(scene: Scene, desk: Desk, choices: list[Choice], page: int) -> View:
    """*Followers of a case*: a page of cases."""
    words = scene.words
    text = Text().bold(words("Followers of a case")).line().line(audience_line(scene, desk.audience))
    rows = [
        (button(scene, f"✓ {choice.label}" if choice.chosen else choice.label, "fs", desk.id,
                f"{choice.token}-{0 if choice.chosen else 1}-{page}"),)
        for choice in _page(choices, page)
    ]  # fmt: skip
    return text.view(*rows, _pages(scene, desk.id, "fc", "", len(choices), page), _back(scene, desk.id, "au"))


def _page(choices: list[Choice], page: int) -> list[Choice]:
    return choices[page * PAGE : (page + 1) * PAGE]


def _pages(scene: Scene, draft: int, verb: str, prefix: str, count: int, page: int) -> tuple[Button, ...]:
    last = max(0, (count - 1) // PAGE)
    row = []
    if page > 0:
        row.append(button(scene, f"‹ {page}", verb, draft, f"{prefix}{page - 1}"))
    if page < last:
        row.append(button(scene, f"{page + 2} ›", verb, draft, f"{prefix}{page + 1}"))
    return tuple(row)


def attach(scene: Scene, desk: Desk) -> View:
    """*Attach*: a card of a kind, or a picture or document to be sent."""
    words = scene.words
    text = Text().bold(words("Attach")).line()
    text.line(words("A card is a button under the message. A picture or document carries the text as its caption."))
    kinds = [
        button(scene, words("Case"), "ac", desk.id, "case-0"),
        button(scene, words("Person"), "ac", desk.id, "person-0"),
        button(scene, words("Declaration"), "ac", desk.id, "decl-0"),
        button(scene, words("Source"), "ac", desk.id, "source-0"),
    ]
    rows = [tuple(kinds[:2]), tuple(kinds[2:]), (button(scene, words("Picture or document"), "am", desk.id),)]
    if desk.draft.card is not None:
        rows.append((button(scene, words("Take the card away"), "ar", desk.id, "card"),))
    if desk.draft.media is not None:
        rows.append((button(scene, words("Take the file away"), "ar", desk.id, "media"),))
    return text.view(*rows, _back(scene, desk.id))


def cards(scene: Scene, desk: Desk, kind: str, choices: list[Choice], page: int) -> View:
    """A page of one kind's records to attach."""
    text = Text().bold(scene.words("Attach")).line()
    rows = [(button(scene, choice.label, "ak", desk.id, f"{kind}-{choice.token}"),) for choice in _page(choices, page)]
    return text.view(*rows, _pages(scene, desk.id, "ac", f"{kind}-", len(choices), page), _back(scene, desk.id, "at"))


def ask_for_file(scene: Scene, draft: int) -> View:
    words = scene.words
    text = Text().line(words("Send the picture or document as your next message. It is not downloaded here."))
    return text.view(_back(scene, draft, "at"))


def discarded(scene: Scene) -> View:
    return Text().line(scene.words("Discarded. Nothing was sent.")).view()


def refused(scene: Scene, reason: str) -> View:
    return Text().line(scene.words("Not taken: {reason}", reason=reason)).view()


def taken_back(scene: Scene, draft: int) -> View:
    return Text().line(scene.words("Alert {n} was taken back before the first message.", n=draft)).view()
