"""The text of one file of a library, if it is such a file: plain, UTF-8, of bounded size."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from content.strict_yaml import FORBIDDEN, Loc, place_in, places, unwanted

MAX_BYTES = 256 * 1024


class Unread(Exception):
    """A file whose text cannot be had, and why."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def text_of(path: str) -> str:
    try:
        raw = _bytes(path)
    except OSError as error:
        raise Unread(f"{reason(error)}; expected a file that can be read") from None
    if len(raw) > MAX_BYTES:
        raise Unread(f"larger than {MAX_BYTES // 1024} KiB; expected one record")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise Unread("not UTF-8; expected the file saved as UTF-8", *place_in(before, len(before))) from None
    if bad := FORBIDDEN.search(text):
        raise Unread(unwanted(bad[0]), *place_in(text, bad.start()))
    return text


def places_in(path: str) -> Mapping[Loc, tuple[int, int]]:
    try:
        return places(text_of(path))
    except Unread:
        return {}


def _bytes(path: str) -> bytes:
    """At most one byte more than is allowed; OSError for a link or what is not a plain file."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "not a plain file")
        return file.read(MAX_BYTES + 1)


def reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
