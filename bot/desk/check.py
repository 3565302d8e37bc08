"""What the pre-flight looks up: names that are or are not in the records, links, and the hash of it all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator

from bot.desk.shelf import Shelf
from bot.views.draft import Written
from bot.views.preflight import Named, Standing
from content.library import Library
from storage.records import Audience

_CAPITAL = r"[A-ZÀ-ÖØ-ÞА-ЯЁӘҒҚҢӨҰҮҺІЄЇҐ]"
_PART = rf"(?:{_CAPITAL}[^\W\d_]*(?:[-’'ʼ`][^\W\d_]+)*|{_CAPITAL}\.)"
_NAME = re.compile(rf"{_PART}(?:[ \u00a0]+{_PART}){{1,3}}")
_URL = re.compile(r"https?://[^\s<>«»\"]+|\b(?:www|t)\.[^\s<>«»\"]+", re.IGNORECASE)


def digest(payload: str, audience: Audience, at: float) -> str:
    """SHA-256 of all that an approval is about: every byte of every language, who gets it, and when."""
    whole = [payload, sorted(audience.topics), sorted(audience.languages), sorted(audience.cases), at]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def names_in(texts: Iterable[str], shelf: Shelf) -> tuple[Named, ...]:
    """The names that stand in what goes out, what needs a look first: each as it is written first. It takes a while
    with a long text; any thread may call it.

    Whoever is hidden is nobody of the records. Beside what reads like a name, whatever is written with
    capitals as one is told too, unless it is part of a title that the records know.
    """
    found: dict[object, Named] = {}
    for text in texts:
        for one in (*_hidden(text, shelf), *_mentioned(text, shelf), *_capitals(text, shelf)):
            same = one.people if one.standing is Standing.KNOWN else one.text.casefold()
            found.setdefault((one.standing, same), one)
    order = list(Standing)
    return tuple(sorted(found.values(), key=lambda one: order.index(one.standing)))


def _hidden(text: str, shelf: Shelf) -> Iterator[Named]:
    return (Named(word, Standing.HIDDEN) for word in shelf.names.words_in(text))


def _mentioned(text: str, shelf: Shelf) -> Iterator[Named]:
    for mention in shelf.asker.people_in(text):
        if shelf.names.in_text(mention.text):
            continue
        standing = Standing.KNOWN if mention.sure else Standing.PERHAPS if mention.keys else Standing.UNKNOWN
        yield Named(mention.text, standing, mention.keys)


def _capitals(text: str, shelf: Shelf) -> Iterator[Named]:
    told = " ".join(mention.text for mention in shelf.asker.people_in(text)).casefold()
    known = _titles(shelf.library)
    for match in _NAME.finditer(text):
        name = match[0].strip()
        bare = name.casefold()
        hidden = shelf.names.in_text(name)
        if not hidden and bare not in known and not any(word in told for word in bare.split()):
            yield Named(name, Standing.CAPITALS)


def _titles(library: Library) -> str:
    parts = [f"{source.title} {source.publisher}" for source in library.sources.values()]
    return "\n".join(parts).casefold()


def links_outside(texts: Iterable[Written], library: Library, site: str) -> tuple[str, ...]:
    """Addresses, typed or behind words, that are neither a source's nor the organisation's own."""
    ours = {_plain(str(source.url)) for source in library.sources.values()}
    found: dict[str, None] = {}
    for written in texts:
        hidden = [entity.url for entity in written.entities if entity.url]
        for url in (*_URL.findall(written.text), *hidden):
            plain = _plain(url)
            if plain not in ours and not (site and plain.startswith(_plain(site))):
                found.setdefault(url.rstrip(".,;:!?)"))
    return tuple(found)


def _plain(url: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", url.rstrip(".,;:!?)").rstrip("/"), flags=re.IGNORECASE).casefold()
