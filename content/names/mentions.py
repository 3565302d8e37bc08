"""The names in a text that an editor is about to send: those of the records, and those that only look like names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from content.names.answer import Mention
from content.names.context import fathers_name, given_name
from content.names.known import RealNames
from content.names.match import Found
from content.names.words import Piece, Word, normal

Placed = tuple[Word, Piece]


def mentions(
    text: str,
    there: Sequence[Placed],
    found: Sequence[tuple[Found, str]],
    borne: Mapping[int, tuple[str, ...]],
    real: RealNames,
) -> tuple[Mention, ...]:
    """In the order of the text. `found` pairs each person found with the key to give back; `borne`: place of a word
    -> whose surname it is."""
    claims: dict[tuple[int, int], list[tuple[Found, str]]] = {}
    for one, key in found:
        claims.setdefault((min(one.at), max(one.at)), []).append((one, key))
    taken = {at for first, last in claims for at in range(first, last + 1)}
    marked = []
    for span, claim in claims.items():
        first, last = _with_initials(span, there, taken)
        taken.update(range(first, last + 1))
        marked.append(((first, last), _known(claim)))
    runs = _runs(there, taken, real)
    marked += [(span, ((), False)) for span in runs]
    taken |= {at for first, last in runs for at in range(first, last + 1)}
    for at, keys in borne.items():
        if keys and at not in taken and not there[at][0].stop:
            marked.append((_with_initials((at, at), there, taken), (keys, False)))
    whole = normal(text)
    return tuple(
        Mention(whole[there[first][1].begin : _end(*there[last])], keys, sure)
        for (first, last), (keys, sure) in sorted(marked)
    )


def _known(claim: Sequence[tuple[Found, str]]) -> tuple[tuple[str, ...], bool]:
    return tuple(key for _, key in claim), len(claim) == 1 and claim[0][0].sure


def _with_initials(span: tuple[int, int], there: Sequence[Placed], taken: Set[int]) -> tuple[int, int]:
    """A surname with the initials that stand at it; those after it not when they begin another name."""
    first, last = span
    while first and first - 1 not in taken and _begins(there[first - 1][0]) and not there[first][0].apart:
        first -= 1
    end = last
    while end + 1 < len(there) and end + 1 not in taken and _begins(there[end + 1][0]) and not there[end + 1][0].apart:
        end += 1
    following = there[end + 1][0] if end + 1 < len(there) else None
    another = following is not None and following.capital and not following.apart and not following.stop
    return first, last if another else end


def _begins(word: Word) -> bool:
    return word.initial and word.capital


def _end(word: Word, piece: Piece) -> int:
    return piece.end + (word.initial and piece.dotted)


def _runs(there: Sequence[Placed], taken: Set[int], real: RealNames) -> list[tuple[int, int]]:
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
