"""What the pre-flight looks up: names that are or are not in the records, links, and the hash of it all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from bot.views.draft import Written
from content.ask import Asker, Target
from content.library import Library
from content.names.answer import Verdict
from storage.records import Audience

_CAPITAL = r"[A-ZÀ-ÖØ-ÞА-ЯЁӘҒҚҢӨҰҮҺІЄЇҐ]"
_PART = rf"(?:{_CAPITAL}[^\W\d_]*(?:[-’'ʼ`][^\W\d_]+)*|{_CAPITAL}\.)"
_NAME = re.compile(rf"{_PART}(?:[ \u00a0]+{_PART}){{1,3}}")
_URL = re.compile(r"https?://[^\s<>«»\"]+|\b(?:www|t)\.[^\s<>«»\"]+", re.IGNORECASE)


def digest(payload: str, audience: Audience, at: float) -> str:
    """SHA-256 of all that an approval is about: every byte of every language, who gets it, and when."""
    whole = [payload, sorted(audience.topics), sorted(audience.languages), sorted(audience.cases), at]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def names_in(texts: Iterable[str], asker: Asker, library: Library) -> Mapping[str, bool]:
    """Each possible name as written -> whether it is exactly one person of the records. Titles of bodies and
    papers that the records know are left out."""
    known = _titles(library)
    found: dict[str, bool] = {}
    for text in texts:
        for match in _NAME.finditer(text):
            name = match[0].strip()
            reply = asker.ask(name)
            person = any(hit.target is Target.PERSON for hit in reply.hits)
            if person or name.casefold() not in known:
                found.setdefault(name, person and reply.verdict is Verdict.CARD)
    return found


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
