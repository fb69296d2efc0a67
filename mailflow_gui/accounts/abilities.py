"""What a server can do for us, looked up in a session of its own: the last stage of a validation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.accounts.sessions import open_imap, open_pop3, open_smtp
from mailflow_gui.accounts.stages import NOTHING, StageName
from mailflow_gui.errors import MailError, Rejected
from mailflow_gui.mail.wire import Progress
from mailflow_gui.sentences import Argument

IMAP = ("IDLE", "MOVE", "UIDPLUS")
"""RFC 2177: mail arrives at once; RFC 6851: moving in one step; RFC 4315: a deletion that touches nobody else's mails."""
POP3 = ("UIDL", "TOP")
"""RFC 1939 7: lasting ids; headers without the rest."""
SMTP = ("SIZE", "8BITMIME", "PIPELINING", "DSN")
"""RFC 1870, RFC 6152, RFC 2920, RFC 3461."""


@dataclass(frozen=True)
class Abilities:
    """What was found; ``code`` and ``arguments`` name its sentence, ``detail`` is the server's own list.

    More arguments than the sentence needs are for whoever shows facts one by one: ``encryption`` (``TLS 1.3``, or empty), for IMAP
    ``unseen`` (mails in INBOX, missing where it can't be opened), for SMTP ``maximum_size`` (bytes, missing where the server names none).
    """

    code: str
    arguments: Mapping[str, Argument]
    detail: str


def look_up(account: Account, secret: Secret | None, begin: Callable[[StageName | Progress], None]) -> Abilities:
    """Open one session, ask, and close it. ``begin`` is called as each stage begins.

    :raises MailError: the session can't be opened, or is lost.
    """
    look = {"imap": _imap, "pop3": _pop3, "smtp": _smtp}[account.protocol]
    return look(account, secret, begin)


def _imap(account: Account, secret: Secret | None, begin: Callable[[StageName | Progress], None]) -> Abilities:
    with contextlib.closing(open_imap(account, secret, begin)) as session:
        begin("abilities")
        arguments = {**_sorted(IMAP, session.capabilities), "folders": len(session.folders())}
        arguments["encryption"] = session.encryption
        with contextlib.suppress(MailError):  # a mailbox whose INBOX can't be opened may be used for its other folders
            session.select(readonly=True)
            arguments["unseen"] = len(session.search({}, unseen_only=True))
        return Abilities("validate-imap-abilities", arguments, " ".join(sorted(session.capabilities)))


def _pop3(account: Account, secret: Secret | None, begin: Callable[[StageName | Progress], None]) -> Abilities:
    with contextlib.closing(open_pop3(account, secret, begin)) as session:
        begin("abilities")
        if not session.capabilities:  # a server older than CAPA (RFC 2449): only trying tells
            named = [mail.uidl is not None for mail in session.list()]
            code = "validate-pop3-unknown" if not named or all(named) else "validate-pop3-no-uidl"
            return Abilities(code, {**_sorted(POP3, ()), "encryption": session.encryption}, "")
        code = "validate-pop3-abilities" if "UIDL" in session.capabilities else "validate-pop3-no-uidl"
        arguments = {**_sorted(POP3, session.capabilities), "encryption": session.encryption}
        return Abilities(code, arguments, " ".join(sorted(session.capabilities)))


def _smtp(account: Account, secret: Secret | None, begin: Callable[[StageName | Progress], None]) -> Abilities:
    with contextlib.closing(open_smtp(account, secret, begin)) as session:
        begin("abilities")
        arguments: dict[str, Argument] = {**_sorted(SMTP, session.extensions), "encryption": session.encryption}
        if session.maximum_size is not None:
            arguments["maximum_size"] = session.maximum_size
            limit = f"SIZE ({session.maximum_size / (1 << 20):.3g} MB)"
            arguments["offered"] = str(arguments["offered"]).replace("SIZE", limit, 1)
        detail = " ".join(f"{keyword} {value}".strip() for keyword, value in sorted(session.extensions.items()))
        code = "validate-smtp-abilities"
        sender = account.username
        if account.needs_secret and "@" in sender:
            # A user name with an @ need not be an address; then there is none to ask about.
            with contextlib.suppress(Rejected):
                refusal = session.try_sender(sender)
                code = "validate-smtp-sender-ok" if refusal is None else "validate-smtp-sender-refused"
                arguments |= {"sender": sender, "reason": "" if refusal is None else f"{refusal.code} {refusal.text}"}
        return Abilities(code, arguments, detail)


def _sorted(wanted: Collection[str], offered: Collection[str]) -> dict[str, Argument]:
    there = [name for name in wanted if name in offered]
    missing = [name for name in wanted if name not in offered]
    return {"offered": ", ".join(there) or "–", "missing": ", ".join(missing) or NOTHING}
