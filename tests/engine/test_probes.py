"""Where a mail in doubt is looked for, and what an unreadable file of accounts means to those who send."""

from __future__ import annotations

import pytest

from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gates
from mailflow_gui.engine.probes import Mailboxes
from mailflow_gui.engine.senders import Senders
from mailflow_gui.errors import StorageError
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal
from mailflow_gui.paths import Home


def test_accounts_that_cannot_be_read_just_now_may_hold_the_mail(home: Home) -> None:
    """It is asked inside the journal's transaction: an error would end the journal, and "nowhere" would have the mail sent again."""
    home.create()
    accounts = AccountStore(home.accounts_file)
    sessions = Sessions(accounts, SecretStore())
    doubt = Doubt(
        mail=1,
        item=1,
        node="send",
        account="outgoing",
        message_id="<a@example.com>",
        sender="bot@example.com",
        recipients=("sales@example.com",),
        copy_to=None,
        when_uncertain="resend",
        since=0.0,
    )
    with Journal(home) as journal:
        mailboxes = Mailboxes(journal, accounts, Gates(journal, sessions, Events()), sessions)
        assert not mailboxes.can_look(doubt)
        home.accounts_file.parent.mkdir(parents=True, exist_ok=True)
        home.accounts_file.write_text("half a fi", encoding="utf-8")
        assert mailboxes.can_look(doubt)


def test_accounts_that_cannot_be_read_just_now_stop_no_sender(home: Home) -> None:
    """The mail is handed over in the journal's thread, where an error would leave it lying until the next start."""
    home.create()
    home.accounts_file.mkdir(parents=True)  # can't be read by anybody
    accounts = AccountStore(home.accounts_file)
    sessions = Sessions(accounts, SecretStore())
    with pytest.raises(StorageError):
        accounts.all()
    with Journal(home) as journal:
        events = Events()
        senders = Senders(
            journal,
            accounts,
            sessions,
            Gates(journal, sessions, events),
            events,
            concluded=lambda _works: None,
            put_down=lambda _work: None,
            can_look=lambda _doubt: False,
            changed=lambda: None,
            crashed=lambda _error: None,
        )
        assert senders._session_limit("outgoing") == 1
        senders.close()
