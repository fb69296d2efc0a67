"""Why a server can't be used: every cause, provoked, with the code and the sentence that a person gets.

``python -m tests.accounts.causes_table`` prints the table. The servers are real where a real one can be made to fail so (Dovecot, Postfix,
an SMTP server that keeps mails); providers' refusals are said by scripts, word for word as their servers say them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from mailflow_gui.accounts.account import Account, Protocol, Security
from mailflow_gui.accounts.proposals import propose
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.accounts.sessions import open_smtp
from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.validate import validate
from mailflow_gui.mail import timeouts
from tests.servers import certificates
from tests.servers import dovecot as dovecot_server
from tests.servers import postfix as postfix_server
from tests.servers.certificates import Certificate
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.scripted import Expect, Say, Scripted, Stall, Step

USER = "ann@example.com"
PASSWORD = Secret("canary-4711")
LOCAL = "127.0.0.1"
UNKNOWN_NAME = "nowhere.example.com"


@dataclass
class Servers:
    """The real servers that run already, and a directory for files."""

    dovecot: Dovecot
    postfix: Postfix | None
    directory: Path
    _count: int = 0

    def context(self, certificate: Certificate) -> ssl.SSLContext:
        """With which a server shows a certificate."""
        self._count += 1
        return certificate.server_context(self.directory / f"tls{self._count}")


Prepared = AbstractContextManager[Account]


@dataclass(frozen=True)
class Case:
    """One cause."""

    cause: str
    server: str
    stage: str
    code: str
    prepare: Callable[[Servers], Prepared]
    """Starts what is needed and gives the account to validate."""
    ok: bool = False
    """The stage is a hint and no failure."""
    patience: float = 0.1
    """Scale of all timeouts."""
    proposal: tuple[int, Security] | str | None = None
    """What is proposed: port and security method, or a security method on the same port."""
    provoke: Callable[[Account], Stage] = field(default=lambda account: validate(account, _secret(account))[-1])
    needs_postfix: bool = False

    @property
    def name(self) -> str:
        """For test reports."""
        return f"{self.cause} – {self.server}"


def _secret(account: Account) -> Secret | None:
    if not account.needs_secret:
        return None
    return Secret("pw") if account.description == "right password" else PASSWORD


def account(protocol: Protocol, port: int, security: Security = "none", host: str = LOCAL, **more: Any) -> Account:
    """An account that signs in."""
    given = {"username": USER, "accept_clear_text": True, **more}
    return Account(id="a", name="A", protocol=protocol, host=host, port=port, security=security, **given)


@contextlib.contextmanager
def resolving() -> Iterator[None]:
    """A resolver that knows every name but one, all of them on this machine."""
    asked = socket.getaddrinfo

    def resolve(host: str, port: int, *arguments: Any, **options: Any) -> Any:
        if host == UNKNOWN_NAME:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return asked(LOCAL if host.endswith((".com", ".jp")) else host, port, *arguments, **options)

    with mock.patch.object(socket, "getaddrinfo", resolve):
        yield


def provoke(case: Case, servers: Servers) -> tuple[Account, Stage]:
    """Make it happen."""
    scale = {timeouts.SCALE_VARIABLE: str(case.patience)}
    with resolving(), mock.patch.dict(os.environ, scale), case.prepare(servers) as tried:
        return tried, case.provoke(tried)


# ---- servers


def _imap(*answer: str, host: str = LOCAL, offered: str = "IMAP4rev1 SASL-IR AUTH=PLAIN", **more: Any) -> Any:
    verb = "AUTHENTICATE" if "AUTH=PLAIN" in offered else "LOGIN"
    steps = (
        Say(f"* OK [CAPABILITY {offered}] ready"),
        Expect("CAPABILITY", f"* CAPABILITY {offered}", "{tag} OK done"),
        Expect(verb, *answer),
        Stall(),
    )
    return _scripted("imap", steps, host, **more)


def _pop3(answer: str, host: str = LOCAL, offered: Sequence[str] = ("USER", "UIDL", "TOP")) -> Any:
    steps = (
        Say("+OK ready"),
        Expect("CAPA", "+OK", *offered, "."),
        Expect("USER", "+OK"),
        Expect("PASS", answer),
        Stall(),
    )
    return _scripted("pop3", steps, host)


def _scripted(
    protocol: Protocol, steps: Sequence[Step], host: str = LOCAL, security: Security = "none", **more: Any
) -> Any:
    @contextlib.contextmanager
    def prepare(_servers: Servers) -> Iterator[Account]:
        with Scripted(*steps) as server:
            yield account(protocol, server.port, security, host, **more)

    return prepare


def _smtp(verb: str = "", answer: str | bytes = "", host: str = LOCAL, **options: Any) -> Any:
    @contextlib.contextmanager
    def prepare(_servers: Servers) -> Iterator[Account]:
        with RecordingSmtp(**{"username": USER, "password": PASSWORD.reveal(), **options}) as server:
            if verb:
                server.answer(verb, answer)
            yield account("smtp", server.port, host=host)

    return prepare


@contextlib.contextmanager
def _changed(prepared: Prepared, **changes: Any) -> Iterator[Account]:
    with prepared as made:
        yield replace(made, **changes)


def _dovecot(protocol: Protocol, port: str, security: Security, *, pinned: bool = True, **more: Any) -> Any:
    @contextlib.contextmanager
    def prepare(servers: Servers) -> Iterator[Account]:
        certificate = servers.dovecot.certificate.pem if pinned else ""
        yield account(protocol, getattr(servers.dovecot, port), security, certificate=certificate, **more)

    return prepare


def _shows(make: Callable[[Certificate], Certificate], trusted: Callable[[Certificate, Certificate], str]) -> Any:
    """An SMTP server with TLS: ``make`` what it shows from an authority, ``trusted`` what the account trusts."""

    @contextlib.contextmanager
    def prepare(servers: Servers) -> Iterator[Account]:
        authority = certificates.make(("authority.example",), authority=True)
        shown = make(authority)
        with RecordingSmtp(context=servers.context(shown), implicit_tls=True) as server:
            yield account("smtp", server.port, "tls", certificate=trusted(authority, shown))

    return prepare


@contextlib.contextmanager
def _old_tls(servers: Servers) -> Iterator[Account]:
    context = servers.context(certificates.make())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # which is the point
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with RecordingSmtp(context=context, implicit_tls=True) as server:
        yield account("smtp", server.port, "tls")


@contextlib.contextmanager
def _nobody(_servers: Servers) -> Iterator[Account]:
    with socket.create_server((LOCAL, 0)) as listener:
        port = listener.getsockname()[1]
    yield account("imap", port, "tls")


@contextlib.contextmanager
def _full(_servers: Servers) -> Iterator[Account]:
    """A listener whose queue is full: it takes no calls, and refuses none."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((LOCAL, 0))
        listener.listen(0)
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield account("imap", listener.getsockname()[1], "none")


