"""From the greeting to a signed-in IMAP session: STARTTLS, then SASL PLAIN or LOGIN (RFC 9051 6.2).

No byte of a secret goes out before the line is as secure as it was asked to be. There is one attempt, with one
mechanism: a second one with the same password is a step towards a lock-out.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate
from mailflow_gui.mail import timeouts
from mailflow_gui.mail.imap_dialogue import Dialogue
from mailflow_gui.mail.imap_search import quoted, safe
from mailflow_gui.mail.response_codes import without_secrets
from mailflow_gui.mail.wire import Stage, Wire, unwatched

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailflow_gui.mail.server import Server


def sign_in(
    server: Server, username: str, password: str | None, on_stage: Callable[[Stage], None] = unwatched
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
        if dialogue.machine.state != "AUTH":
            _authenticate(dialogue, username, password)
            dialogue.refresh_capabilities(announced=True)
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


def _authenticate(dialogue: Dialogue, username: str, password: str | None) -> None:
    if not username:
        raise dialogue.broken("sign-in-needed")
    server = dialogue.wire.server
    if password is None:
        raise Reauthenticate("password-missing", account=dialogue.wire.account, host=server.host)
    safe(username, "user name")
    safe(password, "password")
    token = base64.b64encode(f"\0{username}\0{password}".encode())
    plain = "AUTH=PLAIN" in dialogue.offered
    if not plain and "LOGINDISABLED" in dialogue.offered:
        secure = server.security != "none"
        raise dialogue.broken("sign-in-impossible" if secure else "sign-in-needs-tls")
    machine = dialogue.machine
    try:
        with dialogue.asking(
            "AUTHENTICATE" if plain else "LOGIN", timeouts.command(), otherwise=(Reauthenticate, "sign-in-refused")
        ):
            if not plain:
                dialogue.expect_ok(machine.simple_command("LOGIN", quoted(username), quoted(password)))
            elif "SASL-IR" in dialogue.offered:  # RFC 4959: one round trip less
                dialogue.expect_ok(machine.simple_command("AUTHENTICATE", "PLAIN", token))
            else:
                once = iter((f"\0{username}\0{password}".encode(),))
                machine.authenticate("PLAIN", lambda _challenge: next(once, None))
            machine.state = "AUTH"
    except MailError as error:
        # Some servers repeat the whole command in their answer.
        raise without_secrets(error, (password, token.decode())) from None
