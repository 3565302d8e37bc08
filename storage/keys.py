"""Encryption of chat ids.

One deterministic AES-SIV value (RFC 5297) is lookup key and ciphertext at once; the key is derived with
HKDF-SHA256 (RFC 5869) from a master key that lives in a file of its own. A hash would not do: chat ids are
about 2^40, and whoever holds the database could try them all.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import MissingKey, ReadOnly, WrongKey

MASTER_BYTES = 32
_CHECK = b"dauys key check"


def make_master_key(path: Path) -> bytes:
    """Writes a new key, 0600, never over an existing file; ReadOnly when the place cannot be written."""
    key = secrets.token_bytes(MASTER_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ReadOnly(f"DAUYS_KEY_FILE: {path} cannot be made ({error.strerror}); choose a writable place") from None
    with os.fdopen(handle, "wb") as file:
        file.write(base64.urlsafe_b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_master_key(path: Path) -> bytes:
    try:
        key = base64.urlsafe_b64decode(path.read_bytes().strip())
    except FileNotFoundError:
        raise MissingKey(
            f"DAUYS_KEY_FILE: no key at {path}, but there is a database made with one; bring the key back"
        ) from None
    except (OSError, ValueError):
        raise WrongKey(
            f"DAUYS_KEY_FILE: {path} holds no master key; expected the file that the first start made"
        ) from None
    if len(key) != MASTER_BYTES:
        raise WrongKey(f"DAUYS_KEY_FILE: {path} holds no master key; expected the file that the first start made")
    return key


class Keys:
    """The derived key of one generation (`kid`) for one database and one bot."""

    def __init__(self, master: bytes, database: str, kid: int, bot_id: int) -> None:
        self.kid = kid
        self._siv = AESSIV(_derive(master, database, f"cid/{kid}", 64))
        self._mac = _derive(master, database, f"audit/{kid}", 32)
        self._stamp = _derive(master, database, f"button/{kid}", 32)
        self._bot = str(bot_id).encode()

    def seal(self, field: str, number: int) -> bytes:
        """24 bytes: a 16-byte tag and the encrypted 64-bit number. The same number gives the same bytes."""
        return self._siv.encrypt(number.to_bytes(8, "big", signed=True), self._about(field))

    def open(self, field: str, sealed: bytes) -> int:
        try:
            return int.from_bytes(self._siv.decrypt(sealed, self._about(field)), "big", signed=True)
        except InvalidTag:
            raise WrongKey("a stored number does not open with this key; was the key file exchanged?") from None

    def check_value(self) -> bytes:
        return self._siv.encrypt(_CHECK, [b"check", str(self.kid).encode()])

    def fits(self, check_value: bytes) -> bool:
        try:
            return self._siv.decrypt(check_value, [b"check", str(self.kid).encode()]) == _CHECK
        except InvalidTag:
            return False

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA256, for the chain of the audit log."""
        code = HMAC(self._mac, SHA256())
        code.update(data)
        return code.finalize()

    def stamp(self, data: bytes) -> bytes:
        """HMAC-SHA256, for buttons: what an admin's button says cannot be made up."""
        code = HMAC(self._stamp, SHA256())
        code.update(data)
        return code.finalize()

    def _about(self, field: str) -> list[bytes]:
        return [field.encode(), b"v1", str(self.kid).encode(), self._bot]


class Ring(Keys):
    """What the repositories hold: the active generation and, while a rotation is under way, the one before it."""

    def __init__(self, active: Keys, old: Keys | None = None) -> None:
        self._active, self._old = active, old
        self.kid = active.kid

    @property
    def old(self) -> Keys | None:
        return self._old

    def turn(self, new: Keys) -> None:
        """From now on `new` seals; what the one before has sealed can still be opened."""
        self._active, self._old, self.kid = new, self._active, new.kid

    def become(self, other: Ring) -> None:
        """As another replica has exchanged it."""
        self._active, self._old, self.kid = other._active, other._old, other.kid

    def finish(self) -> None:
        """Nothing is left that the old generation has sealed."""
        self._old = None

    def seal(self, field: str, number: int) -> bytes:
        return self._active.seal(field, number)

    def seals(self, field: str, number: int) -> list[bytes]:
        """Every form in which the number may lie in the database; the first is the one to write."""
        return [keys.seal(field, number) for keys in (self._active, self._old) if keys is not None]

    def open(self, field: str, sealed: bytes) -> int:
        try:
            return self._active.open(field, sealed)
        except WrongKey:
            if self._old is None:
                raise
            return self._old.open(field, sealed)

    def check_value(self) -> bytes:
        return self._active.check_value()

    def fits(self, check_value: bytes) -> bool:
        return self._active.fits(check_value)

    def mac(self, data: bytes) -> bytes:
        return self._active.mac(data)

    def stamp(self, data: bytes) -> bytes:
        return self._active.stamp(data)

    def stamps(self, data: bytes) -> list[bytes]:
        """Likewise every form; the first is the one to write."""
        return [keys.stamp(data) for keys in (self._active, self._old) if keys is not None]


def _derive(master: bytes, database: str, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=database.encode(), info=purpose.encode()).derive(master)
