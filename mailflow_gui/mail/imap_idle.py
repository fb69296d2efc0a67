"""IDLE (RFC 2177): the server tells when something changes.

Written on the wire itself: both libraries beneath lose a line that comes in the same packet as the ``+``, and neither
can be woken.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mailflow_gui.mail import timeouts

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from mailflow_gui.mail.imap_dialogue import Dialogue

    Wake = socket.socket | Callable[[], bool] | None

_NEWS = (b"EXISTS", b"RECENT", b"EXPUNGE", b"FETCH", b"VANISHED")
_TAG = b"idle"


def idle(dialogue: Dialogue, seconds: float, wake: Wake) -> bool:
    """See :meth:`mailflow_gui.mail.imap.ImapSession.idle`."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if "IDLE" not in dialogue.offered:
            return dialogue.wire.wait(left, wake)
        with dialogue.asking("IDLE", timeouts.command()):
            news, ended = _once(dialogue, min(left, timeouts.idle_renewal()), wake)
        if news:
            return True
        if ended:
            return False
    return False


def _once(dialogue: Dialogue, seconds: float, wake: Wake) -> tuple[bool, bool]:
    """One IDLE from command to DONE: whether there is news, and whether somebody woke us before the time."""
    wire, machine = dialogue.wire, dialogue.machine
    end = time.monotonic() + seconds
    wire.send(_TAG + b" IDLE\r\n")
    news = woken = False
    while not (line := machine.readline()).startswith(b"+"):
        if line.startswith(_TAG + b" "):
            raise dialogue.refuse("NO", line.split(b" ", 2)[-1].strip())
        news |= _tells(line)
    while not news and (left := end - time.monotonic()) > 0:
        if not wire.wait(left, wake):
            woken = time.monotonic() < end
            break
        wire.allow("IDLE", timeouts.command())
        news = _tells(machine.readline())
    wire.allow("DONE", timeouts.command())
    wire.send(b"DONE\r\n")
    while not (line := machine.readline()).startswith(_TAG + b" "):
        news |= _tells(line)
    return news, woken


def _tells(line: bytes) -> bool:
    """Whether an untagged line is about mails; "still here" is not."""
    words = line.upper().split(None, 3)
    return len(words) > 1 and words[0] == b"*" and any(word in _NEWS for word in words[1:3])
