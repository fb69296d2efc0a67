"""From an account to a live session: address, certificate and secret put together, for one call each.

What calls this keeps the session and closes it. A session is opened once; trying again is the caller's decision, since a second
attempt with a wrong password brings a lock-out nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailflow_gui.accounts import fields, os_keyring
from mailflow_gui.accounts.account import Account, Protocol
from mailflow_gui.accounts.os_keyring import KeyringState
from mailflow_gui.accounts.secrets import Secret, SecretStore, variable
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Progress, unwatched

if TYPE_CHECKING:
    from mailflow_gui.mail.imap import ImapSession
    from mailflow_gui.mail.pop3 import Pop3Session
    from mailflow_gui.mail.smtp import SmtpSession


class Sessions:
    """Opens sessions with saved accounts. Safe to use from several threads."""

    def __init__(self, accounts: AccountStore, secrets: SecretStore) -> None:
        self._accounts = accounts
        self._secrets = secrets

    def imap(self, account_id: str) -> ImapSession:
        """A session with an IMAP account.

        :raises AccountError: no such account, no secret, or the keyring can't be used.
        :raises MailError: by what can be done about it.
        """
        account = self._account(account_id, "imap")
        return open_imap(account, secret_of(account, self._secrets))

    def pop3(self, account_id: str) -> Pop3Session:
        """A session with a POP3 account. :raises AccountError, MailError: as :meth:`imap`."""
        account = self._account(account_id, "pop3")
        return open_pop3(account, secret_of(account, self._secrets))

    def smtp(self, account_id: str) -> SmtpSession:
        """A session with an SMTP account. :raises AccountError, MailError: as :meth:`imap`."""
        account = self._account(account_id, "smtp")
        return open_smtp(account, secret_of(account, self._secrets))

    def keyring_state(self) -> KeyringState:
        """How the keyring stands now; nobody is asked. Waits a few seconds for an answer."""
        return os_keyring.look()

    def _account(self, account_id: str, protocol: Protocol) -> Account:
        account = self._accounts.get(account_id)
        if account.protocol != protocol:
            raise AccountError(
                "account-other-protocol", name=account.name, protocol=account.protocol.upper(), wanted=protocol.upper()
            )
        if fields.in_clear_unasked(account):
            raise AccountError(fields.CLEAR_TEXT, host=account.host)
        return account


def secret_of(account: Account, secrets: SecretStore) -> Secret | None:
    """The secret that ``account`` signs in with; None for one that doesn't sign in, without asking anybody.

    :raises AccountError: ``secret-missing``, or what :meth:`SecretStore.get` raises.
    """
    if not account.needs_secret:
        return None
    secret = secrets.get(account)
    if secret is None:
        raise AccountError("secret-missing", name=account.name, id=account.id, variable=variable(account.id))
    return secret


def server_of(account: Account) -> Server:
    """Where an account's sessions go."""
    return Server(account.host, account.port, account.security, account.certificate, account.id)


def open_imap(account: Account, secret: Secret | None, on_stage: Callable[[Progress], None] = unwatched) -> ImapSession:
    """A session with an account, saved or not. :raises MailError: by what can be done about it."""
    from mailflow_gui.mail.imap import ImapSession

    return ImapSession.open(server_of(account), *_sign_in(account, secret), on_stage=on_stage)


def open_pop3(account: Account, secret: Secret | None, on_stage: Callable[[Progress], None] = unwatched) -> Pop3Session:
    """A session with an account, saved or not. :raises MailError: by what can be done about it."""
    from mailflow_gui.mail.pop3 import Pop3Session

    return Pop3Session.open(server_of(account), *_sign_in(account, secret), on_stage=on_stage)


def open_smtp(account: Account, secret: Secret | None, on_stage: Callable[[Progress], None] = unwatched) -> SmtpSession:
    """A session with an account, saved or not. :raises MailError: by what can be done about it."""
    from mailflow_gui.mail.smtp import SmtpSession

    return SmtpSession.open(server_of(account), *_sign_in(account, secret), on_stage=on_stage)


def _sign_in(account: Account, secret: Secret | None) -> tuple[str, str | None]:
    """User name and password for a session; nothing at all for an account that doesn't sign in."""
    if not account.needs_secret:
        return "", None
    return account.username, None if secret is None else secret.reveal()