def _postfix(**more: Any) -> Any:
    @contextlib.contextmanager
    def prepare(servers: Servers) -> Iterator[Account]:
        assert servers.postfix is not None
        yield account("smtp", servers.postfix.smtp, **more)

    return prepare


def _relay(tried: Account) -> Stage:
    """Try to have mail passed on without a sign-in."""
    with contextlib.closing(open_smtp(tried, None)) as session:
        begun = session.begin("me@example.com", ["you@example.org"], [b"x"], size=1)
        error = begun.refused["you@example.org"]
        session.abandon()
    return Stage(
        "abilities", False, error.code, dict(error.arguments), error.detail, proposal=propose(tried, error.code)
    )


def _unnamed(name: str) -> Any:
    return lambda _servers: contextlib.nullcontext(account("imap", 993, "tls", name))


def _two_lines(code: int, *lines: str) -> bytes:
    return b"".join(
        f"{code}{'-' if number < len(lines) else ' '}{line}\r\n".encode() for number, line in enumerate(lines, 1)
    )


def _google(*lines: str, code: int) -> Any:
    return _smtp("AUTH", _two_lines(code, *lines), host="smtp.gmail.com")


_PREAUTH_ONLY = (Say("* OK ready"), Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN", "{tag} OK"), Stall())

CASES: tuple[Case, ...] = (
    # reaching it
    Case("name unknown", "none", "lookup", "host-unknown", _unnamed(UNKNOWN_NAME)),
    Case("refused", "nobody listens", "connect", "refused", _nobody, proposal=(993, "tls")),
    *(
        # Other systems refuse what doesn't fit into the queue.
        [Case("timed out", "takes no calls", "connect", "no-answer", _full, patience=0.02, proposal=(143, "starttls"))]
        if sys.platform == "linux"
        else []
    ),
    Case(
        "timed out in TLS", "says nothing", "tls", "no-answer", _scripted("imap", (Stall(),), security="tls"),
        patience=0.02, proposal=(993, "tls"),
    ),
    Case("another protocol", "SMTP on the port", "connect", "other-protocol", _scripted("imap", (Say("220 hello"), Stall()))),
    # TLS or not
    Case("TLS on a clear port", "Dovecot, IMAP", "tls", "tls-not-spoken", _dovecot("imap", "imap", "tls"), proposal="starttls"),
    Case("TLS on a clear port", "Dovecot, POP3", "tls", "tls-not-spoken", _dovecot("pop3", "pop3", "tls"), proposal="starttls"),
    Case(
        "clear on a TLS port", "Dovecot, IMAPS", "connect", "no-greeting", _dovecot("imap", "imaps", "starttls"),
        patience=0.02, proposal="tls",
    ),
    Case(
        "clear on a TLS port", "Dovecot, POP3S", "connect", "no-greeting", _dovecot("pop3", "pop3s", "none"),
        patience=0.02, proposal="tls",
    ),
    Case("STARTTLS not offered", "scripted IMAP", "tls", "starttls-missing", _imap(security="starttls"), proposal=(993, "tls")),
    Case(
        "STARTTLS not offered", "SMTP", "tls", "starttls-missing",
        lambda servers: _changed(_smtp()(servers), security="starttls"), proposal=(465, "tls"),
    ),
    Case("TLS too old", "SMTP with TLS 1.0 and 1.1", "tls", "tls-too-old", _old_tls),
    # certificates
    Case("certificate untrusted", "Dovecot, IMAPS", "tls", "certificate-untrusted", _dovecot("imap", "imaps", "tls", pinned=False)),
    Case(
        "certificate untrusted", "Dovecot, STLS", "tls", "certificate-untrusted", _dovecot("pop3", "pop3", "starttls", pinned=False)
    ),
    Case(
        "certificate expired", "SMTPS", "tls", "certificate-expired",
        _shows(lambda authority: certificates.make(issuer=authority, expired=True), lambda authority, _: authority.pem),
    ),
    Case(
        "certificate not yet valid", "SMTPS", "tls", "certificate-not-yet-valid",
        _shows(lambda authority: certificates.make(issuer=authority, lasts=58), lambda authority, _: authority.pem),
    ),
    Case(
        "certificate for another host", "SMTPS", "tls", "certificate-wrong-host",
        _shows(lambda authority: certificates.make(("mail.example.com",), issuer=authority), lambda authority, _: authority.pem),
    ),
    Case(
        "certificate changed", "SMTPS, self-signed", "tls", "certificate-changed",
        _shows(lambda _authority: certificates.make(), lambda _authority, _shown: certificates.make().pem),
    ),
    Case(
        "certificate changed", "SMTPS, a leaf of the same authority", "tls", "certificate-changed",
        _shows(
            lambda authority: certificates.make(issuer=authority), lambda authority, _: certificates.make(issuer=authority).pem
        ),
    ),
    Case(
        "certificate expires soon", "SMTPS", "tls", "validate-tls-expires-soon",
        _shows(lambda _authority: certificates.make(ends=20), lambda _authority, shown: shown.pem), ok=True,
        provoke=lambda tried: next(stage for stage in validate(tried, PASSWORD) if stage.stage == "tls"),
    ),
    # sign-in
    Case("bad password", "Dovecot, IMAP", "sign-in", "sign-in-refused", _dovecot("imap", "imaps", "tls")),
    Case("bad password", "Dovecot, POP3", "sign-in", "sign-in-refused", _dovecot("pop3", "pop3s", "tls")),
    Case(
        "bad password", "SMTP", "sign-in", "sign-in-refused", _smtp("AUTH", "535 5.7.8 Error: authentication failed")
    ),
    Case(
        "bad password", "Microsoft 365, SMTP", "sign-in", "sign-in-refused",
        _smtp(
            "AUTH", "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [AM0PR01CA0001]",
            host="smtp.office365.com",
        ),
    ),
    Case("mechanism refused", "SMTP", "sign-in", "mechanism-refused", _smtp("AUTH", "534 5.7.9 Authentication mechanism is too weak")),
    Case("mechanism refused", "SMTP", "sign-in", "mechanism-refused", _smtp("AUTH", "504 5.7.4 Unrecognized authentication type")),
    Case(
        "mechanism refused", "scripted IMAP", "sign-in", "mechanism-refused",
        _imap("{tag} NO [CANNOT] Unsupported authentication mechanism."),
    ),
    Case("no mechanism that we speak", "SMTP", "sign-in", "sign-in-impossible", _smtp(mechanisms="GSSAPI NTLM")),
    Case("no sign-in offered", "SMTP", "sign-in", "sign-in-not-offered", _smtp(username="")),
    Case(
        "no sign-in in clear", "scripted IMAP, LOGINDISABLED", "sign-in", "sign-in-needs-tls",
        _imap(offered="IMAP4rev1 STARTTLS LOGINDISABLED"), proposal="starttls",
    ),
    Case("sign-in wanted, no user name", "scripted IMAP", "sign-in", "sign-in-needed", _scripted("imap", _PREAUTH_ONLY, username="")),
    # providers' own ways
    Case(
        "app password needed", "Gmail, SMTP", "sign-in", "app-password-needed",
        _google(
            "5.7.9 Application-specific password required. For more information, go to",
            "5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor 6a1803df08f44-8ffd82 - gsmtp", code=534,
        ),
    ),
    Case(
        "app password needed", "Gmail, SMTP", "sign-in", "app-password-needed",
        _google(
            "5.7.8 Username and Password not accepted. For more information, go to",
            "5.7.8  https://support.google.com/mail/?p=BadCredentials lf4-20020a17 - gsmtp", code=535,
        ),
    ),
    Case(
        "app password needed", "Gmail, IMAP", "sign-in", "app-password-needed",
        _imap(
            "{tag} NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
            host="imap.gmail.com",
        ),
    ),
    Case(
        "app password needed", "Gmail, IMAP", "sign-in", "app-password-needed",
        _imap("{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", host="imap.gmail.com"),
    ),
    Case(
        "app password needed", "Gmail, POP3", "sign-in", "app-password-needed",
        _pop3(
            "-ERR [AUTH] Application-specific password required: https://support.google.com/accounts/answer/185833",
            host="pop.gmail.com",
        ),
    ),
    Case(
        "app password needed", "Yahoo, IMAP", "sign-in", "app-password-needed",
        _imap("{tag} NO [AUTHENTICATIONFAILED] AUTHENTICATE Invalid credentials", host="imap.mail.yahoo.com"),
    ),
    Case(
        "app password needed", "Yahoo, SMTP", "sign-in", "app-password-needed",
        _smtp("AUTH", "535 5.7.0 (#AUTH005) Too many bad auth attempts.", host="smtp.mail.yahoo.com"),
    ),
    Case(
        "app password needed", "iCloud, IMAP", "sign-in", "app-password-needed",
        _imap("{tag} NO [AUTHENTICATIONFAILED] Authentication failed", host="imap.mail.me.com"),
    ),
    Case(
        "app password needed", "iCloud, SMTP", "sign-in", "app-password-needed",
        _smtp("AUTH", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", host="smtp.mail.me.com"),
    ),
    Case(
        "access by other programs is off", "Yahoo! JAPAN, IMAP", "sign-in", "outside-access-needed",
        _imap("{tag} NO [AUTHENTICATIONFAILED] Incorrect username or password.", host="imap.mail.yahoo.co.jp"),
    ),
    Case(
        "OAuth needed", "Microsoft 365, SMTP", "sign-in", "oauth-needed",
        _smtp(
            "AUTH", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [PN0PR01CA0024.INDPRD01.PROD.OUTLOOK.COM]",
            host="smtp-mail.outlook.com",
        ),
    ),
    Case(
        "OAuth needed", "Microsoft 365, IMAP", "sign-in", "oauth-needed",
        _imap("{tag} NO AUTHENTICATE failed.", host="outlook.office365.com"),
    ),
    Case(
        "OAuth needed", "Microsoft 365, IMAP", "sign-in", "oauth-needed",
        _imap("{tag} NO LOGIN failed.", host="outlook.office365.com", offered="IMAP4rev1"),
    ),
    Case(
        "OAuth needed", "Microsoft 365, POP3", "sign-in", "oauth-needed",
        _pop3("-ERR Logon failure: unknown user name or bad password.", host="outlook.office365.com"),
    ),
    Case("OAuth needed", "SMTP with XOAUTH2 alone", "sign-in", "oauth-needed", _smtp(mechanisms="XOAUTH2")),
    Case(
        "authenticated SMTP is off", "Microsoft 365, SMTP", "sign-in", "submission-disabled",
        _smtp(
            "AUTH", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. [TY1PR01CA0183]",
            host="smtp.office365.com",
        ),
    ),
    Case(
        "web sign-in needed", "Gmail, IMAP", "sign-in", "web-sign-in-needed",
        _imap(
            "* NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1] Web login required.",
            "{tag} NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
            host="imap.gmail.com",
        ),
    ),
    Case(
        "web sign-in needed", "Gmail, SMTP", "sign-in", "web-sign-in-needed",
        _google(
            "5.7.9 Please log in with your web browser and then try again. For more",
            "5.7.9 information, go to https://support.google.com/mail/?p=WebLoginRequired", code=534,
        ),
    ),
    # too much, too often
    Case(
        "account locked", "scripted IMAP", "sign-in", "account-locked",
        _imap("{tag} NO [AUTHENTICATIONFAILED] Account is locked, too many failed logins"),
    ),
    Case(
        "account locked", "Gmail, SMTP", "sign-in", "account-locked",
        _google("4.7.0 Too many login attempts, please try again later. - gsmtp", code=454),
    ),
    Case(
        "too many sessions", "Dovecot's words, IMAP", "sign-in", "too-many-sessions",
        _imap("{tag} NO [ALERT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"),
    ),
    Case(
        "too many sessions", "Gmail, IMAP", "sign-in", "too-many-sessions",
        _imap("{tag} NO [ALERT] Too many simultaneous connections. (Failure)"),
    ),
    Case(
        "too many sessions", "Postfix' words, 421", "connect", "too-many-sessions",
        _smtp("CONNECT", "421 4.7.0 mail.example.com Error: too many connections from 127.0.0.1"),
    ),
    Case(
        "unavailable", "scripted IMAP", "sign-in", "sign-in-unavailable",
        _imap("{tag} NO [UNAVAILABLE] Temporary authentication failure."),
    ),
    Case("unavailable", "scripted POP3", "sign-in", "sign-in-unavailable", _pop3("-ERR [SYS/TEMP] Temporary failure")),
    Case("unavailable", "SMTP, 421 as greeting", "connect", "server-busy", _smtp("CONNECT", "421 4.3.2 Service shutting down")),
    Case("unavailable", "SMTP, 454", "sign-in", "sign-in-unavailable", _smtp("AUTH", "454 4.7.0 Temporary authentication failure")),
    # what it can do
    Case(
        "no lasting ids", "scripted POP3 without UIDL", "abilities", "validate-pop3-no-uidl",
        _scripted(
            "pop3",
            (
                Say("+OK ready"), Expect("CAPA", "+OK", "USER", "."), Expect("USER", "+OK"), Expect("PASS", "+OK"),
                Expect("CAPA", "+OK", "USER", "."), Expect("QUIT", "+OK"),
            ),
        ), ok=True,
    ),
    Case(
        "sender refused", "SMTP", "abilities", "validate-smtp-sender-refused",
        _smtp("MAIL", "553 5.7.1 Sender address rejected: not owned by user"), ok=True,
    ),
    Case("relay denied", "Postfix", "abilities", "relay-denied", _postfix(username=""), provoke=_relay, needs_postfix=True),
    Case("no sign-in offered", "Postfix", "sign-in", "sign-in-not-offered", _postfix(), needs_postfix=True),
)  # fmt: skip


def table(servers: Servers) -> list[tuple[str, str, str, str]]:
    """Cause, server, code and sentence of every case that can be provoked here."""
    rows = []
    for case in CASES:
        if case.needs_postfix and servers.postfix is None:
            continue
        tried, stage = provoke(case, servers)
        text = f"{stage.text} → {stage.advice}".replace("\n", " ")
        if stage.proposal is not None:
            text += f" [proposes port {stage.proposal.port}, {stage.proposal.security}]"
        rows.append((case.cause, case.server, stage.code, text.replace(f" {tried.port}", " N")))
    return rows


def main() -> None:
    """Print the table."""
    with ExitStack() as stack:
        dovecot = stack.enter_context(dovecot_server.dovecot())
        postfix = stack.enter_context(postfix_server.postfix(dovecot)) if postfix_server.program() else None
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        print("| cause | server | code | sentence |\n|---|---|---|---|")
        for row in table(Servers(dovecot, postfix, Path(directory))):
            print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
