"""A promise that tests hold: they are run, and what they counted is the figure."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from bot.bench.processes import ROOT, Broken
from tests.bench.delivery.yard import Yard
from tests.bench.faults.rows import Seen


async def counted(yard: Yard, *, tests: Sequence[str], long: bool = False) -> Seen:
    """`long`: hypothesis looks for as long as its profile of that name says."""
    with tempfile.TemporaryDirectory(prefix="dauys-promise-") as folder:
        found = Path(folder) / "found.xml"
        options = [
            f"--junitxml={found}",
            "-o",
            "junit_family=xunit1",
            *(["--hypothesis-profile=long"] if long and not yard.quick else []),
        ]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", *options, *tests), cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        if not found.is_file():
            raise Broken(said.decode(errors="replace")[-200:])
        suites = ElementTree.parse(found).getroot()  # noqa: S314 - written by the pytest that was just run
    cases = list(suites.iter("testcase"))
    red = [case.get("name", "") for case in cases if case.find("failure") is not None or case.find("error") is not None]
    told = [one.get("value", "") for one in suites.iter("property") if one.get("name") == "told"]
    told.append(f"{len(cases)} tests, {len(red)} red" + (f": {red[0]}" if red else ""))
    return Seen("; ".join(told), process.returncode == 0 and not red and len(told) > 1)
