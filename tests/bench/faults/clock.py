"""The wall clock jumps by a day while a broadcast goes out. An injected clock: `time.time` of the bot's process, which
is the only wall clock that anything waits by; the steady clock goes on, as it does on a machine."""

from __future__ import annotations

import asyncio
from functools import partial

from bot.control import ask
from tests.bench.delivery.yard import Yard
from tests.bench.faults.lives import PATIENCE, Bot, answered, delivered, outcome, set_up
from tests.bench.faults.network import later
from tests.bench.faults.rows import Row, Seen

DAY = 86_400.0


async def jumped(yard: Yard, *, jump: float) -> Seen:
    async with set_up(200) as (bot, telegram):
        await bot.approve()
        clock = later(bot.folder / "clock", 0)
        async with bot.life(telegram.url, "--clock", str(clock)) as child:
            await delivered(child, telegram, 10)
            before = await readers(bot)
            with clock.open("r+b") as file:
                file.write(later(bot.folder / "moved", jump).read_bytes())
            await asyncio.sleep(yard.many(60, 2))
            await bot.until_ended(PATIENCE)
            await answered(child, telegram, "/whoami", "800")
            kept = await readers(bot)
            lines = child.words()
            await child.end(patience=PATIENCE)
        again = await bot.whole_life(telegram.url)
        wrong = [] if kept == before == 200 else [f"{before} readers before, {kept} after"]
        return await outcome(bot, telegram, [*lines, *again], "", wrong, extra=f"{kept} readers kept")


async def readers(bot: Bot) -> int:
    return sum((await ask(bot.data, "status"))["readers"].values())


ROWS = {
    f"clock-{name}": Row(
        f"the clock jumps a day {name} while a broadcast runs, and back at the next start",
        partial(jumped, jump=jump),
        "0 lost, 0 erased, the broadcast goes on at its pace",
    )
    for name, jump in (("forward", DAY), ("back", -DAY))
}
