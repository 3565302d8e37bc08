"""Ports of the loopback for tests that must name one before anybody listens there."""

from __future__ import annotations

import itertools
import os
import socket

FIRST = 20_000
EACH = 1_000
"""Ports a test worker has for itself, all below those from which the kernel takes the ports of outgoing connections."""

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10
_ports = itertools.cycle(range(FIRST + _worker * EACH, FIRST + (_worker + 1) * EACH))


def free_port() -> int:
    """A port where nobody listens and that no other test is handed meanwhile."""
    for port in itertools.islice(_ports, EACH):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
