"""Why a server refuses a sign-in, in more detail than its codes say: the well-known words of well-known providers.

What happens next (retry, new password, account off) is decided by codes, in :mod:`mailflow_gui.mail.replies`. The words here choose
the sentence that tells a person what to do. Only where a provider gives the same code for *wrong password* and for *passwords aren't
taken here at all* do they correct the class, too. Sources: the providers' help pages and many published session logs.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Reply, Transient

if TYPE_CHECKING:
    from collections.abc import Iterable

APP_PASSWORD = "app-password-needed"  # noqa: S105  # a code, no password
OAUTH = "oauth-needed"
WEB_SIGN_IN = "web-sign-in-needed"
OUTSIDE_ACCESS = "outside-access-needed"
SUBMISSION_OFF = "submission-disabled"
MECHANISM = "mechanism-refused"
LOCKED = "account-locked"
TOO_MANY = "too-many-sessions"

_WORDS: tuple[tuple[str, str], ...] = (
    # Gmail: SMTP 534 5.7.9, IMAP NO [ALERT], POP3 -ERR [AUTH]; Yahoo, Zoho, Fastmail in their own words
    (r"application[- ]specific password|app(?:lication)?[- ]?(?:specific )?password|InvalidSecondFactor", APP_PASSWORD),
    # Exchange Online, SMTP 535 5.7.139
    (r"SmtpClientAuthentication is disabled", SUBMISSION_OFF),
    (r"basic auth\w* is disabled|security defaults policy|modern auth\w* (?:is )?required|OAuth\w* (?:is )?required", OAUTH),
    # Gmail: SMTP 534 5.7.14, IMAP NO [WEBALERT] and [ALERT], POP3 -ERR [AUTH]
    (r"web ?login ?required|log ?in (?:via|with) your web browser", WEB_SIGN_IN),
    # Dovecot's mail_max_userip_connections, Gmail's fifteen, Postfix' smtpd_client_connection_count_limit
    (r"maximum number of connections|too many (?:simultaneous |concurrent |open )?(?:connections|sessions)", TOO_MANY),
    (r"account (?:is |has been )?(?:temporarily )?(?:locked|blocked)|too many (?:failed |bad |invalid )?(?:auth\w*|log ?in) \w+", LOCKED),
    (r"mechanism.{0,40}(?:not (?:supported|available|allowed|recogni[sz]ed)|unsupported|unknown|too weak)", MECHANISM),
    (r"(?:unsupported|unrecogni[sz]ed|unknown) auth\w* (?:mechanism|method|type)", MECHANISM),
)  # fmt: skip

_APP_PASSWORDS_ONLY = ("gmail.com", "googlemail.com", "yahoo.com", "aol.com", "mail.me.com", "icloud.com")
"""Whoever is refused a password there has given the usual one: Google since May 2022, Yahoo since October 2020, Apple since 2017."""
_OAUTH_ONLY = ("office365.com", "outlook.com", "hotmail.com", "live.com")
"""Exchange Online takes no passwords for IMAP and POP3 since January 2023, outlook.com since September 2024."""
_CLOSED_AT_FIRST = ("yahoo.co.jp",)
"""Yahoo! JAPAN lets other programs in only when its user has allowed that."""

_KINDS: dict[str, type[MailError]] = {
    OAUTH: AccountBroken,
    SUBMISSION_OFF: AccountBroken,
    MECHANISM: AccountBroken,
    TOO_MANY: Transient,
}
"""Classes that the words decide: a better password doesn't help there, and where sessions are too many it isn't wrong."""


def of(error: MailError, host: str) -> MailError:
    """``error`` as it is, or in its place the one that says more exactly why ``host`` refused the sign-in."""
    said = error.reply
    if said is None:
        return error
    code = _by_words(said) or _by_host(said, host, error)
    if code is None:
        return error
    kind = _KINDS.get(code, type(error))
    if code == "sign-in-refused":
        kind = Reauthenticate
    if isinstance(error, kind):
        error.code = code
        return error
    return kind(code, account=error.account, reply=said, **error.arguments)


def none_of(error: AccountBroken, offered: Iterable[str]) -> AccountBroken:
    """``error``, knowing that the server offers these mechanisms and none that we speak."""
    names = list(offered)
    error.arguments["reason"] = ", ".join(names) or "–"
    if {"XOAUTH2", "OAUTHBEARER"} & set(names):
        error.code = OAUTH
    return error


def too_many(said: Reply) -> bool:
    """Whether a server has too many sessions already, which is no reason to ask for another password."""
    return _by_words(said) == TOO_MANY


def _by_words(said: Reply) -> str | None:
    for pattern, code in _WORDS:
        if re.search(pattern, said.text, re.IGNORECASE):
            if code == LOCKED and "#AUTH005" in said.text:
                return APP_PASSWORD  # Yahoo says "too many bad auth attempts" to the first usual password
            return code
    if said.enhanced == "WEBALERT":
        return WEB_SIGN_IN
    if (said.code, said.enhanced) == (534, "5.7.9") or said.code == 504:
        return MECHANISM
    if said.enhanced == "5.7.139" and "credentials were incorrect" in said.text:
        return "sign-in-refused"
    return None


def _by_host(said: Reply, host: str, error: MailError) -> str | None:
    if not isinstance(error, Reauthenticate):
        return None
    if _within(host, _APP_PASSWORDS_ONLY):
        return APP_PASSWORD
    if _within(host, _CLOSED_AT_FIRST):
        return OUTSIDE_ACCESS
    if _within(host, _OAUTH_ONLY) and said.operation != "AUTH":  # SMTP says it in words, and still takes some passwords
        return OAUTH
    return None


def _within(host: str, domains: Iterable[str]) -> bool:
    name = "." + host.rstrip(".").lower()
    return any(name.endswith("." + domain) for domain in domains)


_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")


def masked(text: str, username: str, password: str) -> str:
    """``text`` without a password that a server repeats in its answer: as it is, quoted, or in any base64 of a sign-in."""

    def mask(match: re.Match[str]) -> str:
        try:
            said = base64.b64decode(match[0] + "=" * (-len(match[0]) % 4))
        except (binascii.Error, ValueError):
            return match[0]
        digest = said.startswith(username.encode() + b" ") if username else False  # the answer of CRAM-MD5
        return "***" if digest or (password and password.encode() in said) else match[0]

    text = _BASE64.sub(mask, text)
    for form in {password, password.replace("\\", "\\\\").replace('"', '\\"')} - {""}:
        text = text.replace(form, "***")
    return text


def without_secrets(error: MailError, username: str, password: str) -> MailError:
    """``error`` with all that a server may have repeated of a sign-in taken out, its cause too."""
    for name, value in error.arguments.items():
        if isinstance(value, str) and name not in ("host", "operation"):
            error.arguments[name] = masked(value, username, password)
    if (said := error.reply) is not None:
        error.reply = Reply(masked(said.text, username, password), said.code, said.enhanced, said.operation)
    error.__cause__ = error.__context__ = None
    return error
