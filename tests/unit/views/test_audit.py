"""Every action that the code writes into the audit log has words in each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.views.audit import action_label
from bot.views.words import load_words

BOT = Path(__file__).resolve().parents[3] / "bot"
WRITTEN = re.compile(r"""(?:\.record\(|audit\.append\([\w.]+, |_record\(update, context, )"([\w -]+)\"""")


def actions() -> set[str]:
    return {action for path in BOT.rglob("*.py") for action in WRITTEN.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_action_has_words(language: str) -> None:
    found = actions()
    assert {"send", "approve", "hide", "reload", "refused", "halt"} <= found
    words = load_words()[language]
    assert [action for action in sorted(found) if re.search("[a-z]", action_label(words, action))] == []
