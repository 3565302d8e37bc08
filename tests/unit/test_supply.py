"""What is installed: by hash alone, listed in full, and asked about without a false all-clear."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.audit import FILES, KNOWN, UNASKED, asked, judged
from tools.sbom import LOCKED, bill

ROOT = Path(__file__).resolve().parents[2]
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)([^\n]*(?:\n    --hash=[^\n]*)*)", re.MULTILINE)


def locked(file: Path) -> dict[tuple[str, str], set[str]]:
    """Package and version -> hashes, read from the file's own lines."""
    text = file.read_text(encoding="utf-8").replace(" \\\n", "\n")
    return {
        (name, version): set(re.findall(r"sha256:([0-9a-f]{64})", rest))
        for name, version, rest in _LOCKED.findall(text)
    }


def test_the_bill_lists_exactly_what_is_locked_with_its_hashes() -> None:
    wanted = locked(LOCKED)
    assert len(wanted) >= 40
    made = bill()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made)) is None
    found = {
        (one["name"], one["version"]): {
            made["content"]
            for place in one["externalReferences"]
            for made in place["hashes"]
            if made["alg"] == "SHA-256"
        }
        for one in made["components"]
    }
    assert found == wanted
    assert len(made["components"]) == len(wanted)
    licences = {one["name"]: json.dumps(one.get("licenses", "")) for one in made["components"]}
    assert '"MIT"' in licences["pydantic"]
    assert "LGPL-3.0-only" in licences["python-telegram-bot"]
    assert [name for name, said in licences.items() if said == '""' and name != "colorama"] == []


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_has_a_hash_and_no_file_names_an_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    every = locked(ROOT / name)
    assert len(every) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE))
    assert [which for which, hashes in every.items() if not hashes] == []
    assert not re.search(r"^\s*-(?!-hash)|://", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_nothing_is_installed_but_by_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if re.search(r"(?:\$\(PIP\)|pip) install", line)]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps" not in line] == []


def wheel(folder: Path, body: str) -> Path:
    """The smallest package that pip installs."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tiny.py", body)
        made.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        made.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\n")
    return path


def installed(folder: Path) -> subprocess.CompletedProcess[str]:
    told = ["--no-index", "--find-links", str(folder), "--require-hashes", "--target", str(folder / "there")]
    program = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", *told]
    return subprocess.run([*program, "-r", str(folder / "locked.txt")], capture_output=True, text=True, check=False)


def test_an_altered_wheel_is_not_installed(tmp_path: Path) -> None:
    path = wheel(tmp_path, "words = 'ours'\n")
    tmp_path.joinpath("locked.txt").write_text(
        f"tiny==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
    )
    ours = path.read_bytes()
    wheel(tmp_path, "words = 'theirs'\n")
    refused = installed(tmp_path)
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert not tmp_path.joinpath("there", "tiny.py").exists()
    path.write_bytes(ours)
    assert installed(tmp_path).returncode == 0
    assert tmp_path.joinpath("there", "tiny.py").read_text() == "words = 'ours'\n"


class Database(BaseHTTPRequestHandler):
    """Weaknesses as osv tells them: one of a package called tiny."""

    def do_POST(self) -> None:
        name = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]
        affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges, "versions": ["1.0"]}]
        told = {"id": "PYSEC-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": affected}
        answer = json.dumps({"vulns": [told]} if name == "tiny" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def database() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Database)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_known_weakness_is_named_with_what_mends_it(tmp_path: Path, database: str) -> None:
    file = tmp_path / "locked.txt"
    file.write_text("".join(f"{name}==1.0 --hash=sha256:{'0' * 64}\n" for name in ("tiny", "sound")))
    code, lines = judged("locked.txt", asked(file, "osv", database), "osv")
    assert code == KNOWN
    assert lines == ["locked.txt: tiny 1.0: PYSEC-2026-1, mended in 1.1"]
    file.write_text(f"sound==1.0 --hash=sha256:{'0' * 64}\n")
    assert judged("locked.txt", asked(file, "osv", database), "osv") == (
        0,
        ["locked.txt: 1 packages, no known weakness"],
    )


def test_a_database_out_of_reach_is_said_in_one_line_and_is_no_all_clear(tmp_path: Path) -> None:
    file = tmp_path / "locked.txt"
    file.write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    code, lines = judged("locked.txt", asked(file, "osv", "http://127.0.0.1:1/v1/query"), "osv")
    assert code == UNASKED
    assert lines == ["locked.txt: not audited: the database of osv cannot be reached from here"]


SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "odd", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND, SOUND], 0, "f: 2 packages, no known weakness"),
        ([SKIPPED, SKIPPED], UNASKED, "f: not audited: the database of pypi cannot be reached from here"),
        ([SOUND, SKIPPED], UNASKED, "f: not audited: odd, which the database of pypi does not have"),
        ([], UNASKED, "f: not audited: the database of pypi cannot be reached from here"),
    ],
    ids=["all asked", "none known there", "one unknown there", "no answer"],
)
def test_only_what_was_looked_up_counts(packages: list[dict[str, Any]], code: int, said: str) -> None:
    assert judged("f", packages, "pypi") == (code, [said])
