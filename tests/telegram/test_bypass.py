"""Ways round the desk's rules: each refused, logged, nothing sent or changed; and each guard is what stops some."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.desk import permit, seals
from bot.handlers import approve, door, sending
from bot.handlers.panels import Panels
from tests.telegram.desk import asked, drafted, execute, rows, subscribed, two_owners
from tests.telegram.house import House, Person

FORWARD = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
BOT = {"id": 77, "is_bot": True, "first_name": "b", "username": "other_bot"}
GROUP = {"chat": {"id": -100123456, "type": "supergroup", "title": "g"}}
NEW = 5550000105
"""Somebody who is named editor, approver, or both."""


@dataclass
class Stage:
    """Two owners, a reader, and a log of what was refused."""

    house: House
    first: Person
    second: Person
    reader: Person
    monkeypatch: pytest.MonkeyPatch
    refused: list[str] = field(default_factory=list)

    def warning(self, _: str, *, guard: str = "", **more: Any) -> None:
        self.refused.append(guard)

    def say(self, person: Person, text: str, **more: Any) -> object:
        return self.house.sandbox.world.say(person.id, text, **more)

    async def data(self, person: Person, data: str) -> None:
        await person.press_data(person.last["message_id"], data)

    def snapshot(self) -> object:
        """All that an order at the desk could change."""
        queries = (
            "SELECT id, state, payload, audience, start_at FROM broadcast ORDER BY id",
            "SELECT content FROM draft ORDER BY broadcast_id",
            "SELECT broadcast_id, decider, reason FROM approval ORDER BY broadcast_id",
            "SELECT cid, role FROM admin ORDER BY cid, role",
        )
        return [rows(self.house, query) for query in queries]

    async def named(self, *roles: str, counts: bool = True) -> Person:
        """A third person with these roles."""
        person = Person(self.house.sandbox, NEW)
        if NEW not in self.house.sandbox.world.people:
            self.house.sandbox.world.add_person("Named", "en")
        await person.say("/start")
        await self.first.say("/admins")
        await self.first.press("Name an admin")
        await self.first.say(str(NEW))
        await self.first.press({"editor": "Write", "approver": "Approve", "both": "Both"}[roles[0]])
        await person.sees("named an admin")
        if counts:
            await execute(self.house, "UPDATE admin SET counts_from = 1")
            await self.house.stop()
            await self.house.start()
        return person


Attempt = Callable[[Stage], Awaitable[Callable[[], Awaitable[object]]]]
"""Sets the scene; what it returns is the attempt itself."""


@dataclass(frozen=True)
class Case:
    name: str
    guard: str
    attempt: Attempt
    leaked: bool = False
    """The key of the seals is known to the attacker: the other guards must do."""


def changed(data: str, index: int, value: str) -> str:
    parts = data.split(".")
    parts[index] = value
    return ".".join(parts)


async def soon(act: object) -> None:
    if isinstance(act, Awaitable):
        await act
    await asyncio.sleep(0.05)


def message(by: str, text: str, **more: Any) -> Attempt:
    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        return lambda: soon(stage.say(getattr(stage, by), text, **more))

    return attempt


def edited(text: str) -> Attempt:
    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        said = stage.house.sandbox.world.say(stage.first.id, "hello")
        await stage.first.handled()

        async def edit() -> None:
            stage.house.sandbox.world.edit_own(stage.first.id, said["message_id"], text)

        return lambda: soon(edit())

    return attempt


def forged(by: str, data: str) -> Attempt:
    """A made-up button about the first owner's draft, number 1."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await drafted(stage.first)
        return lambda: stage.data(getattr(stage, by), data)

    return attempt


def taken(by: str, label: str, index: int = 0, value: str = "", *, path: tuple[str, ...] = ()) -> Attempt:
    """A button of the first owner's, pressed by somebody, with one part of it changed when `value` is given."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await drafted(stage.first)
        for step in path:
            await stage.first.press(step)
        _, data = stage.first.button(label)
        return lambda: stage.data(getattr(stage, by), changed(data, index, value) if value else data)

    return attempt


def waiting(path: tuple[str, ...], act: Callable[[Stage], object]) -> Attempt:
    """The first owner's draft waits for a message, and something comes that is not theirs."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await drafted(stage.first)
        for step in path:
            await stage.first.press(step)
        return lambda: soon(act(stage))

    return attempt


