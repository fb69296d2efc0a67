"""``mailflow connections trust``: look at the certificate that a server shows, and trust exactly it."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailflow_gui import paths
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import output
from mailflow_gui.errors import UsageError
from mailflow_gui.language import _

if TYPE_CHECKING:
    from mailflow_gui.mail.tls import Certificate

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_FINGERPRINT = re.compile(r"[0-9A-F]{64}")


def add(actions: Commands) -> None:
    """Add the action to ``mailflow connections``."""
    parser = actions.add_parser(
        "trust",
        help=_("look at the certificate that a server shows, and trust exactly it"),
        description=_(
            "Fetch the certificate that the server shows now, and show it beside the one that is trusted. No user name and no password "
            "is sent. With --fingerprint or --yes the connection trusts exactly this certificate from now on."
        ),
        epilog=_("Compare the fingerprint with what whoever runs the server tells you, by another way than this line."),
    )
    parser.add_argument("connection", metavar="NAME", help=_("the connection's name or id"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--fingerprint",
        metavar="SHA256",
        help=_("trust the certificate if this is its SHA-256 fingerprint, else nothing"),
    )
    how.add_argument("--yes", action="store_true", help=_("trust the certificate whatever it is"))
    parser.add_argument(
        "--json", action="store_true", help=_('one JSON object: {"id", "trusted", "shown": {…}, "before": {…}}')
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the server's certificate, and save it when asked to."""
    from mailflow_gui.accounts.sessions import server_of
    from mailflow_gui.accounts.stages import certificate_as_json
    from mailflow_gui.mail import tls

    wanted = None if arguments.fingerprint is None else _fingerprint(arguments.fingerprint)
    accounts = AccountStore(paths.home().accounts_file)
    account = accounts.find(arguments.connection)
    if account.security == "none":
        raise UsageError("certificate-without-tls")
    pem = tls.fetch_certificate(server_of(account), account.protocol)
    shown = tls.describe(pem)
    before = tls.describe(account.certificate) if account.certificate else None
    if not arguments.json:
        _show(account, shown, before)
    if wanted is not None and wanted != shown.sha256.replace(":", ""):
        raise UsageError("fingerprint-differs", host=account.host, shown=shown.sha256)
    trusted = arguments.yes or wanted is not None
    if trusted:
        _save(accounts, account, pem)
    if arguments.json:
        certificates = {"shown": certificate_as_json(shown), "before": certificate_as_json(before)}
        output.print_json({"id": account.id, "trusted": trusted, **certificates})
    elif trusted:
        output.say(_("The connection “{name}” trusts exactly this certificate now.").format(name=account.name))
        output.say(_("Try it with: mailflow connections validate {id}").format(id=account.id))
    else:
        text = _("Nothing was changed. To trust it: mailflow connections trust {id} --fingerprint {fingerprint}")
        output.say(text.format(id=account.id, fingerprint=shown.sha256))
    return output.DONE


def _save(accounts: AccountStore, account: Account, pem: str) -> None:
    with accounts.locked():
        now = accounts.get(account.id)
        if (now.host, now.port, now.security) != (account.host, account.port, account.security):
            raise UsageError("account-changed-meanwhile", name=account.name)
        accounts.replace(replace(now, certificate=pem, validated=None))


def _show(account: Account, shown: Certificate, before: Certificate | None) -> None:
    output.say(_("The server {host} shows this certificate:").format(host=account.host))
    output.say(_lines(shown))
    if before is None:
        output.say(_("So far the connection trusts what this system trusts."))
    elif before.sha256 == shown.sha256:
        output.say(_("It is the one that the connection trusts already."))
    else:
        output.say(_("So far the connection trusts this one:"))
        output.say(_lines(before))


def _lines(certificate: Certificate) -> str:
    facts = (
        (_("Subject"), certificate.subject),
        (_("Issuer"), certificate.issuer),
        (_("For"), ", ".join(certificate.names) or "–"),
        (_("Valid"), f"{certificate.not_before:%Y-%m-%d} – {certificate.not_after:%Y-%m-%d}"),
        ("SHA-256", certificate.sha256),
    )
    return "\n".join(f"  {label}: {value}" for label, value in facts)


def _fingerprint(text: str) -> str:
    """A SHA-256 fingerprint as people write it: pairs with or without colons, blanks or ``SHA256:`` before."""
    digits = re.sub(r"[\s:-]", "", text.upper().removeprefix("SHA256:").removeprefix("SHA-256:"))
    if not _FINGERPRINT.fullmatch(digits):
        raise UsageError("fingerprint-invalid", fingerprint=text)
    return digits
