"""The sandbox's SMTP server: takes any mail from its one user and keeps it in the folder *Delivered*."""

from __future__ import annotations

import asyncio
import logging
import secrets
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailflow_gui.sandbox.store import put

_LARGEST = 50_000_000
_log = logging.getLogger(__name__)


async def start(delivered: Path, username: str, password: str) -> asyncio.Server:
    """Serve on a free port of 127.0.0.1, in the running loop; mails are put into the folder ``delivered``.

    :raises OSError: no port can be had.
    """
    loop = asyncio.get_running_loop()
    # aiosmtpd warns at each sign-in that a property it uses itself is deprecated.
    logging.getLogger("mail.log").setLevel(logging.ERROR)

    def session() -> SMTP:
        return SMTP(
            _Delivery(delivered),
            hostname="localhost",
            ident="MailFlow sandbox",
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=_Authenticator(username, password),
            loop=loop,
        )

    return await loop.create_server(session, "127.0.0.1", 0)


class _Authenticator:
    def __init__(self, username: str, password: str) -> None:
        self._expected = (username.encode(), password.encode())

    def __call__(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        matches = isinstance(data, LoginPassword) and all(
            secrets.compare_digest(given, expected)
            for given, expected in zip((data.login, data.password), self._expected, strict=True)
        )
        # handled=False: aiosmtpd answers 535 itself
        return AuthResult(success=matches, handled=matches)


class _Delivery:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_MAIL(  # noqa: N802 — aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 — aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """As any server at the end of the way, note the envelope on top of the mail (RFC 5321 4.4)."""
        trace = [f"Return-Path: <{envelope.mail_from or ''}>"]
        trace += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            put(self._folder, "".join(f"{line}\r\n" for line in trace).encode() + content)
        except OSError as error:
            _log.warning("the sandbox can't keep a mail: %s", error)
            return "452 4.3.1 No room to keep this mail"
        return "250 2.0.0 Delivered to the sandbox"
