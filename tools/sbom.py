"""`make sbom FILE`: what a run of the bot installs, as CycloneDX JSON.

Versions and hashes are those of requirements.txt, by cyclonedx-bom; the licences are what each package declares, read
from this environment, since a requirement file has none.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / "requirements.txt"


def made(kind: str, source: str, *, checked: bool) -> dict[str, Any]:
    """A bill of materials by cyclonedx-bom, `checked` against CycloneDX's schema; the same input, the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "bom.json")
        check = "--validate" if checked else "--no-validate"
        told = ["--output-reproducible", check, "--pyproject", str(ROOT / "pyproject.toml"), "-o", str(file)]
        program = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", kind, source, *told]
        subprocess.run(program, check=True)  # noqa: S603 - this interpreter, and files of this checkout
        return dict(json.loads(file.read_text(encoding="utf-8")))


def bill(locked: Path = LOCKED) -> dict[str, Any]:
    """The packages of a hash-locked requirement file, with the licences of those that are installed here."""
    found = made("requirements", str(locked), checked=True)
    licences = {
        (canonicalize_name(one["name"]), one["version"]): one["licenses"]
        for one in made("environment", sys.executable, checked=False)["components"]
        if "licenses" in one
    }
    for one in found["components"]:
        one.pop("description", None)  # the line of the file, with all its hashes once more
        declared = licences.get((canonicalize_name(one["name"]), one["version"]))
        if declared is not None:
            one["licenses"] = declared
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tools.sbom FILE")
    found, file = bill(), Path(sys.argv[1])
    try:
        file.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        sys.exit(f"{file}: cannot be written ({error.strerror}); name another file: make sbom SBOM=FILE")
    bare = [one["name"] for one in found["components"] if "licenses" not in one]
    print(f"{file}: {len(found['components'])} packages with versions and hashes, licences of all", end="")
    print(f" but {', '.join(bare)} (not installed on this system)" if bare else "")


if __name__ == "__main__":
    main()
