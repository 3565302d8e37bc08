"""ICU's transliteration through its own tool `uconv` (Debian: icu-devtools), many lines in one call."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

SCHEMES = ("Russian-Latin/BGN", "Kazakh-Latin/BGN", "Cyrillic-Latin", "Any-Latin; Latin-ASCII")
MISSING = "ICU's schemes are left out: `uconv` is not installed (Debian: apt-get install icu-devtools)"


def available() -> bool:
    return shutil.which("uconv") is not None


def transliterated(scheme: str, texts: Sequence[str]) -> list[str]:
    done = subprocess.run(
        ["uconv", "-f", "utf-8", "-t", "utf-8", "-x", scheme],
        input="\n".join(texts),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.split("\n")
