"""The chat page: what it shows, what it does, and the files on it. Loopback only, driven by its own page alone."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.files import Upload
from bot.sandbox.limits import CAPTION, units
from bot.sandbox.media import ALBUM
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.trouble import Trouble
from bot.sandbox.world import World

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'"
)
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


class ChatPage:
    def __init__(self, world: World, trouble: Trouble) -> None:
        self._world, self._trouble = world, trouble
        self._secret = secrets.token_urlsafe(16)
        trouble.changed = lambda: world.tell({"kind": "faults", "faults": trouble.told()})

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._index)
        app.router.add_static("/static/", STATIC)
        app.router.add_get("/page/events", self._events)
        app.router.add_get("/page/state", self._state)
        app.router.add_get("/page/file/{id}", self._file)
        app.router.add_post("/page/do", self._own(self._do))
        app.router.add_post("/page/upload", self._own(self._upload))

    def _own(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """For this page alone: another site's does not know the secret."""

        async def guarded(request: web.Request) -> web.Response:
            if not secrets.compare_digest(request.headers.get("X-Sandbox", ""), self._secret):
                raise web.HTTPForbidden(text="not from this page")
            return await handler(request)

        return guarded

    async def _asked_inline(self, person: int, text: str) -> Json:
        """No answer within three seconds is an empty one, as for a bot without inline mode."""
        answered = self._world.ask_inline(person, text)
        try:
            return await asyncio.wait_for(answered, 3)
        except TimeoutError:
            return {"results": [], "button": None}

    async def _index(self, request: web.Request) -> web.Response:
        page = (STATIC / "index.html").read_text(encoding="utf-8").replace("{secret}", self._secret)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _state(self, request: web.Request) -> web.Response:
        world = self._world
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
        return web.json_response({"bot": world.me(), "people": people, "faults": self._trouble.told()})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        queue: asyncio.Queue[Json] = asyncio.Queue()
        watcher = queue.put_nowait
        self._world.watchers.add(watcher)
        try:
            await stream.write(b": hello\n\n")
            while True:
                event = await queue.get()
                await stream.write(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")
        except (ConnectionResetError, asyncio.CancelledError):
            return stream
        finally:
            self._world.watchers.discard(watcher)

    async def _do(self, request: web.Request) -> web.Response:
        return web.json_response(await self._act(await request.json()))

    async def _file(self, request: web.Request) -> web.Response:
        stored = self._world.files.by_id.get(request.match_info["id"])
        if stored is None:
            raise web.HTTPNotFound(text="no such file")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if stored.mime not in PICTURES:
            headers["Content-Disposition"] = "attachment"
            return web.Response(body=stored.data, content_type="application/octet-stream", headers=headers)
        return web.Response(body=stored.data, content_type=stored.mime, headers=headers)

    async def _upload(self, request: web.Request) -> web.Response:
        """Files that a person sends; the answer says what Telegram would not take."""
        try:
            sent = self._send_files(await form(request))
        except Refusal as refusal:
            return web.json_response({"error": refusal.description})
        except web.HTTPRequestEntityTooLarge:
            return web.json_response({"error": "Request Entity Too Large"})
        return web.json_response({"sent": sent})

    def _send_files(self, given: Json) -> int:
        uploads = [value for value in given.values() if isinstance(value, Upload)]
        if not 1 <= len(uploads) <= ALBUM:
            raise Refusal(400, f"Choose 1 to {ALBUM} files.")
        caption, as_files = str(given.get("caption") or ""), given.get("as_files") == "true"
        if units(caption) > CAPTION:
            raise Refusal(400, f"A caption holds {CAPTION} characters.")
        return len(self._world.send_files(int(given["person"]), uploads, caption, as_files=as_files))

    async def _act(self, act: Json) -> Any:
        world, person = self._world, int(act.get("person", 0))
        match act["do"]:
            case "say":
                text = str(act["text"])[:4096]
                return world.say(person, text)
            case "inline":
                return await self._asked_inline(person, str(act["text"]))
            case "press":
                answered = world.press(person, int(act["message"]), str(act["data"]))
                try:
                    return await asyncio.wait_for(answered, 20)
                except TimeoutError:
                    return {"text": "", "show_alert": False}
            case "block":
                world.set_blocked(person, bool(act["blocked"]))
            case "play":
                self._trouble.play(str(act["fault"]), person or None, int(act["times"]))
            case "calm":
                self._trouble.clear()
            case "add":
                return world.add_person(str(act["name"])[:40] or "Reader", str(act["language"])[:8]).id
        return True


async def form(request: web.Request) -> Json:
    """A form's fields; a file is an Upload. Raises web.HTTPRequestEntityTooLarge."""
    return {
        name: value if isinstance(value, str) else Upload(value.filename, value.file.read())
        for name, value in (await request.post()).items()
        if isinstance(value, (str, web.FileField))
    }
