"""A wire's patience and its known addresses, and lines that are lost before TLS begins."""

from __future__ import annotations

import gc
import socket
import struct
import sys
import warnings

import pytest

from mailflow_gui.errors import MailError
from mailflow_gui.mail import tls
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Wire
from tests.servers.certificates import make
from tests.servers.scripted import Expect, Say, Scripted, Stall


def test_host_whose_addresses_are_known_is_not_looked_up() -> None:
    with Scripted(Say("* OK hello")) as server:
        wire = Wire.open(Server("no-such-host.invalid", server.port, "none"), addresses=("127.0.0.1",))
        assert wire.readline() == b"* OK hello\r\n"
        wire.close()


def test_second_address_is_called_when_the_first_is_dead() -> None:
    with Scripted(Say("* OK hello")) as server:
        wire = Wire.open(Server("no-such-host.invalid", server.port, "none"), addresses=("127.0.0.2", "127.0.0.1"))
        assert wire.readline() == b"* OK hello\r\n"
        wire.close()


def test_patience_is_shorter_than_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILFLOW_TIMEOUT_SCALE")
    with Scripted(Say("* OK hello"), Expect("NOOP"), Stall()) as server:
        wire = Wire.open(Server("127.0.0.1", server.port, "none"), patience=0.3)
        wire.readline()
        wire.allow("NOOP", 3600)
        wire.send(b"NOOP\r\n")
        with pytest.raises(MailError) as caught:
            wire.readline()
    assert caught.value.code == "no-answer"


@pytest.mark.parametrize("pinned", [True, False])
def test_line_that_was_reset_before_tls_is_lost_and_leaves_nothing_behind(*, pinned: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = socket.create_connection(listener.getsockname())
        other, _ = listener.accept()
        other.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        )
        other.close()  # zero linger: RST
        with pytest.raises(ConnectionResetError):
            sock.recv(1, socket.MSG_PEEK)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(MailError) as caught:
            tls.wrap(sock, Server("127.0.0.1", 993, "tls", make().pem if pinned else ""))
        assert sock.fileno() == -1
        gc.collect()
    assert caught.value.code == "line-dropped"
