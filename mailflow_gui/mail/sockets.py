"""Sockets: reaching a server, and whether one has something to read."""

from __future__ import annotations

import select
import socket
import time
from typing import TYPE_CHECKING

from mailflow_gui.mail.transport_errors import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailflow_gui.mail.server import Server


def readable(sock: socket.socket) -> Sequence[object]:
    """Not empty if reading would not block. Where ``poll`` exists, ``select`` fails on descriptors from 1024."""
    if not hasattr(select, "poll"):
        return select.select([sock], [], [], 0)[0]
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return poll.poll(0)


def connect(server: Server, addresses: list[tuple[int, object]], seconds: float) -> socket.socket:
    """The first address that answers; each gets its share of the time, so that a dead one leaves some for the next."""
    end = time.monotonic() + seconds
    failure: OSError = OSError("no address")
    for index, (family, address) in enumerate(addresses):
        sock = None
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(max((end - time.monotonic()) / (len(addresses) - index), 0.001))
            sock.connect(address)  # type: ignore[arg-type]  # getaddrinfo's own address, whatever its family
            # Nagle's algorithm against delayed acknowledgements costs 40 ms a command.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(seconds)
        except OSError as error:
            failure = error
            if sock is not None:
                sock.close()
        else:
            return sock
    raise translate(failure, server, "connect") from failure
