"""Known mails are found again in a folder whose UIDs are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.engine.renumbering import match
from mailflow_gui.journal.renumbered import Known
from mailflow_gui.mail.fingerprint import header_hash
from mailflow_gui.mail.imap_fetch import Identity


def nobody(_uids: Sequence[int]) -> Mapping[int, str]:
    raise AssertionError("no header is needed")


def test_unique_message_ids_need_no_look_at_headers() -> None:
    known = [Known(1, 11, "<a@x>", "h1"), Known(2, 12, "<b@x>", "h2")]
    present = {7: Identity("<b@x>", 0.0), 9: Identity("<new@x>", 0.0)}
    matched = match(known, present, nobody)
    assert {uid: each.item for uid, each in matched.found.items()} == {7: 12}
    assert [each.item for each in matched.missing] == [11]


def test_of_two_mails_with_one_message_id_the_header_tells_which_is_known() -> None:
    known = [Known(1, 11, "<a@x>", "theirs")]
    present = {5: Identity("<a@x>", 0.0), 6: Identity("<a@x>", 0.0)}
    assert list(match(known, present, lambda uids: {5: "other", 6: "theirs"}).found) == [6]
    # A server that has changed the headers: the one that we know is the older one.
    assert list(match(known, present, lambda uids: {5: "p", 6: "q"}).found) == [5]


def test_mails_without_message_ids_are_known_by_their_headers_alone() -> None:
    known = [Known(1, 11, "", "h1"), Known(2, None, "", "")]
    present = {5: Identity("", 0.0), 6: Identity("", 0.0)}
    assert {uid: each.item for uid, each in match(known, present, lambda uids: {5: "", 6: "h1"}).found.items()} == {
        6: 11
    }


IDS = st.sampled_from(["", "<a@x>", "<b@x>", "<c@x>"])


@given(st.lists(st.tuples(IDS, st.sampled_from(["h1", "h2", "h3"])), max_size=8))
def test_the_same_mails_under_new_numbers_are_all_found_each_once(mails: list[tuple[str, str]]) -> None:
    known = [Known(uid, uid, message_id, header) for uid, (message_id, header) in enumerate(mails, 1)]
    present = {100 - uid: Identity(message_id, 0.0) for uid, (message_id, _header) in enumerate(mails, 1)}
    headers = {100 - uid: header for uid, (_message_id, header) in enumerate(mails, 1)}
    matched = match(known, present, lambda uids: {uid: headers[uid] for uid in uids})
    assert sorted(each.uid for each in matched.found.values()) == [each.uid for each in known]
    assert not matched.missing


def test_the_hash_of_a_header_outlives_line_ends_and_what_servers_add() -> None:
    mail = b"From: a@x\r\nSubject: one\r\n\r\nbody"
    hashed = header_hash(mail)
    assert header_hash(b"From: a@x\nSubject: one\n\nother body") == hashed
    assert header_hash(b"From: a@x\r\nSubject: one\r\nStatus: RO\r\nX-UIDL: 7\r\n\r\n") == hashed
    assert header_hash(b"From: a@x\r\nSubject: two\r\n\r\nbody") != hashed
