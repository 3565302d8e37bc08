"""For which language a text is taken that an editor did not choose one for."""

from __future__ import annotations

import pytest

from bot.handlers.texts import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The court sits on Monday.", "en"),
        ("Суд в понедельник.", "ru"),
        ("Сот дүйсенбіде.", "kk"),
        ("Оксана Шевчук и Дулат Ағаділ вызваны в суд в понедельник.", "ru"),
        ("Суд над Ағаділ.", "ru"),
        ("Айгүл Өтепова мен Серік Жахин босатылды, оларды туыстары қарсы алды.", "kk"),
        ("СОТ ДҮЙСЕНБІДЕ", "kk"),
        ("Amnesty: суд в понедельник", "ru"),
        ("2026", "en"),
    ],
)
def test_by_its_letters(text: str, language: str) -> None:
    assert language_of(text, "en") == language