def approval(by: str, label: str = "Approve", *, before: Callable[[Stage], object] | None = None) -> Attempt:
    """The second owner's *Approve* or *Reject*, pressed by somebody after something."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await asked(stage.first)
        await stage.second.sees("Approval is asked for.")
        _, data = stage.second.button(label)
        if before is not None:
            done = before(stage)
            if isinstance(done, Awaitable):
                await done
        return lambda: stage.data(getattr(stage, by), data)

    return attempt


async def expired(stage: Stage) -> Callable[[], Awaitable[object]]:
    stage.monkeypatch.setattr(seals, "LIFE", -3600)
    await drafted(stage.first)
    return lambda: stage.first.press("Discard")


async def without_second(stage: Stage) -> Callable[[], Awaitable[object]]:
    """A *Send to …* from before two had to agree."""
    stage.house.settings["approvals"] = "1"
    await restarted(stage)
    await drafted(stage.first)
    await stage.first.press("Send now")
    held = stage.first.button("Send to")
    stage.house.settings["approvals"] = "2"
    await restarted(stage)
    return lambda: stage.first.press_data(held[0]["message_id"], held[1])


async def restarted(stage: Stage) -> None:
    await stage.house.stop()
    await stage.house.start()


def stale(path: tuple[str, ...], then: str = "") -> Attempt:
    """*Ask for approval* of a pre-flight that was shown before a change."""

    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        await drafted(stage.first)
        panel = {label: stage.first.button(label) for label in ("Text", "Audience", "Schedule")}
        await stage.first.press("Send now")
        held = stage.first.button("Ask for approval")
        await stage.first.press_data(panel[path[0]][0]["message_id"], panel[path[0]][1])
        for step in path[1:]:
            await stage.first.press(step)
        if then:
            stage.say(stage.first, then)
            await stage.first.sees(then)
        return lambda: stage.first.press_data(held[0]["message_id"], held[1])

    return attempt


def role(kind: str, act: Callable[[Stage, Person], object], *, counts: bool = True) -> Attempt:
    async def attempt(stage: Stage) -> Callable[[], Awaitable[object]]:
        person = await stage.named(kind, counts=counts)
        await asked(stage.first)
        return lambda: soon(act(stage, person))

    return attempt


async def removed(stage: Stage) -> Callable[[], Awaitable[object]]:
    person = await stage.named("editor")
    await drafted(person)
    _, data = person.button("Discard")
    await stage.first.say("/admins")
    await stage.first.press(f"Remove {NEW}")
    await stage.first.press("Yes, remove")
    return lambda: stage.data(person, data)


async def discarded(stage: Stage) -> Callable[[], Awaitable[object]]:
    await drafted(stage.first)
    held = stage.first.button("Send now")
    await stage.first.press("Discard")
    return lambda: stage.first.press_data(held[0]["message_id"], held[1])


async def removal(stage: Stage) -> Callable[[], Awaitable[object]]:
    await stage.named("editor")
    await stage.first.say("/admins")
    await stage.first.press(f"Remove {NEW}")
    _, data = stage.first.button("Yes, remove")
    return lambda: stage.data(stage.second, data)


def decision(stage: Stage) -> str:
    return stage.second.button("Approve")[1]


VERBS = ("go", "ok", "ask", "no", "bk", "pv", "un", "ps", "rs", "cn", "rp", "ap", "rr")
CASES = [
    Case("a reader: /alert", "role", message("reader", "/alert Pay attention")),
    Case("a reader: /alert@bot", "role", message("reader", "/alert@dauys_sandbox_bot Pay")),
    Case("a reader: /broadcasts", "role", message("reader", "/broadcasts")),
    Case("a reader: /admins", "role", message("reader", "/admins")),
    *(Case(f"a reader's forged button: {verb}", "role", forged("reader", f"1en.al.{verb}.1..")) for verb in VERBS),
    Case("a reader's forged button: name me", "role", forged("reader", f"1en.ad.as.{NEW}.both.x")),
    Case("a reader replays an owner's button", "role", taken("reader", "Discard")),
    Case("another owner replays a button", "sealed", taken("second", "Discard")),
    Case("a button without a seal", "sealed", forged("first", "1en.al.no.1..")),
    Case("another verb under a seal", "sealed", taken("first", "Preview", 2, "no")),
    Case("another draft under a seal", "sealed", taken("first", "Discard", 3, "2")),
    Case("another audience under a seal", "sealed", taken("first", "Everyone", 4, "l-kk-1", path=("Audience",))),
    Case("another moment under a seal", "sealed", taken("first", "In an hour", 4, "29999999", path=("Schedule",))),
    Case("a longer life under a seal", "sealed", taken("first", "Discard", 5, "zzzzz-aaaaaaaaaaaaaaaa")),
    Case("another owner's removal of an editor", "sealed", removal),
    Case("a button older than a day", "fresh", expired),
    Case("a forwarded command", "unforwarded", message("first", "/alert Now", forward_origin=FORWARD)),
    Case("a command by way of another bot", "unforwarded", message("first", "/alert Now", via_bot=BOT)),
    Case("an edited message becomes a command", "new", edited("/alert Now")),
    Case("a command in a group", "private", message("first", "/alert Now", **GROUP)),
    Case("an anonymous admin", "private", message("first", "/alert Now", sender_chat=GROUP["chat"])),
    Case("a forwarded text for a draft", "unforwarded",
         waiting(("Text", "English"), lambda s: s.say(s.first, "Other.", forward_origin=FORWARD))),
    Case("a forwarded date for a draft", "unforwarded",
         waiting(("Schedule",), lambda s: s.say(s.first, "23:59", forward_origin=FORWARD))),
    Case("a channel's text for a draft", "private",
         waiting(("Text", "English"), lambda s: s.say(s.first, "Other.", sender_chat=GROUP["chat"]))),
    Case("somebody else's draft is discarded", "author", taken("second", "Discard"), leaked=True),
    Case("somebody else's draft is sent", "author", taken("second", "Send now"), leaked=True),
    Case("the writer presses the other's Approve", "sealed", approval("first")),
    Case("the writer approves their own", "another", approval("first"), leaked=True),
    Case("the writer rejects their own", "another", approval("first", "Reject"), leaked=True),
    Case("a reader presses Approve", "role", approval("reader")),
    Case("the payload was changed after the request", "changed",
         approval("second", before=lambda s: execute(s.house, "UPDATE broadcast SET payload = payload || ' '"))),
    Case("the audience was changed after the request", "changed",
         approval("second", before=lambda s: execute(
             s.house, "UPDATE broadcast SET audience = replace(audience, 'alerts', 'cases')"))),
    Case("the schedule was changed after the request", "changed",
         approval("second", before=lambda s: execute(
             s.house, "UPDATE draft SET content = replace(content, '\"at\": 0.0', '\"at\": 9e9')"))),
    Case("the request has run out", "decided",
         approval("second", before=lambda s: execute(s.house, "UPDATE approval SET expires = 1"))),
    Case("the request was withdrawn", "decided", approval("second", before=lambda s: s.first.press("Withdraw"))),
    Case("the request was rejected", "decided",
         approval("second", before=lambda s: s.data(s.second, s.second.button("Reject")[1].replace(".rj.", ".rr.")))
         , leaked=True),
    Case("one person sends where two must agree", "two", without_second),
    Case("a pre-flight before another text", "changed", stale(("Text", "English"), "Other.")),
    Case("a pre-flight before another audience", "changed", stale(("Audience", "Everyone"))),
    Case("a pre-flight before another time", "changed", stale(("Schedule", "In an hour"))),
    Case("a draft that was discarded", "decided", discarded),
    Case("an editor who was removed", "role", removed),
    Case("an approver writes", "role", role("approver", lambda s, who: s.say(who, "/alert Now"))),
    Case("an editor names somebody", "role", role("editor", lambda s, who: s.say(who, "/admins"))),
    Case("an editor names themselves", "role",
         role("editor", lambda s, who: s.data(who, f"1en.ad.as.{NEW}.approver.x")), leaked=True),
    Case("an editor approves", "role", role("editor", lambda s, who: s.data(who, decision(s))), leaked=True),
    Case("an approver of today approves", "counts",
         role("both", lambda s, who: s.data(who, decision(s)), counts=False), leaked=True),
]  # fmt: skip
BY_NAME = {case.name: case for case in CASES}


async def run(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch, off: Callable[[], None] | None = None) -> None:
    """Fails unless the attempt was refused by its guard, and changed and sent nothing."""
    async with two_owners(folder) as (house, first, second):
        (reader,) = await subscribed(house, 1)
        stage = Stage(house, first, second, reader, monkeypatch)
        monkeypatch.setattr(Panels, "_expire", AsyncMock())  # what the clock does in between is no attempt
        if case.leaked:
            monkeypatch.setitem(permit.GUARDS, "sealed", lambda *_: True)
        attempt = await case.attempt(stage)
        before, answered = stage.snapshot(), len(reader.seen())
        monkeypatch.setattr(door, "log", stage)
        if off is not None:
            off()
        await attempt()
        await reader.handled()
        await asyncio.sleep(0.1)
        after, got = stage.snapshot(), [message["text"] for message in reader.seen()[answered:]]
    assert after == before
    assert not any("Court" in text or "Other" in text for text in got)
    assert case.guard in stage.refused


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_attempt_is_refused(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await run(case, tmp_path / "data", monkeypatch)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40
    assert len(BY_NAME) == len(CASES)


STOPPED_BY = {
    "role": "a reader: /alert",
    "sealed": "another moment under a seal",
    "fresh": "a button older than a day",
    "unforwarded": "a forwarded text for a draft",
    "new": "an edited message becomes a command",
    "private": "an anonymous admin",
    "author": "somebody else's draft is discarded",
    "another": "the writer rejects their own",
    "counts": "an approver of today approves",
}
"""Guard of the door -> an attempt that nothing else stops."""


@pytest.mark.parametrize("guard", permit.GUARDS)
async def test_without_a_guard_its_case_is_red(guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = BY_NAME[STOPPED_BY[guard]]

    def off() -> None:
        monkeypatch.setitem(permit.GUARDS, guard, lambda *_: True)

    with pytest.raises(AssertionError):
        await run(case, tmp_path / "data", monkeypatch, off)


STEPS = {
    "changed": "a pre-flight before another text",
    "two": "one person sends where two must agree",
    "decided": "the request was withdrawn",
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
        monkeypatch.setattr(sending, "refused", but_this)
        monkeypatch.setattr(approve, "refused", but_this)

    with pytest.raises(AssertionError):
        await run(BY_NAME[STEPS[guard]], tmp_path / "data", monkeypatch, off)
