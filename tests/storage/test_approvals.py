"""A decision about a request is one transaction under conditions; without any one of them it would be given wrongly."""

from __future__ import annotations

from types import FunctionType
from typing import cast

import pytest

from storage.approvals import Approvals
from storage.errors import StorageError
from storage.open import Storage
from storage.records import ApprovalState, Audience, BroadcastState
from tests.fakes.mutants import mutate

NOW, ENDS = 1_800_000_000.0, 1_800_001_800.0
ASKER, OTHER, THIRD = 1, 2, 3
DIGEST = "a" * 64
CONDITIONS = {
    "of another draft": ("approval.c.broadcast_id == id_,", ""),
    "decided": ("approval.c.state == ApprovalState.PENDING,", ""),
    "changed": ("approval.c.digest == digest,", ""),
    "late": ("approval.c.expires > now,", ""),
}


async def asked(storage: Storage) -> int:
    id_ = await storage.broadcasts.draft(ASKER, "{}", Audience(), NOW)
    assert await storage.approvals.ask(id_, ASKER, DIGEST, NOW, ENDS)
    return id_


async def wrongly_given(storage: Storage, why: str) -> bool:
    """Whether an approval that this condition is to refuse is given all the same."""
    approvals, id_ = storage.approvals, await asked(storage)
    if why == "decided":
        assert await approvals.close(id_, ApprovalState.VOID)
    if why == "of another draft":
        other = await storage.broadcasts.draft(ASKER, "{}", Audience(), NOW)
        await approvals.approve(other, OTHER, DIGEST, NOW, NOW)
        found = await approvals.get(id_)
        return found is None or found.state is not ApprovalState.PENDING or await sent(storage, other)
    digest = "b" * 64 if why == "changed" else DIGEST
    return await approvals.approve(id_, OTHER, digest, NOW, ENDS if why == "late" else NOW)


async def sent(storage: Storage, id_: int) -> bool:
    found = await storage.broadcasts.get(id_)
    return found is not None and found.state is not BroadcastState.DRAFT


@pytest.mark.parametrize("why", CONDITIONS)
async def test_each_condition_refuses_and_nothing_else_would(
    storage: Storage, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await wrongly_given(storage, why)
    mutate(monkeypatch, cast("FunctionType", Approvals._decide), *CONDITIONS[why])
    assert await wrongly_given(storage, why)


async def test_nobody_approves_their_own_and_the_database_itself_refuses_it_too(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await asked(storage)
    assert not await storage.approvals.approve(id_, ASKER, DIGEST, NOW, NOW)
    mutate(monkeypatch, cast("FunctionType", Approvals._decide), "approval.c.asker != sealed,", "")
    with pytest.raises(StorageError, match="IntegrityError"):
        await storage.approvals.approve(id_, ASKER, DIGEST, NOW, NOW)
    assert not await sent(storage, id_)


async def test_of_two_who_decide_one_does(storage: Storage) -> None:
    id_ = await asked(storage)
    given = [await storage.approvals.approve(id_, person, DIGEST, NOW, NOW) for person in (OTHER, THIRD)]
    assert given == [True, False]
    assert not await storage.approvals.reject(id_, THIRD, DIGEST, "", NOW)
    assert await sent(storage, id_)


async def test_a_request_is_good_for_half_an_hour_to_the_second(storage: Storage) -> None:
    id_ = await asked(storage)
    assert not await storage.approvals.approve(id_, OTHER, DIGEST, NOW, ENDS)
    assert [one.broadcast for one in await storage.approvals.overdue(ENDS)] == [id_]
    assert not await storage.approvals.overdue(ENDS - 1)
    assert await storage.approvals.approve(id_, OTHER, DIGEST, NOW, ENDS - 1)
