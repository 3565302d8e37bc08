"""`dauys`: every command of the shell. Exit codes: 0 done, 1 refused or failed, 2 wrong use."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from bot.config import SHIPPED_LIBRARY, ConfigError, Settings, load_settings
from bot.logs import configure

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A Telegram bot that serves dated, sourced records and broadcasts alerts.",
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

NO_TOKEN = "DAUYS_TOKEN is not set: get one from @BotFather in Telegram. To try the bot without one: dauys try"  # noqa: S105 - a sentence about the token


def fail(*lines: str) -> NoReturn:
    """One line a fault, to standard error; exit 1."""
    for line in lines:
        err.print(line, markup=False)
    raise typer.Exit(1)


def settings_or_exit(**overrides: object) -> Settings:
    try:
        return load_settings(**overrides)
    except ConfigError as error:
        fail(*error.faults)


def run_guarded(work: Any) -> None:
    """Runs a coroutine; every foreseen refusal becomes one line and exit 1, never a traceback."""
    from bot.app import Refused
    from bot.bench.processes import Broken
    from bot.control import ControlError
    from bot.logs import places
    from bot.vigil import Ended
    from content.errors import InvalidLibrary
    from storage.errors import StorageError

    def unwrap(error: BaseException) -> BaseException:
        while isinstance(error, BaseExceptionGroup) and error.exceptions:
            error = error.exceptions[0]
        return error

    try:
        _loop_run(work)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except BaseException as raised:
        error = unwrap(raised)
        if isinstance(error, InvalidLibrary):
            many = "1 fault" if len(error.faults) == 1 else f"{len(error.faults)} faults"
            fail(*map(str, error.faults), f"{many} in the library; the bot did not start")
        if isinstance(error, (StorageError, Refused, Ended, ControlError, Broken)):
            fail(str(error))
        if isinstance(error, OSError):
            fail(f"{error.strerror or type(error).__name__}: {error.filename or 'the system refused'}")
        if not isinstance(error, Exception):
            raise
        fail(f"this must not happen: {places(error)}; please report it with this line, which holds no values")


def _loop_run(work: Any) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


@app.command()
def run() -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    settings = settings_or_exit()
    if not settings.token.get_secret_value():
        fail(NO_TOKEN)
    configure()
    from bot.app import serve

    run_guarded(serve(settings, guarded=True))


@app.command(name="try")
def try_(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8090,
    library: Annotated[Path | None, typer.Option(help="Another folder of YAML records.")] = None,
) -> None:
    """Try it without a token, on this machine alone. Starts a stand-in for Telegram and a chat page."""
    from bot.trial import trial

    configure()
    overrides: dict[str, object] = {} if library is None else {"library": library}
    run_guarded(trial(port, overrides, lambda line: out.print(line, markup=False)))


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="Folder of YAML records.")] = SHIPPED_LIBRARY,
    release: Annotated[bool, typer.Option(help="Fail on overdue reviews and unreviewed key texts too.")] = False,
) -> None:
    """Check a library. Every fault as file:line:column; exit 1 if there is one."""
    from bot.shell.check import check_library

    raise typer.Exit(check_library(path, release=release, out=out, err=err))


@app.command()
def schema(
    write: Annotated[Path | None, typer.Option(help="Write one file a kind into this folder.")] = None,
) -> None:
    """Print the JSON Schema of a library's records."""
    from bot.shell.check import print_schema

    print_schema(write, out=out)


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(help="A name, or a sentence with one.")],
    lang: Annotated[str, typer.Option(help="Language of the answer: en, ru, kk.")] = "",
    explain: Annotated[bool, typer.Option(help="Say why: folds, candidates, scores, rules.")] = False,
) -> None:
    """Ask as a reader would, and see the answer here."""
    from bot.shell.ask import ask_library

    settings = settings_or_exit()
    today = datetime.now(UTC).date()
    asked = " ".join(question)
    raise typer.Exit(asyncio.run(ask_library(settings, asked, lang, today, explain=explain, out=out, err=err)))


