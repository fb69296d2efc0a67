"""A mail's bytes as they go behind DATA: CR LF line ends, dots stuffed (RFC 5321 2.3.8, 4.5.2).

A lone CR or LF becomes CR LF before dots are looked for. Left alone, ``\\r.\\r\\n`` or ``\\n.\\n`` ends the mail for
some servers and not for others, and what follows becomes a second mail that nobody wrote (*SMTP smuggling*).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailflow_gui.mail.base64_lines import Base64Lines
from mailflow_gui.mail.large import give_back

BLOCK = 1 << 16
_ODD = re.compile(rb"\n(?:(?<!\r\n)|(?=\.))")
"""A line end without its CR, or a dot behind one."""


def wire_form(content: Iterable[bytes]) -> Iterator[bytes]:
    """``content``, cut anywhere, as blocks to send: everything up to, but not with, the line of the final dot."""
    held: list[bytes] = []
    size = 0
    at_line_start = True
    held_cr = False  # a CR at the end of a chunk may be half of a CR LF
    for part in content:
        if type(part) is Base64Lines and part and not held_cr:
            chunk: bytes = part
        else:
            chunk = b"\r" + part if held_cr else bytes(part)  # a view becomes bytes here, a piece at a time
            if type(part) is not bytes:
                give_back(part)
            held_cr = chunk.endswith(b"\r")
            if held_cr:
                chunk = chunk[:-1]
            if not chunk:
                continue
            chunk = _stuffed(chunk)
            if at_line_start and chunk.startswith(b"."):
                chunk = b"." + chunk
        at_line_start = chunk.endswith(b"\n")
        held.append(chunk)
        size += len(chunk)
        if size >= BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held_cr or not at_line_start:
        held.append(b"\r\n")
    if held:
        yield b"".join(held)


def _stuffed(chunk: bytes) -> bytes:
    """With CR LF line ends, and a dot more behind each that has one; what stands at the chunk's own ends is the caller's."""
    if chunk.count(b"\r") != chunk.count(b"\n") or _ODD.search(chunk):
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n").replace(b"\n.", b"\n..")
    return chunk
