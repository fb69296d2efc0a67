"""Each kind of fault does what it says, between a caller and a server that echoes lines."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.servers.fault_proxy import GARBAGE, KINDS, OVERLONG, Fault, FaultProxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back whatever comes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            while data := sock.recv(1 << 16):
                sock.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def said(port: int, *words: bytes, patience: float = 0.2) -> tuple[bytes, str]:
    """What comes back for some words, and how it ended: ``open`` (nothing more for a while), ``fin`` or ``rst``."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.settimeout(patience)
        try:
            for word in words:
                sock.sendall(word)
                time.sleep(0.02)
            while data := sock.recv(1 << 16):
                heard += data
        except TimeoutError:
            return heard, "open"
        except OSError:
            return heard, "rst"
    return heard, "fin"


EXPECTED = {
    "reset": (b"one\n", "rst"),
    "fin": (b"one\n", "fin"),
    "stall": (b"one\n", "open"),
    "latency": (b"one\ntwo\n", "open"),
    "dribble": (b"one\ntwo\n", "open"),
    "truncate": (b"one\n", "open"),
    "corrupt": (b"one\n!wo\n", "open"),
    "duplicate": (b"one\ntwo\ntwo\n", "open"),
    "half-open": (b"one\n", "open"),
    "garbage": (b"one\n" + GARBAGE + b"two\n", "open"),
    "overlong": (b"one\n" + OVERLONG + b"two\n", "open"),
}


@pytest.mark.parametrize(("direction", "at"), [("to-client", 4), ("to-server", rb"one\n")])
@pytest.mark.parametrize("kind", EXPECTED)
def test_a_fault_does_what_it_says_at_its_place(echo: int, kind: str, direction: str, at: int | bytes) -> None:
    with FaultProxy(echo, Fault(kind, direction, at, seconds=0.1)) as line:  # type: ignore[arg-type]  # from a table
        heard, end = said(line.port, b"one\ntwo\n")
        assert end == EXPECTED[kind][1]
        if direction == "to-client" or kind not in {"reset", "fin", "half-open"}:
            assert heard == EXPECTED[kind][0]
        else:  # what the server answered to the first line may have been cut off, too
            assert heard in {b"", EXPECTED[kind][0]}
        assert line.happened == [kind]
        assert said(line.port, b"again\n") == (b"again\n", "open")
        assert line.fired == 1


def test_a_refused_call_is_reset_and_a_black_hole_is_silent(echo: int) -> None:
    with FaultProxy(echo, Fault("refuse"), Fault("black-hole")) as line:
        assert said(line.port) == (b"", "rst")
        assert said(line.port, b"one\n") == (b"", "open")
        assert said(line.port, b"one\n") == (b"one\n", "open")
        assert line.happened == ["refuse", "black-hole"]


def test_a_pattern_is_found_across_two_packets(echo: int) -> None:
    with FaultProxy(echo, Fault("fin", at=rb"abcd")) as line:
        assert said(line.port, b"ab", b"cd", b"ef") == (b"abcd", "fin")


def test_every_kind_has_its_test() -> None:
    assert set(EXPECTED) | {"refuse", "black-hole"} == set(KINDS)
    assert len(KINDS) == 13
