"""Each part of the desk's guards taken out of the source in turn: some attempt of the table then comes through, or
is no longer refused for its reason. Beside `test_bypass.py`, which does so for whole guards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FunctionType
from typing import cast

import pytest

from bot.desk import permit
from bot.desk.acts import Act
from bot.desk.check import digest
from bot.desk.seals import Seals
from bot.handlers import afterwards, alert, approve, door, sending
from bot.handlers.alert import STEPS
from bot.wire import flood
from storage import beginning
from storage.approvals import Approvals
from storage.broadcasts import unpack_audience
from storage.jobs import Jobs
from tests.fakes.mutants import mutate
from tests.telegram.desk import asked, drafted, execute, rows, subscribed, two_owners
from tests.telegram.test_bypass import BY_NAME, Case, Stage, changed, run
from tests.telegram.test_bypass_jobs import BY_NAME as JOBS

Attempt = Callable[[], Awaitable[object]]


async def longer(stage: Stage) -> Attempt:
    """A button of which the end of its life alone was changed."""
    await drafted(stage.first)
    _, data = stage.first.button("Discard")
    seal = data.rpartition(".")[2]
    return lambda: stage.data(stage.first, data.replace(seal, "zzzzz-" + seal.partition("-")[2]))


async def shown_instead(stage: Stage) -> Attempt:
    """*Hide …* turned into *Show …* under the same seal."""
    await stage.first.say("/hide Oksana Shevchuk")
    _, data = stage.first.button("Hide Oksana")
    return lambda: stage.data(stage.first, changed(data, 1, "sP"))


async def asked_before(stage: Stage) -> Attempt:
    """The *Approve* of an earlier request, after the draft was changed and asked for anew."""
    await asked(stage.first)
    await stage.second.sees("Approval is asked for.")
    held = stage.second.button("Approve")
    await stage.first.press("Back")
    await stage.first.press("Audience")
    await stage.first.press("Everyone")
    await stage.first.press("Back")
    await stage.first.press("Send now")
    await stage.first.press("Ask for approval")
    return lambda: stage.second.press_data(held[0]["message_id"], held[1])


def forged_send(text: str, before: tuple[str, ...] = ()) -> Callable[[Stage], Awaitable[Attempt]]:
    """*Ask for approval* of a draft for which the pre-flight offers none, with the right hash."""

    async def attempt(stage: Stage) -> Attempt:
        for command in before:
            await stage.first.say(command)
        await drafted(stage.first, text)
        if not before:
            await spoilt(stage)
        ((payload, audience),) = rows(stage.house, "SELECT payload, audience FROM broadcast")
        whole = digest(payload, unpack_audience(audience), 0.0)
        return lambda: stage.data(stage.first, f"1en.al.ask.1.{whole[:12]}.x")

    return attempt


async def spoilt(stage: Stage) -> None:
    """The draft has a text that Telegram would refuse."""
    await execute(stage.house, "UPDATE broadcast SET payload = ''")


CASES = [
    Case("a longer life under the same seal", "sealed", longer),
    Case("to hide turned into to show", "sealed", shown_instead),
    Case("an Approve of an earlier request", "changed", asked_before),
    Case("a text that Telegram refuses is sent", "faulty", forged_send("Court."), leaked=True),
    Case("a text that names somebody hidden is sent", "hidden",
         forged_send("О деле Шевчук.", ("/hide oksana-shevchuk",)), leaked=True),
]  # fmt: skip
ALL = BY_NAME | JOBS | {case.name: case for case in CASES}

MUTANTS: list[tuple[object, str, str, str]] = [
    (Seals._mac, "(person, minute, *said)", "(0, minute, *said)", "another owner replays a button"),
    (Seals._mac, "(person, minute, *said)", "(person, 0, *said)", "a longer life under the same seal"),
    (Seals._mac, "(person, minute, *said)", "(person, minute, *said[1:])", "to hide turned into to show"),
    (Seals._mac, "(person, minute, *said)", "(person, minute, said[0], *said[2:])", "another verb under a seal"),
    (Seals._mac, "(person, minute, *said)", "(person, minute, *said[:2], *said[3:])", "another draft under a seal"),
    (Seals._mac, "(person, minute, *said)", "(person, minute, *said[:3])", "another moment under a seal"),
    (Seals.read, "or mac != self._mac(person, minute, said)", "", "another audience under a seal"),
    (Seals.read, "int(minute, 36) * 60.0", "9e12", "a button older than a day"),
    (door.sealed_claim, "sealed=seal.fits", "sealed=True", "another owner replays a button"),
    (door.claim, " and not (own and message and message.sender_chat)", "", "an anonymous admin"),
    (door.claim, "message.forward_origin or ", "", "a forwarded command"),
    (door.claim, " or message.via_bot", "", "a command by way of another bot"),
    (door.claim, "new=pressed or update.message is not None", "new=True", "an edited message becomes a command"),
    (door.enter, "permit(asked, context.services.roster)", "None", "a reader: /alert"),
    (alert.pressed, "author=author if step.own else None", "author=None", "somebody else's draft is sent"),
    (alert.pressed, "not_by=author if step.others else None", "not_by=None", "the writer rejects their own"),
    (approve._still_asked, "and services.now() < request.expires", "", "the request has run out"),
    (approve._still_asked, "request.state is ApprovalState.PENDING and", "", "the request was withdrawn"),
    (approve._still_asked, "request.digest == whole and ", "", "the payload was changed after the request"),
    (approve._still_asked, " and whole.startswith(press.said or \"-\")", "", "an Approve of an earlier request"),
    (sending.ready, "if await refused(press, \"changed\"", "if False and await refused(press, \"changed\"",
     "a pre-flight before another audience"),
    (sending.ready, "if await refused(press, \"hidden\"", "if False and await refused(press, \"hidden\"",
     "a text that names somebody hidden is sent"),
    (sending.ready, "return not await refused(press, \"faulty\"", "return True or await refused(press, \"faulty\"",
     "a text that Telegram refuses is sent"),
    (sending.send_now, "or await refused(press, \"two\", await two(services))", "",
     "one person sends where two must agree"),
    (sending.send_now, "elif desk.of is not None:", "elif False:", "a correction written before another one"),
    (beginning.begin, "if await _overtaken(connection, row):", "if False:",
     "the message was recalled after the request"),
    (beginning._overtaken, "or_(set_off(row[\"of\"], Kind.RECALL), later)", "later",
     "the message was recalled after the request"),
    (beginning._overtaken, "or_(set_off(row[\"of\"], Kind.RECALL), later)", "set_off(row[\"of\"], Kind.RECALL)",
     "a correction written before another one"),
    (Approvals.approve, "if not begun:", "if False:", "the message was recalled after the request"),
    (approve.approve, "await note(services, press.person, f\"approve {press.broadcast.id}\", \"late\")", "pass",
     "the message was recalled after the request"),
    (sending.ready, "if await refused(press, \"hidden\"", "if False and await refused(press, \"hidden\"",
     "a correction that names somebody hidden"),
    (afterwards.retry, "if await refused(press, \"hidden\"", "if False and await refused(press, \"hidden\"",
     "a retry that names somebody hidden"),
    (afterwards.retry, "if await refused(press, \"changed\"", "if False and await refused(press, \"changed\"",
     "a retry that was carried out already"),
    (afterwards.recall, "if await refused(press, \"changed\"", "if False and await refused(press, \"changed\"",
     "a recall that was carried out already"),
    (Jobs.retry, " or await self._open(connection, of, Kind.RETRY)", "",
     "a second retry while the first has not ended"),
    (alert.pressed, "broadcast is None or broadcast.kind not in step.of", "broadcast is None",
     "a correction has no au"),
]  # fmt: skip
"""Where, what is taken out, what stands there instead, and the attempt that shows it."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_attempt_is_refused(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await run(case, tmp_path / "data", monkeypatch)


