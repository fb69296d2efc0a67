"""What ``connections add`` and ``edit`` have in common: options, and the account that they describe."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import DEFAULT_PORTS, Account, Security
from mailflow_gui.accounts.secrets import Secret, variable
from mailflow_gui.cli import output
from mailflow_gui.errors import AccountBroken, UsageError
from mailflow_gui.language import _

LARGEST_CERTIFICATE = 1 << 20
"""Bytes; a chain of certificates has a few thousand."""

_TRIED = ("protocol", "host", "port", "security", "username", "certificate", "password_command", "signs_in")
"""Fields that a validation has tried: when one changes, it no longer counts."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that ``add`` and ``edit`` share; each is None or False when it isn't given."""
    parser.add_argument(
        "--port", type=int, help=_("the server's port; usual one for protocol and security when left out")
    )
    parser.add_argument(
        "--security",
        choices=fields.SECURITIES,
        help=_("tls (usual), starttls, or none: not encrypted, for servers on this machine only"),
    )
    parser.add_argument(
        "--accept-clear-text",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=_("accept that the line to a server elsewhere is not encrypted, with --security none"),
    )
    parser.add_argument("--username", metavar="U", help=_("user name; leave it out for servers that ask for none"))
    parser.add_argument(
        "--certificate",
        metavar="FILE",
        type=Path,
        help=_("trust exactly the server certificate in this PEM file, for STARTTLS and TLS; the file is read once"),
    )
    password = parser.add_mutually_exclusive_group()
    password.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the password from standard input and keep it in the system's keyring"),
    )
    password.add_argument(
        "--password-command",
        metavar="CMD",
        help=_("shell command whose first line of output is the password; nothing is stored"),
    )
    password.add_argument("--no-password", action="store_true", help=_("the server asks for no sign-in"))
    parser.add_argument("--description", metavar="D", help=_("what you want to remember about it"))
    parser.add_argument(
        "--maximum-sessions",
        metavar="N",
        type=int,
        help=_("the most sessions to keep open with this server at a time (4)"),
    )
    parser.add_argument("--json", action="store_true", help=_("one JSON object: the connection as it was saved"))


def new_account(arguments: argparse.Namespace, certificate: str | None, taken: Collection[str]) -> Account:
    """The account that the options of ``add`` describe.

    :raises UsageError: options that don't go together.
    """
    name = arguments.name.strip()
    security: Security = arguments.security or "tls"
    blank = Account(
        id=fields.new_id(name, arguments.protocol, taken),
        name=name,
        protocol=arguments.protocol,
        host="",
        port=DEFAULT_PORTS[arguments.protocol, security],
        security=security,
    )
    return edited(blank, arguments, certificate)


def edited(before: Account, arguments: argparse.Namespace, certificate: str | None) -> Account:
    """``before`` with the options that were given; the port follows protocol and security until somebody has typed one.

    :raises UsageError: options that don't go together.
    """
    given = vars(arguments)
    after = replace(before, **{key: given[key] for key in _PLAIN if given[key] is not None})
    after = replace(after, name=after.name.strip(), host=fields.clean_host(after.host))
    if arguments.port is None and before.port == DEFAULT_PORTS[before.protocol, before.security]:
        after = replace(after, port=DEFAULT_PORTS[after.protocol, after.security])
    if certificate is not None:
        if after.security == "none":
            raise UsageError("certificate-without-tls")
        after = replace(after, certificate=certificate)
    if given.get("no_certificate"):
        after = replace(after, certificate="")
    if arguments.password_stdin:
        after = replace(after, password_command="", signs_in=True)
    elif arguments.password_command is not None:
        after = replace(after, signs_in=True)
    elif arguments.no_password:
        after = replace(after, password_command="", signs_in=False)
    if (arguments.password_stdin or arguments.password_command) and not after.username:
        raise UsageError("password-without-user")
    changed = arguments.password_stdin or any(getattr(before, key) != getattr(after, key) for key in _TRIED)
    return replace(after, validated=None) if changed else after


_PLAIN = (
    "name", "protocol", "host", "port", "security", "username", "password_command", "description", "maximum_sessions",
    "accept_clear_text",
)  # fmt: skip


def check_password_options(arguments: argparse.Namespace) -> None:
    """:raises UsageError: an empty password command, which would mean none."""
    if arguments.password_command is not None and not arguments.password_command.strip():
        raise UsageError("password-command-blank")


def secret_from(arguments: argparse.Namespace) -> Secret | None:
    """The password from standard input if that was asked for; a terminal doesn't show what is typed.

    :raises UsageError: nothing, several lines, or no UTF-8.
    """
    if not arguments.password_stdin:
        return None
    if sys.stdin.isatty():
        text = getpass.getpass(_("Password: "))
    else:
        try:
            text = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError("password-not-text") from None  # the cause would quote the password
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise UsageError("password-blank")
    if any(mark in text for mark in "\r\n\0"):
        raise UsageError("password-several-lines")
    return Secret(text)


def certificate_from(path: Path | None) -> str | None:
    """The certificates in a PEM (or DER) file, or None when no file is named; a private key in it is left behind.

    :raises UsageError: the file can't be read, or holds no certificate.
    """
    if path is None:
        return None
    import ssl

    from mailflow_gui.mail import tls

    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_CERTIFICATE)
    except OSError as error:
        raise UsageError("certificate-file-unreadable", path=str(path), reason=error.strerror or str(error)) from error
    pem = content.decode("ascii", "replace") if b"-----BEGIN" in content else ssl.DER_cert_to_PEM_cert(content)
    try:
        return tls.certificates_only(pem)
    except AccountBroken as error:
        raise UsageError("certificate-file-empty", path=str(path)) from error


def warn(account: Account) -> None:
    """Say on standard error what is unwise about an account."""
    if account.security == "none" and not fields.is_loopback(account.host):
        text = _("Warning: the line to {host} is not encrypted; everybody on the way can read mails and password.")
        output.complain(text.format(host=account.host))


def may_use_keyring(account: Account) -> bool:
    """Whether the account's password is looked for in the keyring."""
    return account.needs_secret and not account.password_command and not os.environ.get(variable(account.id))


def has_no_password_yet(account: Account, arguments: argparse.Namespace) -> bool:
    """Whether a new account signs in and nobody has said with what."""
    return may_use_keyring(account) and not arguments.password_stdin


def naming(account: Account) -> dict[str, str]:
    """Arguments of the sentence about a missing secret."""
    return {"name": account.name, "id": account.id, "variable": variable(account.id)}
