"""Commands and replies of SMTP over one wire (RFC 5321 4.2, RFC 2034, RFC 2920); it knows no mail and no sign-in.

Usually a dialogue waits for what it needs. One that is told not to keeps what the line doesn't take yet, gathers replies as they arrive,
and is read from only once they are complete: so one thread has many of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from mailflow_gui.errors import MailError, Reply
from mailflow_gui.mail import timeouts
from mailflow_gui.mail.replies import smtp_error
from mailflow_gui.mail.wire import Wire

_REPLY_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_USUAL_REPLY = re.compile(rb"(2\d\d) (2\.\d{1,3}\.\d{1,3}) ([!-~][ -~]*)\r\n")
"""Good, on one line, with an enhanced status and in ASCII, as most are."""
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?:\s+|$)")
_LONGEST_LINE = 4096
"""RFC 5321 4.5.3.1.5 allows 512 bytes; what is far longer is no SMTP."""
_LONGEST_REPLY = 1 << 16
_GROUP = 100
"""Commands in one pipelined write, so that neither side's buffers fill while the other waits (RFC 2920 3.1)."""


class Dialogue:
    """Commands out, replies in. After an error of the wire, garbage or 421 it is closed."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.extensions: dict[str, str] = {}
        """What EHLO offered: keyword in upper case, and its parameters (RFC 5321 4.1.1.1)."""
        self.closed = False
        self._waits = True
        self._heard = bytearray()
        """Gathered and not read yet."""
        self._unsent = bytearray()
        """Said, but not taken by the line yet."""
        self._over = False
        """The server has said its last word."""

    @property
    def waits(self) -> bool:
        """Whether reading and sending wait for the line."""
        return self._waits

    def wait(self) -> None:
        """From now on, wait. What the line hasn't taken yet goes before anything else is said or heard, in the thread that does that."""
        self._waits = True

    def wait_for_nothing(self) -> None:
        """From now on, keep and gather."""
        self._waits = False

    def gather(self) -> None:
        """Take in what has arrived. What is wrong with the line is told when it is read from."""
        if self.closed:
            return
        try:
            while data := self.wire.receive_now():
                self._heard += data
                if not self.wire.pending():
                    return
            self._over = self._over or data == b""
        except MailError:
            self._over = True

    @property
    def unsent(self) -> bool:
        """Whether something was said that the line hasn't taken yet."""
        return bool(self._unsent)

    def flush(self) -> bool:
        """Send what the line takes; whether that was all. :raises MailError: lost; the dialogue is closed."""
        unsent = self._unsent
        try:
            while unsent and (taken := self.wire.send_now(unsent)):
                del unsent[:taken]
        except MailError:
            self.close()
            raise
        return not unsent

    def complete(self, replies: int) -> bool:
        """Whether so many replies have been gathered, or all that will ever come."""
        start = 0
        while replies > 0:
            end = self._heard.find(b"\n", start)
            if end < 0:
                return self._over or self.closed or len(self._heard) - start > _LONGEST_LINE
            # With "-" the reply goes on, also that of a server that closes.
            if self._heard[start + 3 : start + 4] != b"-":
                replies = 0 if self._heard[start : start + 3] == b"421" else replies - 1
            start = end + 1
        return True

    def usual(self, firsts: bytes) -> int:
        """Where the next replies are complete, each of one line, and begin with these digits: their length in bytes; else 0."""
        heard, start = self._heard, 0
        for first in firsts:
            end = heard.find(b"\n", start)
            if end < 0 or heard[start] != first or heard[start + 3 : start + 4] == b"-":
                return 0
            start = end + 1
        return start

    def skip(self, length: int) -> None:
        """Pass over so many bytes that have been gathered."""
        del self._heard[:length]

    def close(self) -> None:
        """Drop the line without another word. Never raises."""
        self.closed = True
        self.wire.close()

    def allow(self, operation: str, seconds: float) -> None:
        """Begin ``operation``, which has ``seconds`` until the end of its reply."""
        self.wire.allow(operation, seconds, _LONGEST_REPLY)

    def send(self, data: bytes | bytearray) -> None:
        """:raises MailError: lost; the dialogue is closed."""
        if not self._waits:
            if not self._unsent:
                try:
                    taken = self.wire.send_now(data)
                except MailError:
                    self.close()
                    raise
                if taken == len(data):  # as nearly always: nothing is copied
                    return
                self._unsent += memoryview(data)[taken:]
            else:
                self._unsent += data
            self.flush()
            return
        if self._unsent:
            data, self._unsent = self._unsent + data, bytearray()
        try:
            self.wire.send(data)
        except MailError:
            self.close()
            raise

    def command(self, operation: str, line: str) -> Reply:
        """Say one line and hear the reply; ``operation`` is its verb.

        :raises MailError: lost, garbage, or 421; never for another refusal.
        """
        self.allow(operation, timeouts.command())
        self.send(f"{line}\r\n".encode())
        return self.hear(operation)

    def expect_good(self, operation: str) -> None:
        """Say a verb alone. :raises MailError: refused or lost."""
        reply = self.command(operation, operation)
        if not good(reply):
            raise self.refusal(reply)

    def exchange(self, commands: Sequence[tuple[str, str]]) -> Iterator[Reply]:
        """Say many lines (operation, line) ahead of their replies; for servers that offer PIPELINING."""
        for start in range(0, len(commands), _GROUP):
            group = commands[start : start + _GROUP]
            self.allow(group[0][0], timeouts.command())
            self.send(b"".join(f"{line}\r\n".encode() for _, line in group))
            yield from self.hear_all(group)

    def hear_all(self, commands: Sequence[tuple[str, str]]) -> Iterator[Reply]:
        """The replies to lines (operation, line) that were said already."""
        for operation, _ in commands:
            self.allow(operation, timeouts.command())
            yield self.hear(operation)

    def hear(self, operation: str) -> Reply:
        """The next reply. :raises MailError: lost, garbage, or 421, which closes whatever was asked (RFC 5321 3.8)."""
        reply = self.read(operation)
        if reply.code == 421:
            raise self.refusal(reply)
        return reply

    def read(self, operation: str, begun: bytes = b"") -> Reply:
        """The next reply, also a 421; ``begun`` was read of it already.

        :raises MailError: lost or garbage; the dialogue is closed.
        """
        if not begun and (usual := _USUAL_REPLY.match(self._heard)) is not None:
            length = usual.end()
            if length <= _LONGEST_LINE:
                digits, enhanced, text = usual.groups()
                self.skip(length)
                return Reply(text.decode("ascii"), int(digits), enhanced.decode("ascii"), operation)
        code, texts = b"", []
        try:
            while True:
                line = begun + self._readline()
                begun = b""
                match = _REPLY_LINE.fullmatch(line.rstrip(b"\r\n"))
                if match is None or len(line) > _LONGEST_LINE or (code and match[1] != code):
                    raise self.garbled()
                code = match[1]
                texts.append((match[3] or b"").decode("utf-8", "replace"))
                if match[2] != b"-":
                    return _reply(int(code), texts, operation)
        except MailError:
            self.close()
            raise

    def _readline(self) -> bytes:
        end = self._heard.find(b"\n") + 1
        if end:
            line = bytes(self._heard[:end])
            del self._heard[:end]
            return line
        if not self._waits:
            raise self.wire.failure("line-dropped") if self._over else self.wire.late()
        if self._unsent:
            self.send(b"")
        begun, self._heard = bytes(self._heard), bytearray()
        return begun + self.wire.readline()

    def stream(self, blocks: Iterable[bytes], seconds: float) -> None:
        """Send ``blocks`` within ``seconds`` altogether, and stop as soon as the server speaks.

        :raises MailError: lost, or refused in the middle; the dialogue is closed.
        """
        self.allow("data", seconds)
        try:
            for number, block in enumerate(blocks):
                if number and self._waits and self.interrupted():
                    raise self.interruption()
                self.send(block)
        except BaseException:  # whatever it was, also an error of reading the mail: without a dot nothing is sent
            self.close()
            raise

    def pending(self) -> bool:
        """Whether something has arrived that was not read yet."""
        return bool(self._heard) or self.wire.pending()

    def interrupted(self, *, looked: bool = False) -> bool:
        """Whether the server has said something unasked, or hung up; ``looked``: nothing has arrived since this dialogue last gathered."""
        if not self._waits:
            if not looked:
                self.gather()
            return self.closed or self._over or bool(self._heard)
        return self.closed or self.pending() or self.wire.readable()

    def interruption(self) -> MailError:
        """What the server said unasked, as an error; the dialogue is closed."""
        try:
            self.allow("data", timeouts.command())
            reply = self.read("data")
        except MailError as error:
            return error
        self.close()
        return self.refusal(reply)

    def refusal(self, reply: Reply, recipient: str | None = None) -> MailError:
        """The error for a reply that isn't the good one; a 421, or one that makes no sense, closes."""
        if reply.code is None or reply.code < 400:
            return self.garbled()
        if reply.code == 421:
            self.close()
        return smtp_error(reply, self.wire.server, recipient)

    def garbled(self) -> MailError:
        """The error for what is no SMTP; the dialogue is closed, for nobody knows where the next reply begins."""
        self.closed = True
        return self.wire.failure("answer-garbled")


def good(reply: Reply | None) -> TypeGuard[Reply]:
    """Whether a reply is 2yz."""
    return reply is not None and reply.code is not None and 200 <= reply.code < 300


def _reply(code: int, lines: Sequence[str], operation: str) -> Reply:
    """A reply of several lines as one; the enhanced status is taken off where it stands in each of them (RFC 2034
    4)."""
    enhanced, texts = None, []
    for line in lines:
        match = _ENHANCED.match(line)
        if match and match[1] == str(code)[0]:
            enhanced = enhanced or match[0].strip()
            texts.append(line[match.end() :])
        else:
            texts.append(line)
    return Reply("\n".join(texts), code, enhanced, operation)
