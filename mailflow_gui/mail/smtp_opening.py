"""The beginning of an SMTP session: greeting, EHLO, STARTTLS, AUTH (RFC 5321 3.1, RFC 3207, RFC 4954)."""

from __future__ import annotations

import base64
import binascii
import ssl

from mailflow_gui.errors import AccountBroken, MailError, Reply, Transient
from mailflow_gui.mail import sasl, sign_in_causes, timeouts
from mailflow_gui.mail.smtp_dialogue import Dialogue, good

_LONGEST_COMMAND = 500
"""A longer first answer goes on a line of its own: RFC 4954 4 allows that 12,288 bytes, and AUTH itself only 512."""


def greet(dialogue: Dialogue, local_name: str | None) -> None:
    """Hear the banner and introduce ourselves. :raises MailError: no service here, or another protocol."""
    dialogue.allow("greeting", timeouts.command())
    try:
        first = dialogue.wire.read(1)
    except Transient as error:
        if error.code == "no-answer":
            raise dialogue.wire.failure("no-greeting") from error
        raise
    if not first.isdigit():
        dialogue.close()
        raise broken("other-protocol", dialogue, port=dialogue.wire.server.port)
    banner = dialogue.read("connect", first)
    if not good(banner):
        raise sign_in_causes.of(dialogue.refusal(banner), dialogue.wire.server.host)
    introduce(dialogue, local_name)


def introduce(dialogue: Dialogue, local_name: str | None) -> None:
    """EHLO, or HELO for servers that don't know it; what was offered before is forgotten."""
    name = local_name or _own_address(dialogue)
    dialogue.extensions = {}
    reply = dialogue.command("EHLO", f"EHLO {name}")
    if good(reply):
        dialogue.extensions = _extensions(reply.text)
    elif reply.code is not None and reply.code >= 500:
        reply = dialogue.command("HELO", f"HELO {name}")
    if not good(reply):
        raise dialogue.refusal(reply)


def start_tls(dialogue: Dialogue, local_name: str | None) -> None:
    """Secure the line, and only then go on. :raises MailError: not offered, refused, not trusted, or meddled with."""
    if "STARTTLS" not in dialogue.extensions:
        raise broken("starttls-missing", dialogue)
    reply = dialogue.command("STARTTLS", "STARTTLS")
    if reply.code is not None and 400 <= reply.code < 500:
        raise dialogue.refusal(reply)
    if reply.code != 220:
        raise broken("starttls-refused", dialogue, reply, reason=reply.text)
    dialogue.wire.start_tls()
    introduce(dialogue, local_name)  # what was offered in clear counts no more (RFC 3207 4.2)


def sign_in(dialogue: Dialogue, username: str, password: str) -> str:
    """AUTH; the mechanism that did it. A password is tried once: a second try with another mechanism could lock the account.

    :raises Reauthenticate: refused. :raises MailError: no common mechanism, or lost.
    """
    if "\0" in username + password:
        raise broken("unsafe-characters", dialogue, what="user name or password")
    secure = isinstance(dialogue.wire.socket, ssl.SSLSocket)
    mechanisms = sasl.choose(dialogue.extensions.get("AUTH", "").split(), secure=secure)
    if not mechanisms:
        raise _impossible(dialogue, secure=secure)
    try:
        for mechanism in mechanisms:
            reply = _authenticate(dialogue, mechanism, username, password)
            if reply.code == 235:
                return mechanism
            # 504: the mechanism itself isn't known after all, no password was judged (RFC 4954 4)
            if reply.code != 504:
                break
        raise dialogue.refusal(reply)
    except MailError as error:
        # Some servers repeat what was said in their answer.
        better = sign_in_causes.of(error, dialogue.wire.server.host)
        raise sign_in_causes.without_secrets(better, username, password) from None


def _impossible(dialogue: Dialogue, *, secure: bool) -> AccountBroken:
    if not secure and "STARTTLS" in dialogue.extensions:
        return broken("sign-in-needs-tls", dialogue)
    offered = dialogue.extensions.get("AUTH", "").split()
    return sign_in_causes.none_of(broken("sign-in-impossible" if offered else "sign-in-not-offered", dialogue), offered)


def broken(code: str, dialogue: Dialogue, reply: Reply | None = None, **arguments: str | int) -> AccountBroken:
    """The error for an account that can't work as it is set up."""
    error = AccountBroken(code, account=dialogue.wire.account, reply=reply)
    error.arguments = {"host": dialogue.wire.server.host, **arguments}
    return error


def _authenticate(dialogue: Dialogue, mechanism: str, username: str, password: str) -> Reply:
    line = f"AUTH {mechanism}"
    first = _encoded(sasl.initial(mechanism, username, password))
    at_once = first is not None and len(line) + len(first) < _LONGEST_COMMAND
    reply = dialogue.command("AUTH", f"{line} {first}" if at_once else line)
    number = 0
    while reply.code == 334:
        challenge = _decoded(reply.text)
        answer = None
        if challenge is not None and not at_once:
            answer = _encoded(sasl.answer(mechanism, username, password, challenge, number))
        if answer is None:
            return dialogue.command("AUTH", "*")  # the server asks more than the mechanism has: cancel
        reply = dialogue.command("AUTH", answer)
        number += 1
    return reply


def _own_address(dialogue: Dialogue) -> str:
    """An address literal (RFC 5321 4.1.3): true, and it names neither this computer nor its user."""
    address = str(dialogue.wire.socket.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _extensions(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.split("\n")[1:]:
        # AUTH=LOGIN is an old way of writing that some servers still offer beside the right one
        keyword, _, parameters = line.strip().upper().replace("AUTH=", "AUTH ", 1).partition(" ")
        found[keyword] = f"{found[keyword]} {parameters}" if keyword == "AUTH" and keyword in found else parameters
    return found


def _encoded(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
