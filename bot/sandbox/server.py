"""The stand-in over HTTP: the Bot API for the bot, and a chat page for the browser. Loopback only."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Fault, migrated
from bot.sandbox.files import UPLOAD_BYTES
from bot.sandbox.hook import Hook
from bot.sandbox.methods import METHODS
from bot.sandbox.page import ChatPage, form
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.trouble import Trouble
from bot.sandbox.world import World

LARGEST = UPLOAD_BYTES + 1024 * 1024
"""Bytes of a request: the largest file, and the fields beside it."""

HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Sandbox:
    """`start`, then point a bot at `bot_api` and a browser at `url`; `stop` ends both."""

    def __init__(self, token: str, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = World(int(token.partition(":")[0]))
        self._token, self._host, self._port = token, host, port
        self.trouble = Trouble()
        self._page = ChatPage(self.world, self.trouble)
        self._poll: asyncio.Future[None] | None = None
        self._runner: web.AppRunner | None = None
        self._hook: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"Sandbox(port={self._port})"

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def bot_api(self) -> str:
        return self.url

    async def start(self) -> None:
        """OSError when the port is taken."""
        app = web.Application(middlewares=[_local_only], client_max_size=LARGEST)
        app.router.add_route("*", "/bot{token}/{method}", self._api)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._page.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._hook = asyncio.create_task(Hook(self.world).run())

    async def stop(self) -> None:
        if self._hook is not None:
            self._hook.cancel()
            await asyncio.gather(self._hook, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    # the Bot API

    async def _api(self, request: web.Request) -> web.Response:
        try:
            return await self._answer(request)
        except Refusal as refusal:
            body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.code)

    async def _answer(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._token:
            raise Refusal(401, "Unauthorized")
        method = request.match_info["method"].lower()
        fields = await _fields(request)
        if method == "getupdates":
            return _ok(await self._updates(fields))
        act = next((act for name, act in METHODS.items() if name.lower() == method), None)
        if act is None:
            raise Refusal(404, "Not Found")
        fault = self.trouble.next(method, fields.get("chat_id"))
        if fault is None:
            return _ok(act(self.world, fields))
        if fault.taken:
            act(self.world, fields)
        return await _play(fault, request, fields)

    async def _file(self, request: web.Request) -> web.Response:
        """https://core.telegram.org/bots/api#getfile"""
        stored = self.world.files.by_path.get(request.match_info["path"])
        if request.match_info["token"] != self._token or stored is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=stored.data, content_type="application/octet-stream")

    async def _updates(self, fields: Json) -> list[Json]:
        offset, timeout = int(fields.get("offset") or 0), min(50, int(fields.get("timeout") or 0))
        limit = min(100, int(fields.get("limit") or 100))
        if self.world.webhook:
            raise Refusal(409, HOOKED)
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refusal(409, CONFLICT))
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = mine
        world = self.world
        if offset:
            world.updates[:] = [update for update in world.updates if update["update_id"] >= offset]
        end = asyncio.get_running_loop().time() + timeout
        while not world.updates and (left := end - asyncio.get_running_loop().time()) > 0:
            world.arrived.clear()
            waiting = asyncio.ensure_future(world.arrived.wait())
            racing: set[asyncio.Future[Any]] = {waiting, mine}
            await asyncio.wait(racing, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if mine.done():
                mine.result()
            if world.webhook:
                raise Refusal(409, HOOKED)
        if not mine.done():
            mine.set_result(None)
        return world.updates[:limit]


@web.middleware
async def _local_only(request: web.Request, handler: Any) -> Any:
    """Against other sites' pages: only this machine's own name is answered."""
    if request.host.rpartition(":")[0] not in ("127.0.0.1", "localhost", "[::1]"):
        raise web.HTTPForbidden(text="local only")
    return await handler(request)


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


async def _play(fault: Fault, request: web.Request, fields: Json) -> web.Response:
    """A fault as its bot meets it; one without a code cuts the connection."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if not fault.code:
        if request.transport is not None:
            request.transport.abort()
        raise web.HTTPServiceUnavailable
    if fault.html:
        return web.Response(text="<html>Bad Gateway</html>", content_type="text/html", status=fault.code)
    chat = str(fields.get("chat_id"))
    told = migrated(fault, int(chat)) if chat.lstrip("-").isdecimal() else fault
    return web.json_response(told.answer(), status=told.code)


async def _fields(request: web.Request) -> Json:
    """The parameters of a call, in every form that Telegram documents; a file is an Upload."""
    fields: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            fields |= await request.json()
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse JSON object") from None
    elif request.method == "POST":
        try:
            fields |= await form(request)
        except web.HTTPRequestEntityTooLarge:
            raise Refusal(413, "Request Entity Too Large") from None
    return fields