@pytest.mark.parametrize(("function", "old", "new", "case"), MUTANTS, ids=[f"{old} -> {new}: {name}" for _, old, new,
                                                                          name in MUTANTS])  # fmt: skip
async def test_without_a_part_of_a_guard_a_case_is_red(
    function: object, old: str, new: str, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off() -> None:
        mutate(monkeypatch, cast("FunctionType", function), old, new)

    before = function is Seals._mac  # the buttons of the scene bear such seals
    if before:
        off()
    with pytest.raises(AssertionError):
        await run(ALL[case], tmp_path / "data", monkeypatch, None if before else off)


def test_every_guard_of_the_door_is_one_that_a_claim_can_fail() -> None:
    """Each reads at least one thing of the claim: a guard that lets everything through would be none."""
    for name, guard in permit.GUARDS.items():
        assert guard.__code__.co_names, name


FOREIGN = {Act.COMPOSE: "approver", Act.APPROVE: "editor"}


@pytest.mark.parametrize("kind", ["approver", "editor"])
async def test_every_button_asks_for_its_right(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the other role tries every button that is not theirs, with seals that fit."""
    await _tries(
        tmp_path, monkeypatch, kind, "role", [verb for verb, step in STEPS.items() if FOREIGN.get(step.act) == kind]
    )


@pytest.mark.parametrize(("by", "guard", "verbs"), [
    ("second", "author", [verb for verb, step in STEPS.items() if step.own]),
    ("first", "another", [verb for verb, step in STEPS.items() if step.others]),
    ("reader", "role", list(STEPS)),
])  # fmt: skip
async def test_every_button_is_for_its_author_or_for_others_and_never_for_a_reader(
    by: str, guard: str, verbs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _tries(tmp_path, monkeypatch, by, guard, verbs)


async def _tries(folder: Path, monkeypatch: pytest.MonkeyPatch, by: str, guard: str, verbs: list[str]) -> None:
    monkeypatch.setattr(flood, "BURST", 1e6)  # so many taps at once would not be answered
    async with two_owners(folder / "data") as (house, first, second):
        (reader,) = await subscribed(house, 1)
        stage = Stage(house, first, second, reader, monkeypatch)
        person = await stage.named(by) if by in FOREIGN.values() else getattr(stage, by)
        await asked(first)
        await second.sees("Approval is asked for.")
        monkeypatch.setitem(permit.GUARDS, "sealed", lambda *_: True)
        before = stage.snapshot()
        monkeypatch.setattr(door, "log", stage)
        for verb in verbs:
            stage.refused.clear()
            await stage.data(person, f"1en.al.{verb}.1..x")
            assert stage.refused == [guard], verb
        assert stage.snapshot() == before
    assert verbs


async def test_what_is_refused_to_an_admin_stands_in_the_audit_log(tmp_path: Path) -> None:
    async with two_owners(tmp_path / "data") as (house, first, second):
        (reader,) = await subscribed(house, 1)
        await drafted(first)
        _, data = first.button("Discard")
        await second.press_data(second.last["message_id"], data)
        await reader.press_data(reader.last["message_id"], data)
        entries = rows(house, "SELECT action, detail FROM audit")
        assert entries == [("refused", "no 1: sealed")]
