"""Mails from a maildrop come with the hash of their header, which their names were made of."""

from __future__ import annotations

from mailflow_gui.engine import receiving_pop3
from mailflow_gui.journal.maildrops import Key
from mailflow_gui.mail.fingerprint import header_hash
from mailflow_gui.mail.pop3 import Listed
from tests.mail.test_pop3_odd_servers import SIGNED_IN, open_session
from tests.servers.scripted import Expect, Scripted, Stall


def test_a_mail_is_given_with_the_hash_of_its_header_whether_its_name_was_made_before_or_not() -> None:
    mail = b"Subject: one\r\nStatus: RO\r\n\r\nbody\r\n"
    answer = "+OK", mail, "."
    with Scripted(*SIGNED_IN, Expect("RETR 1", *answer), Expect("RETR 2", *answer), Stall()) as server:
        session = open_session(server)
        wanted = [(Listed(1, len(mail), "a"), None), (Listed(2, len(mail), "b"), "made-before")]
        found = list(receiving_pop3._fetched(session, wanted))
        session.abandon()
    hashed = header_hash(mail)
    assert [(each.uid, each.header_hash, each.raw) for each in found] == [
        (str(Key("a", len(mail), hashed)), hashed, mail),
        ("made-before", hashed, mail),
    ]