@app.command()
def doctor() -> None:
    """Look for what would stop or endanger the bot. Exit 1 if something would."""
    from bot.shell.doctor import diagnose

    settings = settings_or_exit()
    raise typer.Exit(asyncio.run(diagnose(settings, out)))


@app.command()
def healthcheck(
    alive: Annotated[bool, typer.Option("--alive", help="Only whether a new start would help.")] = False,
) -> None:
    """Ask the running bot whether it is well. One line; exit 1 if it is not."""
    from bot.shell.healthcheck import look

    raise typer.Exit(asyncio.run(look(settings_or_exit(), alive=alive, out=out, err=err)))


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema. `run` does so too."""
    from bot.shell.migrate import migrate_database

    settings = settings_or_exit()
    run_guarded(migrate_database(settings, out))


@app.command()
def status(
    watch: Annotated[bool, typer.Option("--watch", help="Keep looking until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What the bot is doing. Gate, readers as counts, broadcasts with their progress."""
    from bot.shell.status import show_status

    settings = settings_or_exit()
    run_guarded(show_status(settings, watch=watch, as_json=as_json, out=out, err=err))


@app.command()
def halt() -> None:
    """Stop all sending at once; replies to readers go on."""
    from bot.shell.status import halt as halt_

    run_guarded(halt_(settings_or_exit(), out, err))


@app.command()
def resume(
    broadcast: Annotated[int | None, typer.Argument(help="Number of a paused broadcast.")] = None,
) -> None:
    """Lift a halt and go on sending."""
    from bot.shell.status import resume as resume_

    run_guarded(resume_(settings_or_exit(), broadcast, out, err))


@app.command()
def reload() -> None:
    """Have the running bot read its library again. A faulty one leaves the old one serving."""
    from bot.shell.reload import reload_library

    run_guarded(reload_library(settings_or_exit(), out, err))


@app.command(name="rotate-key")
def rotate_key() -> None:
    """Exchange the master key, also while the bot runs. Backups made before can then be read by nobody."""
    from bot.shell.rotate import rotate

    run_guarded(rotate(settings_or_exit(), out, err))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file; never written over.")]) -> None:
    """Write an encrypted copy of the database. Also while the bot sends; it is read back before it counts."""
    from bot.shell.backup import make

    run_guarded(make(settings_or_exit(), file.absolute(), out, err))


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.")]) -> None:
    """Put a backup where no database is. Whoever was erased since it was made stays erased."""
    from bot.shell.backup import bring_back

    run_guarded(bring_back(settings_or_exit(), file, out))


@app.command()
def move(
    to: Annotated[
        str, typer.Option(help="The new DAUYS_DATABASE; sqlite: in DAUYS_DATA; -: read from standard input.")
    ] = "",
    stay: Annotated[bool, typer.Option("--stay", help="Serve from this database after all.")] = False,
) -> None:
    """Move every row into another database. All are compared; broken off, it goes on when run again."""
    from bot.shell.move import move_database, stay_here

    if bool(to) == stay:
        raise typer.BadParameter("give --to URL, or --stay")
    run_guarded(stay_here(settings_or_exit(), out) if stay else move_database(settings_or_exit(), to, out, err))


As = Annotated[int | None, typer.Option("--as", help="Numeric id of the admin whose it is; else the only owner.")]
Wait = Annotated[bool, typer.Option("--wait", help="Watch it to its end, with a bar.")]


