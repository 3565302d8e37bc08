"""Libraries that nobody would write: hypothesis changes sound files, and files are anything at all."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from content.check import check
from content.errors import InvalidLibrary
from content.library import Library
from content.loader import load
from tests.bench.delivery.yard import Yard
from tests.bench.faults.rows import Row, Seen
from tests.unit.content.folder import KINDS, SOUND, written
from tests.unit.content.test_loader import yamlish

SECONDS = 600
LONGEST = 20
"""Seconds after which a library counts as hung."""
Files = dict[str, str | bytes]


@st.composite
def libraries(draw: st.DrawFn) -> Files:
    """A sound library with up to four slips in one or two of its files, or with a file of anything."""
    files: Files = dict(SOUND)
    for name in draw(st.lists(st.sampled_from(sorted(SOUND)), min_size=1, max_size=2, unique=True)):
        text = SOUND[name]
        for _ in range(draw(st.integers(1, 4))):
            at, cut = draw(st.integers(0, len(text))), draw(st.integers(0, 30))
            text = text[:at] + draw(yamlish | st.text(max_size=5)) + text[at + cut :]
        files[name] = text.encode("utf-8", "surrogatepass")
    if draw(st.booleans()):
        kind = draw(st.sampled_from(KINDS))
        files[f"{kind}/junk.yaml"] = draw(st.binary(max_size=400) | yamlish.map(str.encode))
    return files


class Tally:
    def __init__(self) -> None:
        self.read = self.refused = self.faults = self.astray = 0
        self.longest = 0.0

    def take(self, root: Path) -> None:
        """Both must agree whether it can be served; a fault is astray when its place is in no file."""
        begun = time.monotonic()
        report = check(root, today=date.max)
        try:
            sound = isinstance(load(root), Library)
        except InvalidLibrary:
            sound = False
        self.longest = max(self.longest, time.monotonic() - begun)
        assert sound is not bool(report.faults), "check and load do not agree"
        self.read += 1
        self.refused += not sound
        self.faults += len(report.faults)
        self.astray += sum(not located(fault.path, fault.line, fault.column) for fault in report.faults)


def located(path: str, line: int, column: int) -> bool:
    if not Path(path).is_file():
        return Path(path).exists() and (line, column) == (1, 1)
    lines = Path(path).read_bytes().decode("utf-8", "replace")
    ends = sum(lines.count(end) for end in ("\n", "\r", "\x85", "\u2028", "\u2029"))
    return 1 <= line <= ends + 2 and column >= 1


@contextmanager
def hang_guard() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"a library was still not read after {LONGEST} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


async def fuzzed(yard: Yard) -> Seen:
    tally, ends, rounds = Tally(), time.monotonic() + yard.many(SECONDS, 2), 0
    while time.monotonic() < ends:
        rounds += 1
        yard.say(f"{tally.read:,} libraries read, {tally.refused:,} refused")
        one_round(tally, rounds, yard.many(300, 25))
    spent = yard.many(SECONDS, 2)
    told = (
        f"{tally.read:,} libraries in {spent} s, {tally.refused:,} refused with {tally.faults:,} faults: "
        f"no crash, no hang (the longest {tally.longest * 1000:.0f} ms), {tally.astray} faults without a place"
    )
    return Seen(told, tally.refused > 0 and not tally.astray)


def one_round(tally: Tally, number: int, examples: int) -> None:
    """Any exception but InvalidLibrary ends it, with the library that caused it made small."""

    @seed(number)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(libraries())
    def tried(files: Files) -> None:
        with tempfile.TemporaryDirectory(prefix="dauys-fuzz-") as folder, hang_guard():
            tally.take(written(Path(folder), files))

    tried()


ROWS = {
    "library-fuzz": Row(
        f"libraries that nobody would write, for {SECONDS // 60} minutes",
        fuzzed,
        "no hang, no crash, each fault with file, line and column",
    ),
}
