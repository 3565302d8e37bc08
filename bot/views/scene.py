"""All that a screen may depend on, so that drawing one is a pure function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.views.words import Words
    from content.library import Library
    from storage.records import Subscriber


@dataclass(frozen=True, slots=True)
class House:
    """Who runs this bot, from the settings; an empty text leaves its sentence out."""

    org: str = ""
    site: str = ""
    contact: str = ""
    help: str = ""
    username: str = ""
    """The bot's own @name, without the @."""
    language: str = "en"
    """The fallback language."""
    timezone: str = "UTC"


def unsealed(*said: object) -> str:
    """For scenes of nobody in particular: their buttons open nothing at the desk."""
    return ""


@dataclass(frozen=True, slots=True)
class Scene:
    words: Words
    """UI words in the reader's language; `words.language` is the language of the whole screen."""
    library: Library
    house: House
    today: date
    reader: Subscriber | None = None
    """None for somebody without a row."""
    admin: bool = False
    seal: Callable[..., str] = unsealed
    """Seals what a button of the desk says for the person of this scene."""

    @property
    def language(self) -> str:
        return self.words.language
