"""As far as a server can be tried without a user: greeting, and a line secured by a certificate that was checked.

No secret is known here, so none can be sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken
from mailflow_gui.mail import imap_dialogue, sasl, smtp_dialogue, smtp_opening
from mailflow_gui.mail.imap_sign_in import secure
from mailflow_gui.mail.pop3 import Pop3Session

if TYPE_CHECKING:
    from mailflow_gui.mail.tls import Protocol
    from mailflow_gui.mail.wire import Wire


def reach(wire: Wire, protocol: Protocol) -> bool:
    """Hear the greeting on a wire that was just opened, and secure it where its server's security is ``starttls``.

    The wire stays open, for the caller to close.

    :returns: whether the server lets anybody sign in with a password; False where it wants tokens alone.
    :raises MailError: not this protocol, no secure line, or lost.
    """
    if wire.server.security == "none":
        raise AccountBroken("starttls-missing", account=wire.account, host=wire.server.host)
    return {"imap": _imap, "pop3": _pop3, "smtp": _smtp}[protocol](wire)


def _imap(wire: Wire) -> bool:
    dialogue = imap_dialogue.Dialogue(wire)
    if wire.server.security == "starttls":
        secure(dialogue)
    return "AUTH=PLAIN" in dialogue.offered or "LOGINDISABLED" not in dialogue.offered


def _pop3(wire: Wire) -> bool:
    session = Pop3Session(wire)
    session.greet()
    offered = session.capabilities
    return not offered or not offered.isdisjoint({"USER", "SASL PLAIN"})


def _smtp(wire: Wire) -> bool:
    dialogue = smtp_dialogue.Dialogue(wire)
    smtp_opening.greet(dialogue, None)
    if wire.server.security == "starttls":
        smtp_opening.start_tls(dialogue, None)
    return bool(sasl.choose(dialogue.extensions.get("AUTH", "").split(), secure=True))
