"""The names in a text that an editor is about to send: those of the records, and those that only look like names."""

from __future__ import annotations

from collections.abc import Sequence

from content.names.answer import Mention
from content.names.context import fathers_name, given_name
from content.names.known import RealNames
from content.names.match import Found
from content.names.words import Piece, Word, normal

Placed = tuple[Word, Piece]


def mentions(
    text: str, there: Sequence[Placed], found: Sequence[tuple[Found, str]], real: RealNames
) -> tuple[Mention, ...]:
    """In the order of the text. `found` pairs each person found with the key to give back."""
    claims: dict[tuple[int, int], list[tuple[Found, str]]] = {}
    for one, key in found:
        claims.setdefault((min(one.at), max(one.at)), []).append((one, key))
    taken = {at for first, last in claims for at in range(first, last + 1)}
    marked = [(span, _known(claim)) for span, claim in claims.items()]
    marked += [(span, ((), False)) for span in _runs(there, taken, real)]
    whole = normal(text)
    return tuple(
        Mention(whole[there[first][1].begin : there[last][1].end], keys, sure)
        for (first, last), (keys, sure) in sorted(marked)
    )


def _known(claim: Sequence[tuple[Found, str]]) -> tuple[tuple[str, ...], bool]:
    return tuple(key for _, key in claim), len(claim) == 1 and claim[0][0].sure


def _runs(there: Sequence[Placed], taken: set[int], real: RealNames) -> list[tuple[int, int]]:
    """Neighbouring capitalised words, one of them a given name, a patronymic or an initial."""
    found: list[tuple[int, int]] = []
    begin = 0
    while begin < len(there):
        end = begin
        while end < len(there) and end not in taken and _goes_on(there[end][0], first=end == begin):
            end += 1
        if end - begin > 1 and any(_tells(there[at][0], real) for at in range(begin, end)):
            found.append((begin, end - 1))
        begin = max(end, begin + 1)
    return found


def _goes_on(word: Word, *, first: bool) -> bool:
    return word.capital and (word.initial or not word.stop) and (first or not word.apart)


def _tells(word: Word, real: RealNames) -> bool:
    return word.initial or fathers_name(word) or given_name(word, real)
