"""A DNS server on a free loopback port, over UDP and TCP; it knows a zone that the test writes.

::

    with DnsServer({"example.test": {"MX": ["10 mail.example.test."]}}) as server:
        ...
    assert ("example.test", "MX") in server.asked

A name that isn't in the zone doesn't exist. With ``answers=False`` nobody ever hears back, with ``refuses=True`` everybody gets SERVFAIL.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Zone = Mapping[str, Mapping[str, Sequence[str]]]

HOST = "127.0.0.1"

_LARGEST_DATAGRAM = 512
"""Longer answers come by TCP (RFC 1035 4.2.1)."""


class DnsServer:
    """A context manager; ``asked`` stays readable after the end."""

    def __init__(self, zone: Zone, *, answers: bool = True, refuses: bool = False) -> None:
        self.zone = {name.lower(): records for name, records in zone.items()}
        self.asked: list[tuple[str, str]] = []
        """Every question: name without its final dot, and kind."""
        self._answers = answers
        self._refuses = refuses
        self._datagrams, self._streams = _both_on_one_port()
        self.address: tuple[str, int] = self._datagrams.getsockname()
        self._threads = [
            threading.Thread(target=self._serve_datagrams, daemon=True),
            threading.Thread(target=self._serve_streams, daemon=True),
        ]

    def __enter__(self) -> DnsServer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone wakes nobody: an empty datagram and a call do.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self.address)
        with contextlib.suppress(OSError):
            socket.create_connection(self.address, timeout=1).close()
        for thread in self._threads:
            thread.join(10)
        self._datagrams.close()
        self._streams.close()

    def _serve_datagrams(self) -> None:
        while True:
            question, asker = self._datagrams.recvfrom(65535)
            if not question:
                return
            answer = self._answer(question)
            if answer is None:
                continue
            wire = answer.to_wire()
            if len(wire) > _LARGEST_DATAGRAM:
                answer.answer.clear()
                answer.flags |= dns.flags.TC
                wire = answer.to_wire()
            self._datagrams.sendto(wire, asker)

    def _serve_streams(self) -> None:
        while True:
            sock, _ = self._streams.accept()
            with sock, contextlib.suppress(OSError, struct.error):
                sock.settimeout(5)
                head = sock.recv(2)
                if not head:
                    return
                (length,) = struct.unpack("!H", head)
                answer = self._answer(sock.recv(length, socket.MSG_WAITALL))
                if answer is not None:
                    wire = answer.to_wire()
                    sock.sendall(struct.pack("!H", len(wire)) + wire)

    def _answer(self, wire: bytes) -> dns.message.Message | None:
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if not self._answers:
            return None
        response = dns.message.make_response(query)
        if self._refuses:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.zone:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif records := self.zone[name].get(kind):
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, list(records)))
        return response


def _both_on_one_port() -> tuple[socket.socket, socket.socket]:
    """A datagram socket and a listening one with the same number, as DNS has them."""
    while True:
        streams = socket.create_server((HOST, 0))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagrams.bind(streams.getsockname())
        except OSError:
            datagrams.close()
            streams.close()
        else:
            return datagrams, streams
