"""The language for somebody without a row: what they wrote tells more than what their app is set to."""

from __future__ import annotations

from bot.views.words import LANGUAGES

KAZAKH = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
"""Letters of Kazakh Cyrillic that Russian has not."""


def pick_language(code: str | None, question: str, house: str) -> str:
    """Kazakh letters ask for Kazakh; otherwise Telegram's language code; then Cyrillic for Russian; then the
    house's language. Ukrainian shares the letter і: a single one in a reader's Russian-set app decides nothing."""
    letters = KAZAKH & set(question)
    if letters - set("іІ") or (letters and code != "uk"):
        return "kk"
    known = (code or "").split("-")[0].lower()
    if known in LANGUAGES:
        return known
    if any("а" <= letter <= "я" for letter in question.lower()):
        return "ru"
    return house if house in LANGUAGES else "en"
