"""The answers to FETCH that nearly all servers give, read the short way; :mod:`imap_dialogue` reads all others.

imaplib tries four patterns on every line, writes each out for a log that we don't keep, and leaves what it found to a second parser: that
was most of the time that fetching took. Here one pattern tells it all. An answer is either exactly of the usual shape, or it is left to
imaplib as if nobody had looked at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_MAIL = re.compile(rb"\* (\d+) FETCH (\(UID (\d+) FLAGS \(([^(){}\[\]\"]*)\) BODY\[\] \{(\d+)\})\r\n")
_SIZE = re.compile(rb"\* (\d+) FETCH (\(UID (\d+) RFC822\.SIZE (\d+)\))\r\n")


@dataclass
class Usual:
    """What the usual answers to one FETCH have said."""

    found: dict[int, dict[bytes, Any]] = field(default_factory=dict)
    """By UID, as the ordinary way would find it."""
    data: list[Any] = field(default_factory=list)
    """The same as imaplib would have left it: for its parser, where other answers came among them."""

    def read(self, readline: Callable[[], bytes], read: Callable[[int], bytes]) -> list[bytes]:
        """Read answers for as long as they are usual; what was read of the first one that isn't, to be read again in that order."""
        found, data = self.found, self.data
        while True:
            line = readline()
            if match := _MAIL.fullmatch(line):
                number, rest, name, flags, size = match.groups()
                uid = int(name)
                if uid in found:  # the ordinary way puts the two together
                    return [line]
                raw = read(int(size))
                if (end := readline()) != b")\r\n":
                    return [line, raw, end]
                data += ((number + b" " + rest, raw), b")")
                found[uid] = {b"UID": uid, b"FLAGS": tuple(flags.split()), b"BODY[]": raw}
            elif match := _SIZE.fullmatch(line):
                number, rest, name, size = match.groups()
                uid = int(name)
                if uid in found:
                    return [line]
                data.append(number + b" " + rest)
                found[uid] = {b"UID": uid, b"RFC822.SIZE": int(size)}
            else:
                return [line]
