"""What an admin's button says is bound to the person, the act and an hour: a seal that only this bot can make."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

Stamp = Callable[[bytes], bytes]
"""HMAC-SHA256 under a key of the database's."""

LIFE = 24 * 3600
"""Seconds for which a button of the desk is good."""
_MAC = 16
"""Characters of base32: 80 bits."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Seal:
    fits: bool
    expires: float
    """Unix seconds; 0 when it does not fit."""


class Seals:
    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp

    def make(self, person: int, now: float, *said: object) -> str:
        """At most 22 letters and digits."""
        minute = _base36(int((now + LIFE) // 60))
        return minute + "-" + self._mac(person, minute, said)

    def read(self, seal: str, person: int, *said: object) -> Seal:
        minute, _, mac = seal.partition("-")
        if not mac or not minute.isascii() or not minute.isalnum() or mac != self._mac(person, minute, said):
            return Seal(False, 0.0)
        return Seal(True, int(minute, 36) * 60.0)

    def _mac(self, person: int, minute: str, said: tuple[object, ...]) -> str:
        text = "\x1f".join(str(part) for part in (person, minute, *said))
        return base64.b32encode(self._stamp(text.encode())).decode()[:_MAC].lower()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
