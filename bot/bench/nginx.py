"""A Telegram that costs nothing: nginx gives every message the same answer at once; all else goes to the stand-in."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from bot.bench.processes import Broken, StandIn, started

ANSWER = '{"ok":true,"result":{"message_id":1,"date":0,"chat":{"id":1,"type":"private","first_name":"R"}}}'
PLACES = ("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx")
_CONFIG = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 3600; client_body_buffer_size 64k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  default_type application/json;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location = /counted {{ stub_status; }}
    location ~* /sendMessage$ {{ return 200 '{answer}'; }}
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


class Nginx:
    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session
        self._looks = 0

    async def requests(self) -> int:
        """How many it has answered, our own questions left aside."""
        async with self._session.get(f"{self.url}/counted") as answer:
            told = re.search(r"^ \d+ \d+ (\d+)", await answer.text(), re.MULTILINE)
        self._looks += 1
        assert told is not None  # noqa: S101 - the form of stub_status is fixed
        return int(told[1]) - self._looks


def found() -> str | None:
    """Where nginx lies; None: it is not installed."""
    return shutil.which("nginx") or next((place for place in PLACES if Path(place).exists()), None)


@contextlib.asynccontextmanager
async def constant(folder: Path, behind: StandIn) -> AsyncIterator[Nginx]:
    """Broken with one line when there is no nginx, or it does not start."""
    program = found()
    if program is None:
        raise Broken("no nginx here: install it (Debian: nginx-light) to measure without any limit")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, behind=behind.port, answer=ANSWER))
    command = [program, "-c", str(config), "-p", str(folder), "-e", "stderr"]
    async with started(command, folder / "nginx.log", {"PATH": "/usr/sbin:/usr/bin:/bin"}) as child:
        async with aiohttp.ClientSession() as session:
            for _ in range(100):
                with contextlib.suppress(aiohttp.ClientError):
                    nginx = Nginx(f"http://127.0.0.1:{port}", session)
                    await nginx.requests()
                    break
                if not child.running:
                    raise Broken(f"nginx did not start: {(child.words() or ['without a word'])[-1]}")
                await asyncio.sleep(0.05)
            yield nginx
        await child.end()
