"""The stand-in over HTTP: the Bot API for the bot, and a chat page for the browser. Loopback only."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.methods import METHODS
from bot.sandbox.world import Json, Refusal, World

STATIC = Path(__file__).parent / "static"
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'"
)


class Sandbox:
    """`start`, then point a bot at `bot_api` and a browser at `url`; `stop` ends both."""

    def __init__(self, token: str, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = World(int(token.partition(":")[0]))
        self._token, self._host, self._port = token, host, port
        self._secret = secrets.token_urlsafe(16)
        self._poll: asyncio.Future[None] | None = None
        self._runner: web.AppRunner | None = None

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
        app = web.Application(middlewares=[_local_only])
        app.router.add_route("*", "/bot{token}/{method}", self._api)
        app.router.add_get("/", self._page)
        app.router.add_static("/static/", STATIC)
        app.router.add_get("/page/events", self._events)
        app.router.add_get("/page/state", self._state)
        app.router.add_post("/page/do", self._do)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # the Bot API

    async def _api(self, request: web.Request) -> web.Response:
        try:
            return web.json_response({"ok": True, "result": await self._call(request)})
        except Refusal as refusal:
            body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.code)

    async def _call(self, request: web.Request) -> Any:
        if request.match_info["token"] != self._token:
            raise Refusal(401, "Unauthorized")
        method = request.match_info["method"].lower()
        fields = await _fields(request)
        if method == "getupdates":
            return await self._updates(fields)
        act = next((act for name, act in METHODS.items() if name.lower() == method), None)
        if act is None:
            raise Refusal(404, "Not Found")
        return act(self.world, fields)

    async def _updates(self, fields: Json) -> list[Json]:
        offset, timeout = int(fields.get("offset") or 0), min(50, int(fields.get("timeout") or 0))
        limit = min(100, int(fields.get("limit") or 100))
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
        if not mine.done():
            mine.set_result(None)
        return world.updates[:limit]

    # the page

    async def _page(self, request: web.Request) -> web.Response:
        page = (STATIC / "index.html").read_text(encoding="utf-8").replace("{secret}", self._secret)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _state(self, request: web.Request) -> web.Response:
        world = self.world
        people = [
            {
                "id": person.id,
                "name": person.name,
                "language": person.language,
                "admin": person.admin,
                "blocked": person.blocked,
                "started": person.started,
                "commands": world.commands_for(person),
                "description": world.texts.get(("description", person.language))
                or world.texts.get(("description", ""), ""),
                "messages": world.messages(person.id),
            }
            for person in world.people.values()
        ]
        return web.json_response({"bot": world.me(), "people": people})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        watcher = queue.put_nowait
        self.world.watchers.add(watcher)
        try:
            await stream.write(b": hello\n\n")
            while True:
                event = await queue.get()
                await stream.write(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")
        except (ConnectionResetError, asyncio.CancelledError):
            return stream
        finally:
            self.world.watchers.discard(watcher)

    async def _do(self, request: web.Request) -> web.Response:
        if not secrets.compare_digest(request.headers.get("X-Sandbox", ""), self._secret):
            raise web.HTTPForbidden(text="not from this page")
        act = await request.json()
        return web.json_response(await self._act(act))

    async def _act(self, act: Json) -> Any:
        world, person = self.world, int(act.get("person", 0))
        match act["do"]:
            case "say":
                text = str(act["text"])[:4096]
                return world.say(person, text)
            case "press":
                answered = world.press(person, int(act["message"]), str(act["data"]))
                try:
                    return await asyncio.wait_for(answered, 20)
                except TimeoutError:
                    return {"text": "", "show_alert": False}
            case "block":
                world.set_blocked(person, bool(act["blocked"]))
            case "add":
                return world.add_person(str(act["name"])[:40] or "Reader", str(act["language"])[:8]).id
        return True


@web.middleware
async def _local_only(request: web.Request, handler: Any) -> Any:
    """Against other sites' pages: only this machine's own name is answered."""
    if request.host.rpartition(":")[0] not in ("127.0.0.1", "localhost", "[::1]"):
        raise web.HTTPForbidden(text="local only")
    return await handler(request)


async def _fields(request: web.Request) -> Json:
    fields: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            fields |= await request.json()
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse JSON object") from None
    elif request.method == "POST":
        fields |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return fields
