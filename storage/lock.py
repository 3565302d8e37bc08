"""One bot a folder: a lock that the system drops when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import Locked, ReadOnly


@contextmanager
def hold(data: Path) -> Iterator[None]:
    """Makes the folder (0700) if need be. Locked: another process holds it; ReadOnly: it cannot be written."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ReadOnly(f"DAUYS_DATA: {data} cannot be written ({error.strerror}); choose a writable folder") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Locked(f"DAUYS_DATA: another bot works in {data}; stop it, or choose another folder") from None
        try:
            yield
        finally:
            # Closing alone would leave it to a child process that has not yet begun its own program.
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)
