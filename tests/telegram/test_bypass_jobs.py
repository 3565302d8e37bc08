"""Ways round the desk's rules for what follows a broadcast: retry, recall and correction. As `test_bypass.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.desk.check import digest
from bot.handlers import afterwards, approve, door, sending
from storage.broadcasts import unpack_audience
from tests.telegram.desk import TEXT, drafted, execute, rows
from tests.telegram.house import Person, until
from tests.telegram.test_afterwards import press_exactly
from tests.telegram.test_bypass import Attempt, Case, Stage, changed, run, soon

NEW = "Other: court on Tuesday."


async def sent(stage: Stage, text: str = TEXT, *, failed: bool = False) -> None:
    """Broadcast 1 of the first owner went out; with `failed` it did not reach the reader."""
    reader = stage.house.sandbox.world.people[stage.reader.id]
    reader.started = not failed
    await drafted(stage.first, text)
    await stage.first.press("Send now")
    await stage.first.press("Ask for approval")
    await stage.second.press("Approve")
    await until(lambda: rows(stage.house, "SELECT state FROM broadcast") == [("done",)])
    reader.started = True
    await opened(stage.first)


async def opened(person: Person) -> None:
    """Its report."""
    await person.say("/broadcasts")
    await press_exactly(person, next(label for label in person.labels() if label.startswith("№ 1")))


async def corrected(stage: Stage, person: Person | None = None, text: str = NEW) -> Person:
    """The first owner's correction, drafted: broadcast 2, and 3 for its notice."""
    writer = person or stage.first
    await opened(writer)
    await press_exactly(writer, "Correct")
    await writer.sees("Send the corrected text in English")
    stage.say(writer, text)
    await writer.sees("Above is exactly what readers will see")
    return writer


def held(by: str, labels: tuple[str, ...], index: int = 0, value: str = "", *, failed: bool = False) -> Attempt:
    """The last of these buttons of the first owner's, pressed by somebody, with one part changed if `value`."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await sent(stage, failed=failed)
        for label in labels[:-1]:
            await press_exactly(stage.first, label)
        _, data = stage.first.button(labels[-1])
        return lambda: stage.data(getattr(stage, by), changed(data, index, value) if value else data)

    return attempt


def forged(by: str, verb: str) -> Attempt:
    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await sent(stage)
        return lambda: stage.data(getattr(stage, by), f"1en.al.{verb}.1..")

    return attempt


def role(kind: str, verb: str) -> Attempt:
    """Somebody who was named approver alone."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        person = await stage.named(kind)
        await sent(stage)
        return lambda: stage.data(person, f"1en.al.{verb}.1..")

    return attempt


def about_a_draft(by: str, label: str, verb: str = "") -> Attempt:
    """A button under the first owner's drafted correction."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await sent(stage)
        await corrected(stage)
        _, data = stage.first.button(label)
        return lambda: stage.data(getattr(stage, by), changed(data, 2, verb) if verb else data)

    return attempt


def approval(by: str, before: Callable[[Stage], Awaitable[object]] | None = None) -> Attempt:
    """The second owner's *Approve* of a correction."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await sent(stage)
        await corrected(stage)
        await stage.first.press("Correct now")
        await stage.first.press("Ask for approval")
        await stage.second.sees("Correction of № 1")
        _, data = stage.second.button("Approve")
        if before is not None:
            await before(stage)
        return lambda: stage.data(getattr(stage, by), data)

    return attempt


async def recalled(stage: Stage) -> None:
    await opened(stage.second)
    await press_exactly(stage.second, "Recall")
    await stage.second.press("Delete for 1 reader")
    await until(lambda: rows(stage.house, "SELECT state FROM broadcast WHERE kind = 'recall'") == [("done",)])


async def recalled_twice(stage: Stage) -> Callable[[], Awaitable[object]]:
    await sent(stage)
    await press_exactly(stage.first, "Recall")
    _, data = stage.first.button("Delete for 1 reader")
    await recalled(stage)
    return lambda: stage.data(stage.first, data)


