"""What a supervisor that speaks systemd's protocol is told; without one, nothing.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html (the libraries for it are bindings to C, or
have not been kept for years)
"""

from __future__ import annotations

import contextlib
import os
import socket

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def notify(state: str) -> None:
    """At once or not at all: a supervisor that does not listen keeps nobody waiting."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.setblocking(False)
        end.connect(address.replace("@", "\0", 1) if address[0] == "@" else address)
        end.send(state.encode())


def interval() -> float | None:
    """Seconds between two signs of life: half of what the supervisor waits for. None: it waits for none."""
    given, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not given.isdecimal() or int(given) == 0 or process not in ("", str(os.getpid())):
        return None
    return int(given) / 2_000_000
