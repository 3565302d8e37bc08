"""The shell's line to a running bot: JSON over a Unix socket (0600) in DAUYS_DATA.

A request is `POST /NAME` with the command's fields; the answer is lines of JSON: any number of
`{"progress": …}`, then one `{"result": …}` or `{"refused": "one line for the person"}`. What the commands do
stands in `bot/orders.py`; this room only carries them.

ControlError
├── NotRunning   no bot answers in this folder; `dead`: one has left its socket behind
└── Refused      it answered no, or broke off; the message is one line
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from bot.logs import places

log = structlog.get_logger(__name__)

NAME = "control.sock"
PATIENCE = 30.0
"""Seconds without a line after which the shell gives up."""
LONGEST_PATH = 100
"""Bytes; the system's own limit for a socket's address is 104 to 108."""
LARGEST = 1 << 20
"""Bytes of one request: an alert's text is far smaller."""
Json = Mapping[str, Any]
Tell = Callable[[Json], Awaitable[None]]
Command = Callable[[Json, Tell], Awaitable[Json]]
"""Takes the request's fields and a way to tell of progress; gives the answer. Refused, or any error whose
class is in `Control(lines=…)`, is told to the person as its own line."""


class ControlError(Exception):
    """The message is one line for the operator."""


class NotRunning(ControlError):
    def __init__(self, message: str, *, dead: bool = False) -> None:
        super().__init__(message)
        self.dead = dead


class Refused(ControlError):
    pass


class Control:
    """The bot's end, open while it is entered. Whoever holds the folder's lock may enter it: a socket that lies
    there is then a dead one. Where the system allows none, the bot runs without, and its log says so."""

    def __init__(self, data: Path, commands: Mapping[str, Command], lines: tuple[type[Exception], ...] = ()) -> None:
        self._data, self._commands = data, commands
        self._lines: tuple[type[Exception], ...] = (Refused, *lines)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> None:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/{name}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        try:
            end = _bound(self._data)
        except OSError as error:
            log.warning("no control socket: the shell's commands will not reach this bot", why=error.strerror)
            return
        await web.SockSite(self._runner, end).start()

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        with contextlib.suppress(OSError):
            (self._data / NAME).unlink()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not _ours(request):
            return web.Response(status=403)
        answer = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        try:
            await answer.prepare(request)
        except ConnectionError:  # who asked has gone meanwhile
            return answer

        async def line(said: Json) -> None:
            with contextlib.suppress(ConnectionError):
                await answer.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")

        async def tell(progress: Json) -> None:
            await line({"progress": progress})

        await line(await self._done(request, tell))
        return answer

    async def _done(self, request: web.Request, tell: Tell) -> Json:
        name = request.match_info["name"]
        command = self._commands.get(name)
        if command is None:
            return {"refused": f"the running bot knows no command {name!r}; it is of another version, restart it"}
        try:
            return {"result": await command(await request.json(), tell)}
        except self._lines as error:
            return {"refused": str(error)}
        except Exception as error:  # noqa: BLE001 - the bot goes on, and the shell is told in one line
            log.error("a command of the shell failed", command=name, error=places(error))  # noqa: TRY400 - no values
            return {"refused": f"{name} failed in the bot ({type(error).__name__}); its log says where"}


async def ask(
    data: Path, name: str, fields: Json | None = None, progress: Callable[[Json], None] | None = None
) -> dict[str, Any]:
    """One command to the bot that runs in this folder, and its answer. ControlError as drawn above."""
    path = data / NAME
    if not path.exists():
        raise NotRunning(f"no bot runs in {data}")
    with _short(path) as address:
        try:
            return await _asked(address, name, fields or {}, progress)
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PermissionError):
                raise Refused(f"{path}: belongs to another user; run this as the user that runs the bot") from None
            raise NotRunning(f"{path}: left behind by a bot that has ended; nobody answers there", dead=True) from None
        except TimeoutError:
            raise Refused(f"the bot in {data} does not answer; see its log") from None
        except (aiohttp.ClientError, ConnectionError, ValueError):
            raise Refused(f"the bot in {data} broke off before it had answered; see its log") from None


async def _asked(address: str, name: str, fields: Json, progress: Callable[[Json], None] | None) -> dict[str, Any]:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=PATIENCE)
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(address), timeout=timeout) as session,
        session.post(f"http://dauys/{name}", json=fields) as answer,
    ):
        if answer.status == web.HTTPForbidden.status_code:
            raise Refused("the bot runs as another user; run this as that user")
        async for said in _lines(answer):
            if "progress" in said and progress is not None:
                progress(said["progress"])
            elif "refused" in said:
                raise Refused(str(said["refused"]))
            elif "result" in said:
                return dict(said["result"])
    raise ConnectionError


async def _lines(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    rest = b""
    async for chunk in answer.content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield json.loads(line)


def _bound(data: Path) -> socket.socket:
    """A socket that nobody else can open, from its first moment."""
    path = data / NAME
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        with _short(path) as address:
            made.bind(address)
    except OSError:
        made.close()
        raise
    finally:
        os.umask(mask)
    made.setblocking(False)
    return made


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """An address of the socket that the system takes, also when its folder lies deep."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    relative = os.path.relpath(path)
    if len(os.fsencode(relative)) <= LONGEST_PATH:
        yield relative
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _ours(request: web.Request) -> bool:
    """Whether the other end runs as our user, or as root, where the system can tell; elsewhere the file's mode
    and the folder's (0700) are what keeps others out."""
    if not sys.platform.startswith("linux"):
        return True
    end = request.transport.get_extra_info("socket") if request.transport is not None else None
    if end is None:
        return False
    with socket.socket(fileno=os.dup(end.fileno())) as copy:
        given = copy.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", given)[1] in (os.getuid(), 0)