async def retried_twice(stage: Stage) -> Callable[[], Awaitable[object]]:
    await sent(stage, failed=True)
    await press_exactly(stage.first, "Retry the failed")
    _, data = stage.first.button("Send again to 1 reader")
    stage.house.sandbox.world.people[stage.reader.id].started = False
    await stage.data(stage.first, data)
    await until(lambda: rows(stage.house, "SELECT state FROM broadcast WHERE kind = 'retry'") == [("done",)])
    stage.house.sandbox.world.people[stage.reader.id].started = True
    return lambda: stage.data(stage.first, data)


async def two_retries_at_once(stage: Stage) -> Callable[[], Awaitable[object]]:
    """The other owner's confirmation is as good as the first one's, until one of them is pressed."""
    await sent(stage, failed=True)
    await press_exactly(stage.first, "Retry the failed")
    _, data = stage.first.button("Send again to 1 reader")
    stage.say(stage.first, "/halt")
    await stage.first.sees("Halted.")
    await stage.data(stage.first, data)
    await until(lambda: rows(stage.house, "SELECT state FROM broadcast WHERE kind = 'retry'") == [("paused",)])
    stage.monkeypatch.setattr(afterwards, "_seen", lambda reach: data.split(".")[4])
    return lambda: stage.data(stage.first, data)


async def retried_though_hidden(stage: Stage) -> Callable[[], Awaitable[object]]:
    """The message names somebody whom an owner has hidden since."""
    await sent(stage, "Court on Monday: Oksana Shevchuk.", failed=True)
    await press_exactly(stage.first, "Retry the failed")
    _, data = stage.first.button("Send again to 1 reader")
    await stage.second.say("/hide oksana-shevchuk")
    return lambda: stage.data(stage.first, data)


async def corrected_with_a_hidden_name(stage: Stage) -> Callable[[], Awaitable[object]]:
    """A forged *Ask for approval*, with the right hash, of words for which the pre-flight offers none."""
    await stage.second.say("/hide oksana-shevchuk")
    await sent(stage)
    await corrected(stage, text=f"{NEW} Oksana Shevchuk.")
    parts = rows(stage.house, "SELECT payload, audience FROM broadcast WHERE id > 1 ORDER BY id")
    whole = digest("\0".join(payload for payload, _ in parts), unpack_audience(parts[0][1]), 0.0)
    return lambda: stage.data(stage.first, f"1en.al.ask.2.{whole[:12]}.x")


async def written_before_another(stage: Stage) -> Callable[[], Awaitable[object]]:
    """A correction of what was corrected anew since: it would put older words back."""
    await sent(stage)
    await until(lambda: not rows(stage.house, "SELECT 1 FROM panel"))  # nothing is under way when it stops
    stage.house.settings["approvals"] = "1"
    await stage.house.stop()
    await stage.house.start()
    await corrected(stage)
    await stage.first.press("Correct now")
    late = stage.first.button("Correct for 1 reader")
    await corrected(stage, stage.second)
    await stage.second.press("Correct now")
    await stage.second.press("Correct for 1 reader")
    await stage.second.sees("Told of the correction: 1 of 1.")
    return lambda: stage.first.press_data(late[0]["message_id"], late[1])


async def alone(stage: Stage) -> Callable[[], Awaitable[object]]:
    """A *Correct for …* from before two had to agree."""
    await sent(stage)
    for approvals in ("1", "2"):
        stage.house.settings["approvals"] = approvals
        await stage.house.stop()
        await stage.house.start()
        if approvals == "1":
            await corrected(stage)
            await stage.first.press("Correct now")
            kept = stage.first.button("Correct for 1 reader")
    return lambda: stage.first.press_data(kept[0]["message_id"], kept[1])


def answered(stage: Stage, text: str, **more: object) -> object:
    return stage.say(stage.first, text, **more)


