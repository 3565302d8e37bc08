"""Back, More, and the frame that every card shares."""

from __future__ import annotations

from collections.abc import Iterable

from bot.views.callback import Action, Callback, pack
from bot.views.paging import parts
from bot.views.pieces import BACK_TOKENS
from bot.views.scene import Scene
from bot.views.view import Button, Text, View


def back_target(language: str, token: str) -> Callback:
    """`h`, a list with its page (`c2`), or a card (`D-wd-682`); anything else leads home."""
    letter, rest = token[:1], token[1:]
    action = BACK_TOKENS.get(letter, Action.HOME)
    if action is Action.HOME:
        return Callback(language, Action.HOME)
    if rest.startswith("-"):
        return Callback(language, action, (rest[1:], "0", "h"))
    return Callback(language, action, (rest if rest.isdigit() else "0",))


def back(scene: Scene, token: str) -> Button:
    target = back_target(scene.language, token)
    return Button(scene.words("Back"), data=pack(scene.language, target.action, *target.args))


def card(
    scene: Scene,
    place: tuple[Action, str, int, str],
    blocks: Iterable[Text],
    rows: Iterable[tuple[Button, ...]],
    *,
    carries_token: bool = True,
) -> View:
    """One part of a card; `place` is action, id, part, back token. Buttons stand under every part. A screen whose
    way back follows from its id does not carry the token."""
    action, id_, part, token = place
    packed = parts(blocks)
    part = min(max(part, 0), len(packed) - 1)

    def turned(label: str, to_part: int) -> Button:
        carried = (token,) if carries_token else ()
        return Button(label, data=pack(scene.language, action, id_, to_part, *carried))

    turn = []
    if part > 0:
        turn.append(turned(f"‹ {part}", part - 1))
    if part + 1 < len(packed):
        turn.append(turned(scene.words("More ({n} of {m}) ›", n=part + 2, m=len(packed)), part + 1))
    if part + 2 < len(packed):
        turn.append(turned(f"{len(packed)} »", len(packed) - 1))
    return packed[part].view(tuple(turn), *rows, (back(scene, token),))
