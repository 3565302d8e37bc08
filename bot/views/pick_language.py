"""The language for somebody without a row: what they wrote tells more than what their app is set to."""

from __future__ import annotations

from bot.views.words import LANGUAGES

KAZAKH = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
"""Letters of Kazakh Cyrillic that Russian has not."""


OWN_WORDS = 120
"""Characters of a question; what is longer was mostly copied, and says nothing of who asks."""


def pick_language(code: str | None, question: str, house: str) -> str:
    """Kazakh letters ask for Kazakh, a question in other Cyrillic for Russian unless the app is set to Kazakh; then
    Telegram's language code; then the house's language. Ukrainian shares the letter і: there a single one decides
    nothing."""
    letters = KAZAKH & set(question)
    if letters - set("іІ") or (letters and code != "uk"):
        return "kk"
    known = (code or "").split("-")[0].lower()
    if known != "kk" and _russian(question, known in LANGUAGES):
        return "ru"
    if known in LANGUAGES:
        return known
    return house if house in LANGUAGES else "en"


def _russian(question: str, known: bool) -> bool:
    """Where the app's language is known, a name alone says nothing of who asks: it may have been copied."""
    if not known:
        return any("а" <= letter <= "я" for letter in question.lower())
    words = [word for word in question.split() if "а" <= word[0].lower() <= "я"]
    asks = "?" in question or any(word[0].islower() for word in words)
    return bool(words) and asks and len(question) <= OWN_WORDS
