"""Where somebody takes the offer of encryption away, not a byte of a sign-in goes out, and there is no fall-back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from mailflow_gui.accounts.account import Account, Protocol
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.accounts.sessions import open_imap, open_pop3, open_smtp
from mailflow_gui.accounts.validate import validate
from mailflow_gui.errors import AccountBroken
from tests.servers import certificates
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.stripping import Stripping

USER, PASSWORD = "canary-user", Secret("canary-password")
COMMANDS = (b"AUTH", b"LOGIN", b"USER", b"PASS", b"MAIL")


def credentials() -> set[bytes]:
    """All forms in which a sign-in would show itself."""
    word = PASSWORD.reveal()
    coded = (USER, word, f"\0{USER}\0{word}")
    return {USER.encode(), word.encode(), *(base64.b64encode(each.encode()) for each in coded)}


def account(protocol: Protocol, port: int, certificate: str) -> Account:
    return Account(
        id="a", name="A", protocol=protocol, host="127.0.0.1", port=port, security="starttls", username=USER,
        certificate=certificate,
    )  # fmt: skip


def try_through(proxy: Stripping, protocol: Protocol, certificate: str, open_session: Callable[..., object]) -> None:
    tried = account(protocol, proxy.port, certificate)
    last = validate(tried, PASSWORD)[-1]
    assert (last.stage, last.code) == ("tls", "starttls-missing")
    assert proxy.taken
    with pytest.raises(AccountBroken):
        open_session(tried, PASSWORD)
    heard = bytes(proxy.heard)
    assert heard
    assert not any(form in heard for form in credentials())
    assert not any(line.upper().lstrip().startswith(COMMANDS) for line in heard.split(b"\r\n"))
    assert not any(word in heard.upper() for word in (b" AUTHENTICATE ", b" LOGIN "))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_mailbox_server_hears_no_sign_in(dovecot: Dovecot, protocol: Protocol) -> None:
    port, open_session = {"imap": (dovecot.imap, open_imap), "pop3": (dovecot.pop3, open_pop3)}[protocol]
    assert callable(open_session)
    with Stripping(port) as proxy:
        try_through(proxy, protocol, dovecot.certificate.pem, open_session)
    assert f"user=<{USER}>" not in dovecot.log()


def test_outgoing_server_hears_no_sign_in(tmp_path: Path) -> None:
    certificate = certificates.make()
    with (
        RecordingSmtp(
            username=USER, password=PASSWORD.reveal(), context=certificate.server_context(tmp_path)
        ) as server,
        Stripping(server.port) as proxy,
    ):
        try_through(proxy, "smtp", certificate.pem, open_smtp)
        assert server.logins == 0
