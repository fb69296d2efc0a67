"""POP3 sessions against a real Dovecot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailflow_gui.errors import AccountBroken, Reauthenticate, Recoverable, Rejected
from mailflow_gui.mail.pop3 import Pop3Session
from mailflow_gui.mail.server import Security, Server

if TYPE_CHECKING:
    from tests.servers.dovecot import Dovecot

LINES: list[Security] = ["none", "starttls", "tls"]
DOTS = b"Subject: dots\r\n\r\n.one\r\n..two\r\n.\x20\r\n...\r\nbare\n.\nend\r\n"


def server(dovecot: Dovecot, security: Security = "none", certificate: str | None = None) -> Server:
    port = dovecot.pop3s if security == "tls" else dovecot.pop3
    trusted = dovecot.certificate.pem if certificate is None else certificate
    return Server(dovecot.host, port, security, trusted, account="inbox")


def open_session(dovecot: Dovecot, user: str, security: Security = "none") -> Pop3Session:
    return Pop3Session.open(server(dovecot, security), user, dovecot.password)


@pytest.mark.parametrize("security", LINES)
def test_sign_in_works_on_every_kind_of_line(dovecot: Dovecot, user: str, security: Security) -> None:
    dovecot.deliver(user, b"Subject: x\r\n\r\ny\r\n")
    session = open_session(dovecot, user, security)
    assert {"UIDL", "TOP", "PIPELINING"} <= session.capabilities
    assert len(session.list()) == 1
    session.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_untrusted_certificate_ends_before_the_sign_in(dovecot: Dovecot, user: str, security: Security) -> None:
    with pytest.raises(AccountBroken) as caught:
        Pop3Session.open(server(dovecot, security, certificate=""), user, dovecot.password)
    assert caught.value.code == "certificate-untrusted"
    assert dovecot.logins(user) == 0


def test_wrong_password_asks_for_another_and_is_tried_once(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(Reauthenticate) as caught:
        Pop3Session.open(server(dovecot), user, "canary-7Qx")
    assert caught.value.code == "sign-in-refused"
    assert "canary" not in str(caught.value) + caught.value.detail
    assert dovecot.logins(user) == 0


def test_mails_are_listed_with_lasting_names(dovecot: Dovecot, user: str) -> None:
    raws = [b"Subject: %d\r\n\r\n%s\r\n" % (number, b"x" * number) for number in range(3)]
    dovecot.deliver_all(user, raws)
    first, second = open_session(dovecot, user), open_session(dovecot, user)
    listed = first.list()
    assert [each.size for each in listed] == [len(raw) for raw in raws]
    assert len({each.uidl for each in listed}) == 3
    assert second.list() == listed
    first.close()
    second.close()


def test_mails_come_byte_for_byte_whatever_their_dots(dovecot: Dovecot, user: str) -> None:
    dotted = DOTS.replace(b"bare\n.\nend", b"end")
    bodyless = b"Subject: no body\r\n\r\n"
    for raw in (dotted, bodyless):
        dovecot.deliver(user, raw)
    session = open_session(dovecot, user)
    assert session.fetch(1, 10_000) == dotted
    assert session.fetch(2, 10_000) == bodyless
    assert session.header(1) == b"Subject: dots\r\n\r\n"
    session.close()


@pytest.mark.parametrize("pipelining", [True, False])
def test_many_mails_come_in_order_and_vanished_ones_are_told(dovecot: Dovecot, user: str, pipelining: bool) -> None:
    raws = [b"Subject: %d\r\n\r\n%s\r\n" % (number, b"x" * 70 * number) for number in range(120)]
    dovecot.deliver_all(user, raws)
    session = open_session(dovecot, user)
    if not pipelining:
        session._capabilities -= {"PIPELINING"}
    listed = session.list()
    session.delete(7)
    fetched = list(session.fetch_many(listed, 10**6))
    assert [each for each, _ in fetched] == listed
    assert [raw for _, raw in fetched] == [None if number == 6 else raw for number, raw in enumerate(raws)]
    session.abandon()


def test_deletion_takes_effect_at_close(dovecot: Dovecot, user: str) -> None:
    for number in range(2):
        dovecot.deliver(user, b"Subject: %d\r\n\r\n" % number)
    session = open_session(dovecot, user)
    session.delete(1)
    with pytest.raises(Recoverable) as caught:
        session.fetch(1, 10_000)
    assert caught.value.code == "message-vanished"
    session.close()
    assert list(dovecot.messages(user).values()) == [b"Subject: 1\r\n\r\n"]


def test_abandoning_deletes_nothing(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, b"Subject: x\r\n\r\n")
    session = open_session(dovecot, user)
    session.delete(1)
    session.abandon()
    session.close()
    assert len(dovecot.messages(user)) == 1


def test_a_mail_larger_than_announced_to_the_caller_is_rejected(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, b"Subject: x\r\n\r\n" + b"x" * 5000 + b"\r\n")
    session = open_session(dovecot, user)
    with pytest.raises(Rejected) as caught:
        session.fetch(1, 1000)
    assert caught.value.code == "message-oversized"
    session.noop()
    session.close()


def test_control_characters_never_reach_the_server(dovecot: Dovecot, user: str) -> None:
    for name, password in ((user + "\r\nQUIT", "pw"), (user, "pw\r\nDELE 1")):
        with pytest.raises(AccountBroken) as caught:
            Pop3Session.open(server(dovecot), name, password)
        assert caught.value.code == "unsafe-characters"
