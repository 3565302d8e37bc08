"""What `dauys status` says of replicas, in words."""

from __future__ import annotations

from typing import Any

from bot.shell.status import plain


def told(*replicas: dict[str, Any], pid: int | None = None) -> list[str]:
    seen: dict[str, Any] = {
        "replicas": replicas,
        "pid": pid,
        "halted": None,
        "gate": None,
        "readers": {},
        "broadcasts": [],
    }
    return list(plain(seen))


def one(label: str, *, leads: bool = False, silent: float = 0.2, here: bool = False) -> dict[str, Any]:
    return {"label": label, "leads": leads, "silent": silent, "here": here, "epoch": 7 if leads else None}


def test_each_replica_is_named_with_who_leads_and_when_it_was_heard_of() -> None:
    said = told(one("replica-a:1", leads=True, here=True), one("replica-b:1"), pid=1)
    assert said[1:3] == [
        "Replica replica-a:1 (this one): leads, term 7, heard of 0.2 s ago.",
        "Replica replica-b:1: stands by, heard of 0.2 s ago.",
    ]


def test_one_that_died_is_not_said_to_stand_by_and_a_missing_leader_is_told_of() -> None:
    said = told(one("replica-a:1", silent=13), one("replica-b:1", leads=True))
    assert "Replica replica-a:1: SILENT for 13 s; it has died, or the database is out of its reach." in said
    assert not any("Nobody leads" in line for line in said)
    assert any("Nobody leads" in line for line in told(one("replica-a:1", leads=True, silent=13), one("replica-b:1")))


def test_a_shell_beside_no_bot_does_not_say_that_none_runs_anywhere() -> None:
    assert told(one("replica-a:1", leads=True))[0] == "No bot runs in this folder."
    assert told()[0] == "No bot runs."
