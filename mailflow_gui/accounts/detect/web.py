"""HTTPS as far as it is needed here: one small document, from a server whose certificate was checked, in little time.

It goes through the same wire as mail, so that size, time and trust are bounded in the same way, and a stop cuts it at once.
"""

from __future__ import annotations

import http.client
import io
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.detect import lookups
from mailflow_gui.accounts.detect.srv import belongs
from mailflow_gui.errors import Transient
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Wire

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from mailflow_gui.accounts.detect.address import MailAddress
    from mailflow_gui.accounts.detect.world import World

LARGEST = 256 << 10
"""Bytes of a document; a description of mail servers has some thousand."""

_HEADER = 64 << 10
_REDIRECTIONS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def fetch(url: str, address: MailAddress, world: World) -> bytes | None:
    """The document at ``url``, or None where there is none.

    Redirections are followed to other HTTPS places, but never one that would tell another domain the address.

    :raises MailError: not reachable, not trusted, too long, or no HTTP.
    """
    for _ in range(_REDIRECTIONS + 1):
        found = _get(url, world)
        if not isinstance(found, str):
            return found
        try:
            url = urljoin(url, found)
        except ValueError:
            return None
        if _tells(url, address):
            return None
    return None


def _tells(url: str, address: MailAddress) -> bool:
    """Whether fetching ``url`` would tell somebody else who is asking."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return True
    return not belongs(host, address.domain) and address.local.lower() in unquote(url).lower()


def _get(url: str, world: World) -> bytes | str | None:
    """One request: a document, where to ask instead, or nothing."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        return None
    if (
        parts.scheme != "https"
        or parts.username is not None
        or not (fields.is_host_name(host) or fields.is_address(host))
    ):
        return None
    server = Server(host, port, "tls", world.network.certificate)
    wire = Wire.open(server, addresses=lookups.addresses(host, world), patience=world.patience)
    with world.crew.watching(wire):
        wire.allow("GET", world.patience, LARGEST + _HEADER)
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (f"?{parts.query}" if parts.query else "")
        name = f"[{host}]" if ":" in host else host
        lines = (
            f"GET {target} HTTP/1.1",
            f"Host: {name}" if port == 443 else f"Host: {name}:{port}",
            "User-Agent: MailFlow",
            "Accept: text/xml, application/xml",
            "Accept-Encoding: identity",
            "Connection: close",
        )
        try:
            wire.send("\r\n".join((*lines, "", "")).encode("ascii"))
            response = http.client.HTTPResponse(_Answering(wire))  # type: ignore[arg-type]  # it only calls makefile
            response.begin()
            if response.status in _REDIRECTS:
                return response.getheader("Location")
            if response.status != 200:
                return None
            document = response.read(LARGEST + 1)
        except (http.client.HTTPException, ValueError) as error:
            raise wire.failure("answer-garbled") from error
    if len(document) > LARGEST:
        raise Transient("answer-too-long", host=host, port=port, operation="GET")
    return document


class _Answering:
    """A wire in the place of the socket that http.client reads from."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Stream(self._wire))


class _Stream(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        return self._wire.receive_into(buffer)
