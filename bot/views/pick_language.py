"""The language for somebody without a row: what they wrote tells more than what their app is set to."""

from __future__ import annotations

from bot.views.words import LANGUAGES

KAZAKH = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
"""Letters of Kazakh Cyrillic that Russian has not."""


def pick_language(code: str | None, question: str, house: str) -> str:
    """Kazakh letters ask for Kazakh, other Cyrillic for Russian unless the app is set to Kazakh; then Telegram's
    language code; then the house's language. Ukrainian shares the letter і: there a single one decides nothing."""
    letters = KAZAKH & set(question)
    if letters - set("іІ") or (letters and code != "uk"):
        return "kk"
    known = (code or "").split("-")[0].lower()
    if known != "kk" and any("а" <= letter <= "я" for letter in question.lower()):
        return "ru"
    if known in LANGUAGES:
        return known
    return house if house in LANGUAGES else "en"
