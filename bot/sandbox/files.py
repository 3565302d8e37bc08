"""Files as Telegram keeps them: by an opaque file_id that can be sent again. https://core.telegram.org/bots/api#file"""

from __future__ import annotations

import mimetypes
import re
import secrets
import struct
from dataclasses import dataclass, field
from pathlib import PurePath

from bot.sandbox.refusal import Json, Refusal

PHOTO_BYTES = 10 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
SIDES = 10_000
"""Pixels that width and height of a photo may have together."""
RATIO = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in a multipart form."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    id: str
    unique: str
    kind: str
    """photo or document"""
    name: str
    mime: str
    data: bytes
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """As getFile tells it."""
        return f"{self.kind}s/{self.unique}{PurePath(self.name).suffix}"

    def as_file(self) -> Json:
        return {"file_id": self.id, "file_unique_id": self.unique, "file_size": len(self.data)}

    def in_message(self) -> Json:
        """The field of a message. A photo has one size here; Telegram makes several."""
        if self.kind == "photo":
            return {"photo": [{**self.as_file(), "width": self.width, "height": self.height}]}
        return {"document": {**self.as_file(), "file_name": self.name, "mime_type": self.mime}}


@dataclass
class Files:
    by_id: dict[str, Stored] = field(default_factory=dict)
    by_path: dict[str, Stored] = field(default_factory=dict)

    def keep(self, kind: str, upload: Upload) -> Stored:
        """Refusal in Telegram's words when it does not take such a file."""
        size = len(upload.data)
        if not size:
            raise Refusal(400, "Bad Request: file must be non-empty")
        if size > UPLOAD_BYTES:
            raise Refusal(413, "Request Entity Too Large")
        width = height = 0
        if kind == "photo":
            width, height = _photo(upload.data)
        name = re.sub(r"[^\w. ()-]", "_", PurePath(upload.name).name)[:60] or kind
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = Stored(secrets.token_urlsafe(24), secrets.token_hex(6), kind, name, mime, upload.data, width, height)
        self.by_id[stored.id] = self.by_path[stored.path] = stored
        return stored

    def again(self, kind: str, file_id: str) -> Stored:
        """A file that was sent before."""
        if re.match(r"https?://", file_id):
            raise Refusal(400, "Bad Request: failed to get HTTP URL content")
        found = self.by_id.get(file_id)
        if found is None:
            raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if found.kind != kind:
            raise Refusal(400, f"Bad Request: can't use file of type {found.kind.title()} as {kind.title()}")
        return found

    def get(self, file_id: str) -> Stored:
        found = self.by_id.get(file_id)
        if found is None:
            raise Refusal(400, "Bad Request: invalid file_id")
        if len(found.data) > DOWNLOAD_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        return found


def _photo(data: bytes) -> tuple[int, int]:
    if len(data) > PHOTO_BYTES:
        raise Refusal(
            400,
            f"Bad Request: file of size {len(data)} bytes is too big for a photo; "
            f"the maximum size is {PHOTO_BYTES} bytes",
        )
    size = image_size(data)
    if size is None:
        raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > SIDES or max(width, height) > RATIO * min(width, height):
        raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return width, height


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the head of a PNG, JPEG, GIF or WebP; None for anything else."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return struct.unpack(">II", data[16:24])
        if data[:3] == b"GIF":
            return struct.unpack("<HH", data[6:10])
        if data[:2] == b"\xff\xd8":
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at < len(data):
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None
