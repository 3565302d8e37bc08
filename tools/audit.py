"""`make audit`: whether a version in a hash-locked requirement file has a known weakness.

By pip-audit, which reads the files as they are and installs nothing. It says that all is well also where its database
knew none of the packages; here only what was looked up counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements-dev.txt", "tests/bench/peers/requirements.txt")
SERVICES = ("pypi", "osv")
KNOWN, UNASKED = 1, 3
"""How it ends: a weakness is known; the database could not be asked about every package, and nothing is said."""
PATIENCE = 600.0


def asked(file: Path, service: str, url: str = "") -> list[dict[str, Any]]:
    """Every package of the file as pip-audit reports it; none when the database could not be asked. `url`: where osv's
    database is, if not at its own address."""
    told = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    told += ["--osv-url", url] if url else []
    program = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--vulnerability-service", service, *told]
    try:
        ended = subprocess.run(program, capture_output=True, check=False, timeout=PATIENCE)  # noqa: S603 - our own words
        return list(json.loads(ended.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return []


def weaknesses(packages: list[dict[str, Any]]) -> list[str]:
    """One line each: package, version, the weakness, and which version has it no longer."""
    return [
        f"{one['name']} {one['version']}: {weak['id']}"
        + (f", mended in {', '.join(weak['fix_versions'])}" if weak["fix_versions"] else ", not mended yet")
        for one in packages
        for weak in one.get("vulns", ())
    ]


def judged(file: str, packages: list[dict[str, Any]], service: str) -> tuple[int, list[str]]:
    """How it ends for one file, and what is said."""
    weak = weaknesses(packages)
    unasked = [one["name"] for one in packages if "skip_reason" in one]
    if weak:
        return KNOWN, [f"{file}: {line}" for line in weak]
    if not packages or len(unasked) == len(packages):
        return UNASKED, [f"{file}: not audited: the database of {service} cannot be reached from here"]
    if unasked:
        return UNASKED, [f"{file}: not audited: {', '.join(unasked)}, which the database of {service} does not have"]
    return 0, [f"{file}: {len(packages)} packages, no known weakness"]


def main() -> int:
    service = os.environ.get("AUDIT_SERVICE", SERVICES[0])
    if service not in SERVICES:
        print(f"AUDIT_SERVICE={service}: not a database that is known here; one of {', '.join(SERVICES)}")
        return 2
    ended = []
    for file in FILES:
        code, lines = judged(file, asked(ROOT / file, service), service)
        print("\n".join(lines))
        ended.append(code)
    return KNOWN if KNOWN in ended else max(ended)


if __name__ == "__main__":
    sys.exit(main())
