"""Questions meant to cost much: 4,096 characters, repeats, emoji, marks, bidi, one long token, pasted pages."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

LONGEST = 4096
SCRIPTS = (0x4E00, 0xAC00, 0x0600, 0x10A0)
"""Where Chinese, Korean, Arabic and Georgian letters begin."""
ALPHABETS = ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abcdefghijklmnopqrstuvwxyz", "әғқңөұүһі", "chshxjwyzk")


def questions(seed: int, count: int, names: Sequence[str]) -> Iterator[str]:
    chance = random.Random(seed)
    ways: list[Callable[[], str]] = [
        lambda: _page(chance, names),
        lambda: chance.choice(names).split()[0] * 600,
        lambda: " ".join(chance.choices(names, k=300)),
        lambda: "".join(chance.choices(chance.choice(ALPHABETS), k=LONGEST)),
        lambda: " ".join(_word(chance, chance.randint(1, 12)) for _ in range(700)),
        lambda: "🙂🏳️‍🌈" * 700,
        lambda: chance.choice("aеиy") + "\u0301\u0323" * 2000,
        lambda: "\u202e\u2066" + chance.choice(names) + "\u202c" * 3000,
        lambda: "x" * LONGEST,
        lambda: "ch" * 2000,
        lambda: (chance.choice(names)[:-1] + chance.choice("абв") + " ") * 20,
        lambda: " ".join(_word(chance, 9) for _ in range(24)),
        lambda: "А. " * 1300 + chance.choice(names),
        lambda: "".join(
            chr(chance.choice((0x4E00, 0xAC00, 0x0600, 0x10A0)) + chance.randint(0, 80)) for _ in range(LONGEST)
        ),
        lambda: "(a+)+$" * 600,
        lambda: "#" + "".join(name.replace(" ", "") for name in chance.choices(names, k=200)),
        lambda: "\x00" * 2000 + chance.choice(names),
    ]
    for at in range(count):
        yield ways[at % len(ways)]()[:LONGEST]


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(chance.choice(ALPHABETS), k=length))


def _page(chance: random.Random, names: Sequence[str]) -> str:
    """A pasted paragraph, with names in it."""
    words = [_word(chance, chance.randint(1, 10)) for _ in range(500)]
    for name in chance.choices(names, k=12):
        words[chance.randrange(len(words))] = name
    return " ".join(words)
