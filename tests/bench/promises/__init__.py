"""What is promised to readers, each promise with its figure: the second table of docs/reliability.md.

`python -m tests.bench promises --write` measures all of them; `promises:canary` one, `--quick` shortly. Where a promise
is held by tests, they are run, and the figure is what they counted (`record_property("told", ...)`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.bench.faults import kills
from tests.bench.faults.rows import Row, reported
from tests.bench.figures import Report
from tests.bench.promises import erased, tested, webhook

CANARY = ("tests/safety/test_canary.py", "tests/safety/test_uncaught.py")
HOSTILE = ("tests/safety/test_hostile.py",)
ROWS: dict[str, Row] = {
    "kills": Row(
        f"kill -9 at {kills.KILLS} random moments under load: acknowledged /stop or subscription lost",
        kills.acknowledged,
        "0",
    ),
    "canary": Row(
        "marked ids, texts and token in database, log beside it, backup, logs, exceptions, metrics",
        partial(tested.counted, tests=CANARY),
        "0",
    ),
    "erased": Row("bytes of a reader in any file after /stop was answered, also over kill -9", erased.left_over, "0"),
    "webhook": Row(
        "calls without the secret, with a wrong one, repeated, of 1 MB, not JSON, with a body that never ends",
        webhook.besieged,
        "refused, nothing done, memory bounded, honest calls answered meanwhile",
    ),
    "hostile": Row(
        "a corpus of hostile updates, then hypothesis",
        partial(tested.counted, tests=HOSTILE, long=True),
        "no unhandled exception, no change that was not asked for",
    ),
}
NOTES = ("Each is measured anew by `python -m tests.bench promises:NAME --write`.",)


def run(quick: bool, only: Sequence[str] = ()) -> Report:
    return reported("promises", ROWS, NOTES, quick, only)
