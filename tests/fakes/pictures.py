"""Pictures made on the spot, and the heads of those that are too large to make."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 320, height: int = 200, colour: tuple[int, int, int] = (47, 126, 196)) -> bytes:
    """A whole picture in one colour."""
    rows = (b"\x00" + bytes(colour) * width) * height
    return _head(width, height) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def png_head(width: int, height: int) -> bytes:
    """No picture, but enough of one to read its size."""
    return _head(width, height)


def _head(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


GIF = b"GIF89a" + struct.pack("<HH", 30, 20) + b"\x00\x00\x00"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
)  # fmt: skip
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + bytes([29, 0, 0, 19, 0, 0])
