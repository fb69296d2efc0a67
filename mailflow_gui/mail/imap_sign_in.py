"""From the greeting to a signed-in IMAP session: STARTTLS, then SASL PLAIN, ANONYMOUS (RFC 4505) or LOGIN (RFC 9051 6.2).

No byte of a secret goes out before the line is as secure as it was asked to be. There is one attempt, with one
mechanism: a second one with the same password is a step towards a lock-out.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate
from mailflow_gui.mail import sign_in_causes, timeouts
from mailflow_gui.mail.imap_dialogue import Dialogue
from mailflow_gui.mail.imap_search import quoted, safe
from mailflow_gui.mail.wire import Progress, SignedIn, Wire, unwatched

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailflow_gui.mail.response_codes import Verdict
    from mailflow_gui.mail.server import Server

_REFUSED: Verdict = (Reauthenticate, "sign-in-refused")
_ANONYMOUS_TRACE = b"mailflow"
"""What an anonymous user is asked to tell of himself (RFC 4505 2): nothing about the person."""


def sign_in(
    server: Server, username: str, password: str | None, on_stage: Callable[[Progress], None] = unwatched
) -> Dialogue:
    """A dialogue in the authenticated state.

    :raises MailError: not reachable, not trusted, STARTTLS not to be had, or the sign-in refused.
    """
    wire = Wire.open(server, on_stage)
    try:
        dialogue = Dialogue(wire)
        if server.security == "starttls":
            on_stage("tls")
            secure(dialogue)
        on_stage("sign-in")
        mechanism = "PREAUTH"
        if dialogue.machine.state != "AUTH":
            mechanism = _authenticate(dialogue, username, password)
            dialogue.refresh_capabilities(announced=True)
        on_stage(SignedIn(mechanism))
    except BaseException:
        wire.close()
        raise
    return dialogue


def secure(dialogue: Dialogue) -> None:
    """STARTTLS; nothing secret goes before it. :raises MailError: not offered, refused, not trusted, or meddled with."""
    if dialogue.machine.state == "AUTH":
        # RFC 9051 11.1: after PREAUTH there is no STARTTLS any more; somebody in the middle can put it there.
        raise dialogue.broken("starttls-preauth")
    if "STARTTLS" not in dialogue.offered:
        raise dialogue.broken("starttls-missing")
    with dialogue.asking("STARTTLS", timeouts.command(), otherwise=(AccountBroken, "starttls-refused")):
        dialogue.expect_ok(dialogue.machine.simple_command("STARTTLS"))
    dialogue.start_tls()
    with dialogue.asking("CAPABILITY", timeouts.command()):
        dialogue.refresh_capabilities()


def _authenticate(dialogue: Dialogue, username: str, password: str | None) -> str:
    """Sign in once; the mechanism that did it."""
    server = dialogue.wire.server
    if not username:
        if "AUTH=ANONYMOUS" not in dialogue.offered:
            raise dialogue.broken("sign-in-needed")
        _sasl(dialogue, "ANONYMOUS", _ANONYMOUS_TRACE)
        return "ANONYMOUS"
    if password is None:
        raise Reauthenticate("password-missing", account=dialogue.wire.account, host=server.host)
    safe(username, "user name")
    safe(password, "password")
    plain = "AUTH=PLAIN" in dialogue.offered
    if not plain and "LOGINDISABLED" in dialogue.offered:
        raise _impossible(dialogue)
    try:
        if plain:
            _sasl(dialogue, "PLAIN", f"\0{username}\0{password}".encode())
        else:
            with dialogue.asking("LOGIN", timeouts.command(), otherwise=_REFUSED):
                dialogue.expect_ok(dialogue.machine.simple_command("LOGIN", quoted(username), quoted(password)))
                dialogue.machine.state = "AUTH"
    except MailError as error:
        # Some servers repeat the whole command in their answer.
        raise sign_in_causes.without_secrets(sign_in_causes.of(error, server.host), username, password) from None
    return "PLAIN" if plain else "LOGIN"


def _sasl(dialogue: Dialogue, mechanism: str, initial: bytes) -> None:
    machine = dialogue.machine
    with dialogue.asking("AUTHENTICATE", timeouts.command(), otherwise=_REFUSED):
        if "SASL-IR" in dialogue.offered:  # RFC 4959: one round trip less
            token = base64.b64encode(initial)
            dialogue.expect_ok(machine.simple_command("AUTHENTICATE", mechanism, token))
        else:
            once = iter((initial,))
            machine.authenticate(mechanism, lambda _challenge: next(once, None))
        machine.state = "AUTH"


def _impossible(dialogue: Dialogue) -> AccountBroken:
    if dialogue.wire.server.security == "none":
        return dialogue.broken("sign-in-needs-tls")
    offered = sorted(name for name in dialogue.offered if name.startswith("AUTH="))
    return sign_in_causes.none_of(
        dialogue.broken("sign-in-impossible"), [name.removeprefix("AUTH=") for name in offered]
    )
