"""Why a broadcast stands still, in each language; what the engine writes down is all known here."""

from __future__ import annotations

import re

import pytest

from bot.broadcast.faults import FIRST, MOST_EARLY, MOST_FAULTS, MOST_OTHERS, Faults
from bot.handlers import brake, hide
from bot.orders import HALT_NOTE
from bot.views.notes import note_line
from bot.views.words import load_words
from storage.backup import RESTORED
from storage.records import Cause, Outcome, Verb

SAID = "Bad Request: x"


def engine_notes() -> list[str]:
    """Every reason for which a broadcast stops by itself."""
    flood = Faults().count(Outcome(Verb.FLOOD, Cause.FLOOD, wait=1800))
    content, other, early = Faults(), Faults(FIRST), Faults()
    notes = [content.count(Outcome(Verb.FAULT, Cause.CONTENT, detail=SAID)) for _ in range(MOST_FAULTS)][-1:]
    notes += [other.count(Outcome(Verb.GONE, Cause.OTHER, detail=SAID)) for _ in range(MOST_OTHERS)][-1:]
    notes += [early.count(Outcome(Verb.GONE, Cause.UNREACHABLE, detail=SAID)) for _ in range(MOST_EARLY + 1)][-1:]
    found = [note for note in (flood, *notes) if note is not None]
    assert len(found) == 4
    return found


NOTES = [*engine_notes(), brake.NOTE, hide.NOTE, HALT_NOTE, RESTORED, f"Telegram refuses this bot: {SAID}"]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_what_the_program_says_is_translated_and_what_telegram_said_stays(note: str, language: str) -> None:
    told = note_line(load_words()[language], note)
    assert (SAID in told) == (SAID in note)
    words = re.findall(r"[A-Za-z]{3,}", told.replace(SAID, ""))
    assert set(words) <= {"Telegram"}


def test_in_english_it_is_what_was_kept_and_what_somebody_typed_stays_everywhere() -> None:
    words = load_words()
    assert [note_line(words["en"], note) for note in NOTES if "wait" not in note] == [
        note for note in NOTES if "wait" not in note
    ]
    assert note_line(words["kk"], "Her mother has not agreed.") == "Her mother has not agreed."
