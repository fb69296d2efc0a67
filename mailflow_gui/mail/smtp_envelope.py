"""A mail's envelope, what is said of it and what comes of it: MAIL, RCPT and DATA (RFC 5321, RFC 1870, RFC 6152, RFC 6531)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mailflow_gui.errors import MailError, Rejected, Reply
from mailflow_gui.mail.envelope import envelope_address, needs_smtputf8
from mailflow_gui.mail.smtp_dialogue import Dialogue, good
from mailflow_gui.mail.swift import swift


@swift
@dataclass(frozen=True)
class Begun:
    """An envelope was said. With no recipient accepted nothing is under way and there is nothing to finish."""

    accepted: tuple[str, ...]
    refused: Mapping[str, MailError] = field(default_factory=dict)


@swift
@dataclass(frozen=True)
class Receipt:
    """The server took the mail over, in its own words."""

    code: int
    text: str


@swift
@dataclass(frozen=True)
class Envelope:
    """What :meth:`SmtpSession.begin` says of a mail before its content."""

    sender: str
    """``local@domain``, or empty for the null sender."""
    recipients: tuple[str, ...]
    size: int
    """Bytes, as declared to the server."""
    eight_bit: bool = False
    """The content holds bytes above 127."""
    smtputf8: bool = False
    """The header holds addresses that need SMTPUTF8."""


@swift
@dataclass(frozen=True)
class Said:
    """An envelope as it is said."""

    path: str
    parameters: str
    offered: Mapping[str, str]
    """Recipients with what is said for them."""
    refused: Mapping[str, MailError]
    """Those that can't be said at all."""
    droppable: bool
    """It may do without its parameters."""

    @property
    def granting(self) -> bytes:
        """The first digits of the replies that grant all of it."""
        return b"2" * (len(self.offered) + 1) + b"3"

    @property
    def lines(self) -> bytes:
        """The whole group, DATA included."""
        to = _asking(tuple(self.offered.values()))
        return f"MAIL FROM:<{self.path}>{self.parameters}\r\n{to}DATA\r\n".encode()

    @property
    def commands(self) -> list[tuple[str, str]]:
        """MAIL and RCPT: operation and line."""
        to = [("RCPT", f"RCPT TO:<{address}>") for address in self.offered.values()]
        return [("MAIL", f"MAIL FROM:<{self.path}>{self.parameters}"), *to]


def prepared(dialogue: Dialogue, envelope: Envelope) -> Said:
    """How an envelope is said to the server at the other end.

    :raises MailError: the sender, or this kind of mail, can't be said to it.
    """
    usual = _usual(envelope.sender, envelope.recipients)
    if usual is not None and not envelope.smtputf8:
        path, said_to = usual
        return Said(path, _parameters(dialogue, envelope, smtputf8=False), said_to, {}, droppable=True)
    path = envelope_address(envelope.sender) if envelope.sender else ""
    _check_smtputf8(dialogue, path, required=envelope.smtputf8)
    offered: dict[str, str] = {}
    refused: dict[str, MailError] = {}
    for recipient in envelope.recipients:
        try:
            address = envelope_address(recipient)
            _check_smtputf8(dialogue, address)
        except Rejected as error:
            refused[recipient] = error
        else:
            offered[recipient] = address
    smtputf8 = envelope.smtputf8 or needs_smtputf8(path) or any(map(needs_smtputf8, offered.values()))
    parameters = _parameters(dialogue, envelope, smtputf8=smtputf8)
    return Said(path, parameters, offered, refused, droppable=not smtputf8)


@lru_cache(maxsize=1024)
def _usual(sender: str, recipients: tuple[str, ...]) -> tuple[str, Mapping[str, str]] | None:
    """What is said for sender and recipients, where it can be said to every server; most mails go from one person to few."""
    try:
        path = envelope_address(sender) if sender else ""
        offered = {recipient: envelope_address(recipient) for recipient in recipients}
    except Rejected:
        return None
    return None if needs_smtputf8(path) or any(map(needs_smtputf8, offered.values())) else (path, offered)


@lru_cache(maxsize=1024)
def _asking(addresses: tuple[str, ...]) -> str:
    """The lines that name the recipients."""
    return "".join([f"RCPT TO:<{address}>\r\n" for address in addresses])


def _check_smtputf8(dialogue: Dialogue, address: str, *, required: bool = False) -> None:
    if "SMTPUTF8" not in dialogue.extensions and (required or needs_smtputf8(address)):
        server = dialogue.wire.server
        raise Rejected("smtputf8-missing", account=dialogue.wire.account, host=server.host, address=address)


def _parameters(dialogue: Dialogue, envelope: Envelope, *, smtputf8: bool) -> str:
    said = f" SIZE={envelope.size}" if "SIZE" in dialogue.extensions else ""
    # A server without 8BITMIME gets the bytes all the same: that has worked for decades, a refusal helps nobody.
    if (envelope.eight_bit or smtputf8) and "8BITMIME" in dialogue.extensions:
        said += " BODY=8BITMIME"
    return said + " SMTPUTF8" if smtputf8 else said


def asked(dialogue: Dialogue, said: Said) -> list[Reply | None]:
    """Say MAIL, RCPT and DATA, as many at once as the server takes, and hear the answers; None where it no longer made sense to ask."""
    if "PIPELINING" in dialogue.extensions:
        return list(dialogue.exchange([*said.commands, ("DATA", "DATA")]))
    mail = dialogue.command(*said.commands[0])
    if not good(mail):
        return [mail, *([None] * len(said.commands))]
    answers = [dialogue.command(*command) for command in said.commands[1:]]
    data = dialogue.command("DATA", "DATA") if any(good(reply) for reply in answers) else None
    return [mail, *answers, data]


def heard(dialogue: Dialogue, said: Said) -> list[Reply | None]:
    """The answers where all of that was said already."""
    return list(dialogue.hear_all([*said.commands, ("DATA", "DATA")]))


def granted(
    dialogue: Dialogue, said: Said, answers: Sequence[Reply | None], refused: dict[str, MailError]
) -> tuple[str, ...] | None:
    """Who is accepted, by the ``answers`` to an envelope; who isn't goes into ``refused``. None: it may go without its parameters.

    :raises MailError: sender or mail refused; nothing is under way.
    """
    mail, data = answers[0], answers[-1]
    assert mail is not None
    if not good(mail):
        _leave(dialogue, data)
        if mail.code in (455, 555) and said.parameters and said.droppable:
            return None
        raise dialogue.refusal(mail)
    accepted = []
    for recipient, reply in zip(said.offered, answers[1:-1], strict=True):
        if good(reply):
            accepted.append(recipient)
        elif reply is not None:
            refused[recipient] = dialogue.refusal(reply, recipient)
    if not accepted:
        _leave(dialogue, data)
        _reset_quietly(dialogue)
    elif data is None or data.code != 354:
        error = dialogue.garbled() if data is None else dialogue.refusal(data)
        _reset_quietly(dialogue)
        raise error
    return tuple(accepted)


def _leave(dialogue: Dialogue, data: Reply | None) -> None:
    """Get out of a DATA that was granted although there is nobody to mail to: without a dot nothing is sent."""
    if data is not None and data.code == 354:
        dialogue.close()


def _reset_quietly(dialogue: Dialogue) -> None:
    """RSET after a refusal: what was refused is known, a session lost now is only closed."""
    if not dialogue.closed:
        try:
            dialogue.expect_good("RSET")
        except MailError:
            dialogue.close()
