"""Pictures made on the spot, and the heads of those that are too large to make."""

from __future__ import annotations

import io
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


def courthouse(width: int = 640, height: int = 400) -> bytes:
    """A drawing, for pictures that people look at."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width, height), (198, 219, 235))
    pen, stone, shade = ImageDraw.Draw(image), (240, 235, 222), (178, 168, 146)
    ground, roof, left, right = height * 0.86, height * 0.36, width * 0.16, width * 0.84
    pen.rectangle((0, ground, width, height), fill=(126, 148, 118))
    pen.polygon([(left - 24, roof), (width / 2, height * 0.12), (right + 24, roof)], fill=stone, outline=shade, width=3)
    pen.rectangle((left - 12, roof, right + 12, roof + 26), fill=shade)
    pen.rectangle((left, roof + 26, right, ground - 26), fill=(214, 205, 184))
    for number in range(6):
        at = left + 14 + number * (right - left - 62) / 5
        pen.rectangle((at, roof + 26, at + 34, ground - 26), fill=stone, outline=shade, width=2)
    for number in range(3):
        top = ground - 26 + number * 10
        pen.rectangle((left - 14 - number * 12, top, right + 14 + number * 12, top + 12), fill=stone, outline=shade)
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()
