"""Who leads, who has an update in hand, and what others hear of, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import make_url

from storage.postgres import Postgres
from storage.replicas.claims import Handed, Handling, Overtaken, handling
from storage.replicas.cluster import Deposed
from storage.tables import meta
from tests.storage.server import Server

CHAT = b"c" * 16


@contextlib.asynccontextmanager
async def joined(url: str) -> AsyncIterator[Postgres]:
    database = Postgres(url)
    task = asyncio.create_task(database.others.run())
    try:
        yield database
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.02)


async def written(database: Postgres, *, fenced: bool = False) -> None:
    async with database.begin() as connection:
        await connection.execute(meta.insert().values(name="late", value="x"))
        if fenced:
            await database.others.fence(connection)


async def test_one_leads_and_another_takes_over_at_once_when_it_resigns(url: str) -> None:
    async with joined(url) as first:
        await until(first.others.mine)
        async with joined(url) as second:
            async with asyncio.timeout(10):
                while len(await second.others.look()) < 2:
                    await asyncio.sleep(0.05)
            assert not second.others.mine()
            assert [(one.leads, one.here) for one in await second.others.look()] == [(True, False), (False, True)]
            await first.others.resign()
            assert not first.others.mine()
            await until(second.others.mine)
            assert second.others.epoch == 2


async def test_a_deposed_leader_commits_nothing(url: str) -> None:
    async with joined(url) as first:
        await until(first.others.mine)
        async with first.begin() as connection:
            await first.others.fence(connection)
        async with joined(url) as second:
            await first.others.resign()
            await until(second.others.mine)
            first.others._tenure.confirmed(1, first.others._tenure.clock())  # it slept, and knows nothing of it
            with pytest.raises(Deposed):
                await written(first, fenced=True)
            async with second.begin() as connection:
                assert (await connection.exec_driver_sql("SELECT FROM meta WHERE name = 'late'")).rowcount == 0


async def test_the_session_of_a_leader_is_cut(url: str, server: Server) -> None:
    """Whoever is there next leads, in a new term; and every replica is heard of again."""
    name = make_url(url).database
    async with joined(url) as first, joined(url) as second:
        await until(lambda: first.others.mine() or second.others.mine())
        for _ in range(3):
            before = max(first.others.epoch or 0, second.others.epoch or 0)
            cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - ours
            server.tell(cut)
            async with asyncio.timeout(30):
                while max(first.others.epoch or 0, second.others.epoch or 0) <= before:
                    assert not (first.others.mine() and second.others.mine())
                    await asyncio.sleep(0.02)
            assert not (first.others.mine() and second.others.mine())


async def test_a_leader_that_says_nothing_is_deposed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.replicas.cluster.STALE", 1.5)
    monkeypatch.setattr("storage.replicas.cluster.LEASE", 1.0)
    monkeypatch.setattr("storage.replicas.tenure.LEASE", 1.0)
    async with joined(url) as first:
        await until(first.others.mine)

        async def asleep() -> None:
            await asyncio.sleep(60)

        monkeypatch.setattr(first.others, "_round", asleep)
        async with joined(url) as second:
            await until(second.others.mine)
            assert second.others.epoch == 2
            with pytest.raises(Deposed):
                await written(first, fenced=True)


async def test_what_one_changes_the_others_hear(url: str) -> None:
    async with joined(url) as first, joined(url) as second:
        heard = {database: asyncio.Queue[str]() for database in (first, second)}
        for database, queue in heard.items():
            database.others.heard = queue.put_nowait
        await until(lambda: first.others._versions is not None and second.others._versions is not None)
        await first.others.announce("library")
        async with first.begin() as connection:
            await first.announce(connection, "halt")
        missing = {"library", "halt"}
        async with asyncio.timeout(30):
            while missing:  # who compares before the notice comes hears of it twice
                missing.discard(await heard[second].get())
        await asyncio.sleep(1.2)
        assert heard[first].empty()


async def test_a_lost_notice_is_made_up_for(url: str) -> None:
    async with joined(url) as first, joined(url) as second:
        heard: asyncio.Queue[str] = asyncio.Queue()
        await until(lambda: first.others._versions is not None and second.others._versions is not None)
        second.others.heard = heard.put_nowait
        second.others._told = lambda *_: None  # type: ignore[method-assign] # no notice arrives
        await second.others._known.execute("UNLISTEN *")
        await first.others.announce("hidden")
        async with asyncio.timeout(5):
            assert await heard.get() == "hidden"


async def test_an_update_is_handed_to_one_and_a_chat_keeps_its_order(url: str) -> None:
    async with joined(url) as first, joined(url) as second:
        await until(lambda: first.others._known is not None and second.others._known is not None)
        a, b = first.others.claims, second.others.claims
        assert a is not None
        assert b is not None
        assert (await a.take(1, CHAT)).handed is Handed.OURS
        assert (await b.take(1, CHAT)).handed is Handed.WAIT
        assert (await b.take(2, CHAT)).handed is Handed.WAIT
        assert (await b.take(3, b"d" * 16)).handed is Handed.OURS
        await a.done(1)
        assert (await b.take(1, CHAT)).handed is Handed.DONE
        assert (await b.take(2, CHAT)).handed is Handed.OURS
        await b.leave(2)
        assert (await a.take(2, CHAT)).handed is Handed.OURS


async def test_of_many_who_try_one_gets_it(url: str) -> None:
    async with joined(url) as first, joined(url) as second, joined(url) as third:
        claims = [one.others.claims for one in (first, second, third)]
        await until(lambda: all(one.others._known is not None for one in (first, second, third)))
        for round_ in range(20):
            tried = [
                one.take(number, CHAT) for one in claims if one is not None for number in (2 * round_, 2 * round_ + 1)
            ]
            got = [claim.handed for claim in await asyncio.gather(*tried)]
            assert got.count(Handed.OURS) == 1
            async with first.begin() as connection:
                await connection.exec_driver_sql("UPDATE taken SET done = true")


async def test_the_update_of_a_dead_replica_is_taken_over_and_it_commits_nothing_more(url: str) -> None:
    async with joined(url) as second:
        await until(lambda: second.others._known is not None)
        async with joined(url) as first:
            await until(lambda: first.others._known is not None)
            assert first.others.claims is not None
            await first.others.claims.take(7, CHAT)
            first.others._session.drop()
            first.others._soon = asyncio.Event()
        other = second.others.claims
        assert other is not None
        assert (await other.take(7, CHAT)).handed is Handed.AGAIN
        token = handling.set(Handling(7, first.others.name))
        late = Postgres(url)
        with pytest.raises(Overtaken):
            await written(late)
        async with late.begin() as connection:
            assert (await connection.exec_driver_sql("SELECT FROM meta WHERE name = 'late'")).rowcount == 0
        handling.reset(token)
        token = handling.set(Handling(7, second.others.name))
        async with late.begin() as connection:
            await connection.execute(meta.insert().values(name="good", value="x"))
        handling.reset(token)
        async with late.begin() as connection:
            assert list(await connection.exec_driver_sql("SELECT effects FROM taken")) == [(1,)]
        await late.close()


async def test_nothing_is_kept_of_a_replica_that_died_an_hour_ago(url: str) -> None:
    async with joined(url) as first:
        await until(lambda: first.others._known is not None)
        died = "INSERT INTO replica VALUES ('{}', 'host:1', 1, 0, extract(epoch FROM now()) - {})"
        async with first.begin() as connection:
            for name, silent in (("long", 3601), ("late", 3500)):
                await connection.exec_driver_sql(died.format(name, silent))
            await connection.exec_driver_sql("INSERT INTO taken VALUES (1, NULL, 'long', 0, false, false, 0, 0)")
        assert first.others.claims is not None
        await first.others.claims.forget()
        async with first.begin() as connection:
            left = await connection.exec_driver_sql("SELECT name FROM replica ORDER BY seen")
            assert [row[0] for row in left] == ["late", first.others.name]
        assert (await first.others.claims.take(1, None)).handed is Handed.AGAIN


async def test_leases_of_several_stay_within_the_rate(url: str) -> None:
    async with joined(url) as first, joined(url) as second:
        await until(lambda: first.others._known is not None and second.others._known is not None)
        leases = [one.others.leases for one in (first, second)]
        loop = asyncio.get_running_loop()
        began, got = loop.time(), 0
        while loop.time() - began < 2:
            taken = await asyncio.gather(*[one.take(20, 20, 100) for one in leases if one is not None])
            got += sum(sum(pair) for pair in taken)
        seconds = loop.time() - began
        assert 0.8 * 97 * seconds <= got <= 97 * (seconds + 0.3)