async def forwarded_words(stage: Stage) -> Callable[[], Awaitable[object]]:
    await sent(stage)
    await press_exactly(stage.first, "Correct")
    await stage.first.sees("Send the corrected text in English")
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    return lambda: soon(answered(stage, "Other words.", forward_origin=origin))


PAYLOAD = "UPDATE broadcast SET payload = replace(payload, 'Tuesday', 'Sunday') WHERE kind = "
CASES = [
    *(Case(f"a reader's forged button: {verb}", "role", forged("reader", verb))
      for verb in ("rt", "ry", "rc", "rn", "co", "cs")),
    *(Case(f"an approver presses {verb}", "role", role("approver", verb), leaked=True)
      for verb in ("ry", "rn", "co", "cs")),
    Case("a reader replays an owner's recall", "role", held("reader", ("Recall", "Delete for 1 reader"))),
    Case("another owner replays a recall", "sealed", held("second", ("Recall", "Delete for 1 reader"))),
    Case("another owner replays a retry", "sealed",
         held("second", ("Retry the failed", "Send again to 1 reader"), failed=True)),
    Case("the question becomes the recall", "sealed", held("first", ("Recall",), 2, "rn")),
    Case("the question becomes the retry", "sealed", held("first", ("Retry the failed",), 2, "ry", failed=True)),
    Case("the recall of another number", "sealed", held("first", ("Recall", "Delete for 1 reader"), 3, "2")),
    Case("a recall that was carried out already", "changed", recalled_twice),
    Case("a retry that was carried out already", "changed", retried_twice),
    Case("a retry that names somebody hidden", "hidden", retried_though_hidden),
    Case("a correction that names somebody hidden", "hidden", corrected_with_a_hidden_name, leaked=True),
    Case("a second retry while the first has not ended", "decided", two_retries_at_once),
    Case("somebody else's correction is discarded", "author", about_a_draft("second", "Discard"), leaked=True),
    Case("somebody else's correction goes out", "author", about_a_draft("second", "Correct now"), leaked=True),
    Case("another owner presses Correct now", "sealed", about_a_draft("second", "Correct now")),
    *(Case(f"a correction has no {verb}", "decided", about_a_draft("first", "Preview", verb), leaked=True)
      for verb in ("au", "as", "at", "am", "ar", "sc", "ss", "tr", "rn")),
    Case("a forwarded text for a correction", "unforwarded", forwarded_words),
    Case("the writer approves their own correction", "another", approval("first"), leaked=True),
    Case("a reader approves a correction", "role", approval("reader")),
    Case("the corrected words were changed after the request", "changed",
         approval("second", lambda s: execute(s.house, PAYLOAD + "'correct'"))),
    Case("the notice was changed after the request", "changed",
         approval("second", lambda s: execute(s.house, PAYLOAD + "'notice'"))),
    Case("the request for a correction has run out", "decided",
         approval("second", lambda s: execute(s.house, "UPDATE approval SET expires = 1"))),
    Case("the message was recalled after the request", "late", approval("second", recalled)),
    Case("one person corrects where two must agree", "two", alone),
    Case("a correction written before another one", "overtaken", written_before_another),
]  # fmt: skip
BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_attempt_is_refused(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await run(case, tmp_path / "data", monkeypatch)


STEPS = {
    "changed": "a recall that was carried out already",
    "two": "one person corrects where two must agree",
}
"""Guard of a step -> an attempt that it alone refuses in so many words."""


@pytest.mark.parametrize("guard", STEPS)
async def test_without_a_steps_guard_its_case_is_red(
    guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = sending.refused

    async def but_this(press: door.Press, why: str, true: bool) -> bool:
        return await refused(press, why, true and why != guard)

    def off() -> None:
        for module in (sending, approve, afterwards):
            monkeypatch.setattr(module, "refused", but_this)

    with pytest.raises(AssertionError):
        await run(BY_NAME[STEPS[guard]], tmp_path / "data", monkeypatch, off)
