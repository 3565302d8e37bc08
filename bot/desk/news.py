"""A content update as a draft: its text in each language, whom it reaches, and when it may go out by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.views.cards import update_card
from bot.views.draft import Attached, Draft, Written
from bot.views.scene import Scene
from content.models import Update
from storage.records import Audience, Topic

MOST = 5
"""More new updates than this at once are a new library rather than news."""
OLDEST = 14
"""Days; an older one is no news that goes out by itself."""


def draft_of(scenes: Iterable[Scene], update: Update) -> Draft:
    """The update's card, in each language in which it is written; with a button to what it is about."""
    texts = {}
    for scene in scenes:
        if scene.language in update.text and scene.language in update.title:
            view = update_card(scene, update, 0, "h")
            texts[scene.language] = Written(view.text, view.entities)
    if update.cases:
        return Draft(texts, card=Attached("case", update.cases[0]))
    if update.declarations:
        return Draft(texts, card=Attached("decl", update.declarations[0]))
    return Draft(texts, card=Attached("person", update.people[0]) if update.people else None)


def audience_of(update: Update) -> Audience:
    """Whoever holds one of its topics or follows one of its cases; each of them once."""
    topics = {Topic.UPDATES}
    if update.declarations:
        topics.add(Topic.DECLARATIONS)
    if update.cases:
        topics.add(Topic.CASES)
    return Audience(frozenset(topics), cases=frozenset(update.cases))


def goes_by_itself(new: Sequence[Update], today: date) -> bool:
    """With DAUYS_AUTOPUBLISH: not when many are new at once, nor when one of them is old; then all are only offered."""
    return len(new) <= MOST and all((today - update.date.first).days <= OLDEST for update in new)
