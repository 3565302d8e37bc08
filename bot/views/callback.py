"""The grammar of callback data: `1<language>.<action>[.<argument>…]`, at most 64 bytes.

The language travels in the button because a reader who never subscribes leaves no row. The leading
digit is the version: data of another version, or forged, unpacks to None and redraws the menu.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

VERSION = "1"
LIMIT = 64
_FULL = re.compile(r"1([a-z]{2,3})\.([A-Za-z]{1,3})((?:\.[A-Za-z0-9-]{0,44}){0,4})", re.ASCII)


class Action(StrEnum):
    # screens: drawn from the library alone
    HOME = "h"
    HELP = "hp"
    ABOUT = "ab"
    PRIVACY = "pr"
    LANGUAGES = "l"
    """The menu of languages; args: what to redraw afterwards is always home."""
    DECLARATIONS = "d"
    """Lists: args: page, from 0."""
    CASES = "c"
    UPDATES = "u"
    SOURCES = "s"
    PEOPLE = "p"
    """Named persons without a case of their own, such as officials."""
    FOUND = "q"
    """What a question found; args: page. Drawn anew from the message that it answers."""
    DECLARATION = "D"
    """Cards: args: id, part from 0, back token."""
    CASE = "C"
    PERSON = "P"
    UPDATE = "U"
    SOURCE = "S"
    CASE_SOURCES = "CS"
    DECLARATION_SOURCES = "DS"
    TIMELINE = "T"
    """args: case id, part from 0."""
    CITE = "CT"
    """*Cite* and *Share*; args: kind letter (C, P, D), id."""
    SHARE = "SH"
    REPORT = "R"
    """*Report an error*; args: kind letter, id."""
    # screens and acts that touch the reader's row
    SETTINGS = "st"
    TOPICS = "tp"
    TOGGLE = "tg"
    """args: topic, "1" or "0": what to set."""
    SUBSCRIBE_ALL = "sa"
    URGENT_ONLY = "su"
    UNSUBSCRIBE = "un"
    WIPE = "wp"
    """A screen: what /wipe would do."""
    WIPE_NOW = "wn"
    SET_LANGUAGE = "sl"
    FOLLOW = "f"
    """args: case id, back token."""
    UNFOLLOW = "uf"
    FOLLOWED = "fl"
    SILENT = "si"
    HIDE = "hi"
    PAUSE = "pa"
    READ = "rd"
    """The hidden text of a delivery; args: broadcast id."""
    # the editor's acts
    ALERT = "al"
    """args: verb, broadcast id, what more it says, seal (`bot/desk/seals.py`)."""
    PUBLISH = "pb"
    """A draft of a content update; args: its token, seal."""
    AUDIT = "au"
    """The log of what admins did; args: page."""
    HIDE_PERSON = "hP"
    """An owner takes somebody off every screen; args: the person's token, seal."""
    SHOW_PERSON = "sP"
    """Their way back; args: the person's token, seal."""
    ADMINS = "ad"
    """args: verb, person, role, seal."""
    CARD = "cd"
    """A card attached to a message, as a message of its own; args: kind, id."""
    NO_TEXT = "nt"
    """Under a message in another language than the reader's: says that there is none in theirs."""
    NOBODY = "nb"
    """*None*: the honest no."""
    NOTHING = "x"
    """A button that only answers, such as the page number or *None*."""


@dataclass(frozen=True, slots=True)
class Callback:
    language: str
    action: Action
    args: tuple[str, ...] = ()

    def arg(self, index: int, default: str = "") -> str:
        return self.args[index] if index < len(self.args) else default

    def number(self, index: int) -> int:
        """A page or part; 0 for anything that is not a small number."""
        text = self.arg(index)
        return int(text) if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) else 0


def pack(language: str, action: Action, *args: object) -> str:
    """ValueError when it is not callback data: over 64 bytes, or letters outside the grammar."""
    data = ".".join([VERSION + language, action.value, *map(str, args)])
    if len(data.encode()) > LIMIT or not re.fullmatch(_FULL, data):
        raise ValueError(f"not callback data: {data}")
    return data


def unpack(data: str | None) -> Callback | None:
    match = re.fullmatch(_FULL, data or "")
    if not match or len(data or "") > LIMIT:
        return None
    language, action, rest = match.groups()
    try:
        return Callback(language, Action(action), tuple(rest.split(".")[1:]))
    except ValueError:
        return None