@app.command()
def alert(
    text_file: Annotated[Path, typer.Option(help="File with the text, UTF-8; - reads standard input.")],
    lang: Annotated[str, typer.Option(help="Language of the text.")] = "",
    topic: Annotated[list[str] | None, typer.Option(help="Whose readers get it; may be given several times.")] = None,
    attach: Annotated[str, typer.Option(help="Id of a record whose card is attached.")] = "",
    at: Annotated[str, typer.Option(help="When, in DAUYS_TIMEZONE, such as 2026-11-27 09:00.")] = "",
    as_: As = None,
    wait: Wait = False,
) -> None:
    """Give the running bot an alert to send. Under the same roles and approvals as in the chat."""
    from bot.shell.alert import Given, alert_readers

    given = Given(text_file, lang, tuple(topic or ()), attach, at, as_)
    run_guarded(alert_readers(settings_or_exit(), given, wait=wait, out=out, err=err))


@app.command()
def publish(
    update: Annotated[str, typer.Argument(help="Id of an update; without one, those that have not gone out.")] = "",
    as_: As = None,
    wait: Wait = False,
) -> None:
    """Have the running bot send a content update. One broadcast each, ever."""
    from bot.shell.alert import publish_update

    run_guarded(publish_update(settings_or_exit(), update, as_, wait=wait, out=out, err=err))


audit = typer.Typer(no_args_is_help=True, help="The log of what admins did.")
app.add_typer(audit, name="audit")


@audit.command(name="verify")
def audit_verify(
    head: Annotated[str, typer.Option(help="A head that was noted earlier: it must still be in the log.")] = "",
) -> None:
    """Go through the log's chain. Exit 1 if an entry was changed, removed, moved or cut off."""
    from bot.shell.audit import verify

    settings = settings_or_exit()
    run_guarded(verify(settings, head, out, err))


bench = typer.Typer(no_args_is_help=True, help="Measure the real bot against a stand-in for Telegram.")
app.add_typer(bench, name="bench")


@bench.command(name="broadcast")
def bench_broadcast(
    subscribers: Annotated[int, typer.Option(min=1, max=2_000_000, help="Readers who get it.")] = 600,
    rate: Annotated[float, typer.Option(min=1, help="Messages a second that the stand-in allows.")] = 30,
    latency: Annotated[float, typer.Option(min=0, help="Milliseconds that every answer takes.")] = 60,
    kill: Annotated[int, typer.Option(min=0, help="Times that the bot is killed with -9 meanwhile.")] = 0,
    peers: Annotated[bool, typer.Option(help="Measure PTB and aiogram in the same run.")] = True,
    rounds: Annotated[int, typer.Option(min=1, help="Paired runs, of which medians are shown.")] = 1,
    limit: Annotated[
        bool, typer.Option(help="Without: nginx answers at once, and rate, latency, kill count not.")
    ] = True,
) -> None:
    """One broadcast, peers beside it. Rate, floods, CPU a message, memory, what was lost or doubled."""
    from bot.bench.command import broadcast, unlimited

    if not limit:
        run_guarded(unlimited(subscribers=subscribers, peers=peers, rounds=rounds, out=out))
        return
    run_guarded(
        broadcast(
            subscribers=subscribers,
            rate=rate,
            latency=latency / 1000,
            kills=kill,
            peers=peers,
            rounds=rounds,
            out=out,
        )
    )


@bench.command(name="kills")
def bench_kills(
    kill: Annotated[int, typer.Option(min=1, help="Kills at each rate.")] = 50,
    rate: Annotated[list[float] | None, typer.Option(min=1, help="Messages a second; 30 and 1000.")] = None,
) -> None:
    """kill -9 in every phase of broadcasts. Exit 1 if a reader is lost, a duplicate unforeseen, a phase left out."""
    from bot.bench.command import kills

    run_guarded(kills(kills=kill, rates=rate or [30, 1000], out=out))


@bench.command(name="cluster")
def bench_cluster(
    row: Annotated[list[str] | None, typer.Option(help="Only these: paid, kill, sleep, move, fan-out.")] = None,
) -> None:
    """A real PostgreSQL and several replicas. What a fall of either costs, and what they carry together."""
    from bot.bench.cluster.command import cluster

    run_guarded(cluster(row or [], out))


def main() -> None:
    app()
