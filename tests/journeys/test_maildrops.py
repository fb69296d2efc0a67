"""Stories of POP3 servers whose UIDLs are reused, doubled, missing or changed: every mail is sent once."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator

import pytest

from tests.journeys.world import World, mail, numbers
from tests.servers.odd_pop3 import OddPop3, Stored
from tests.servers.recording_smtp import RecordingSmtp

EMPTY = (0, 0, 0, 0, 0)


@pytest.fixture
def odd() -> Iterator[OddPop3]:
    with OddPop3() as server:
        yield server


@pytest.fixture
def reading(world: World, odd: OddPop3, recording_smtp: RecordingSmtp) -> World:
    """A machine that reads the odd maildrop."""
    return bound(world, odd, recording_smtp)


def bound(world: World, odd: OddPop3, recording_smtp: RecordingSmtp) -> World:
    world.add("Inbox", "pop3", odd.port, "--username", "somebody", password="word")
    world.add_smtp(recording_smtp.port)
    return world


def sent(server: RecordingSmtp) -> list[int]:
    return sorted(numbers(server.messages))


def test_ordinary_mails_cost_no_look_at_headers(reading: World, odd: OddPop3, recording_smtp: RecordingSmtp) -> None:
    flow = reading.flow()
    for number in range(1, 8):
        odd.put(f"u{number}", mail(number))
    for _poll in range(3):
        assert reading.until_idle(flow).code == 0
    odd.put("u8", mail(8))
    assert reading.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert sent(recording_smtp) == list(range(1, 9))
    assert (odd.count("TOP"), odd.count("RETR")) == (0, 8)


def test_a_uidl_that_two_mails_have_hides_neither(reading: World, odd: OddPop3, recording_smtp: RecordingSmtp) -> None:
    flow = reading.flow()
    odd.put("same", mail(1))
    assert reading.until_idle(flow).counts == (1, 1, 0, 0, 0)
    odd.put("same", mail(2))
    odd.put("same", mail(2))
    assert reading.until_idle(flow).counts == (2, 2, 0, 0, 0)
    del odd.mails[1]
    assert reading.until_idle(flow).counts == EMPTY
    assert sent(recording_smtp) == [1, 2, 2]


@pytest.mark.parametrize("after", ["leave", "delete"])
def test_a_uidl_that_is_given_again_names_a_new_mail(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp, after: str
) -> None:
    """Some servers number the mails of a maildrop; the mails have one size."""
    flow = reading.flow(receive={"after_receiving": after})
    for number in range(1, 5):
        odd.put("1", mail(number))
        assert reading.until_idle(flow).counts == (1, 1, 0, 0, 0)
        odd.mails.clear()
        if after == "leave":
            assert reading.until_idle(flow).counts == EMPTY  # it is seen to have left
    assert sent(recording_smtp) == [1, 2, 3, 4]


def test_a_maildrop_that_is_empty_for_a_moment_is_not_sent_again(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp
) -> None:
    flow = reading.flow(receive={"existing_mail": "skip"})
    odd.put("0", mail(9))
    assert reading.until_idle(flow).counts == EMPTY
    for number in range(1, 4):
        odd.put(str(number), mail(number))
    assert reading.until_idle(flow).counts == (3, 3, 0, 0, 0)
    kept, odd.mails = odd.mails, []
    assert reading.until_idle(flow).counts == EMPTY
    odd.mails = kept
    assert reading.until_idle(flow).counts == EMPTY
    assert sent(recording_smtp) == [1, 2, 3]


def test_mails_that_the_server_calls_otherwise_are_still_known(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp
) -> None:
    flow = reading.flow(receive={"maximum_emails": 2})
    for number in range(1, 6):
        odd.put(f"old{number}", mail(number))
    assert reading.until_idle(flow).counts == (5, 5, 0, 0, 0)
    odd.mails = [Stored(f"new{place}", each.raw) for place, each in enumerate(odd.mails)]
    odd.put("new9", mail(9))
    assert reading.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert reading.until_idle(flow).counts == EMPTY
    assert sent(recording_smtp) == [1, 2, 3, 4, 5, 9]


@pytest.mark.parametrize("top", [True, False])
def test_a_server_without_uidl_is_read_by_headers(world: World, recording_smtp: RecordingSmtp, top: bool) -> None:
    with OddPop3(top=top) as odd:
        flow = bound(world, odd, recording_smtp).flow()
        for number in (1, 2, 2):
            odd.put("", mail(number))
        assert world.until_idle(flow).counts == (3, 3, 0, 0, 0)
        del odd.mails[0]
        odd.put("", mail(3))
        assert world.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert sent(recording_smtp) == [1, 2, 2, 3]


def test_only_the_very_mail_that_was_sent_is_deleted(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp
) -> None:
    flow = reading.flow(receive={"after_receiving": "delete"})
    odd.put("1", mail(1))
    recording_smtp.answer("RCPT", "450 4.2.1 busy", times=1)
    assert reading.once(flow).counts == (1, 0, 0, 0, 0)
    odd.mails = [Stored("1", mail(2))]  # another program has fetched the first; this one has its name and its size
    reading.make_due()
    reading.until_idle(flow)
    reading.until_idle(flow)
    assert Stored("1", mail(2)) in odd.mails or 2 in sent(recording_smtp)
    assert 1 in sent(recording_smtp)


def test_a_mail_that_the_server_keeps_back_is_a_dead_letter(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp
) -> None:
    for number in (1, 2, 3):
        odd.put(str(number), mail(number))
    odd.refused["RETR 2"] = 1 << 30
    flow = reading.flow()
    ran = reading.until_idle(flow)
    assert (ran.code, ran.counts) == (1, (3, 2, 0, 1, 0)), ran.err
    (failed,) = reading.messages("--state", "failed")
    assert (failed["error"]["code"], failed["subject"]) == ("received-refused", "mail 0002")
    assert reading.until_idle(flow).counts == EMPTY


def test_a_server_that_gives_no_mail_at_all_is_asked_again_later(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp
) -> None:
    odd.put("1", mail(1))
    odd.refused["RETR 1"] = 100
    flow = reading.flow()
    ran = reading.until_idle(flow)
    assert (ran.code, ran.counts) == (3, EMPTY), ran.err
    assert odd.count("RETR") < 20
    odd.refused.clear()
    assert reading.until_idle(flow).counts == (1, 1, 0, 0, 0)


def test_a_mail_that_may_not_be_deleted_is_sent_once_and_the_refusal_is_kept(
    reading: World, odd: OddPop3, recording_smtp: RecordingSmtp
) -> None:
    flow = reading.flow(receive={"after_receiving": "delete"})
    for number in (1, 2):
        odd.put(str(number), mail(number))
    odd.refused["DELE 1"] = 1 << 30
    assert reading.until_idle(flow).counts == (2, 2, 0, 0, 0)
    assert [stored.uidl for stored in odd.mails] == ["1"]
    (kept,) = [message for message in reading.messages() if message["subject"] == "mail 0001"]
    (attempt,) = reading.run("messages", "show", kept["id"], "--json").json["attempts"]
    assert (attempt["operation"], attempt["code"]) == ("DELE", "message-vanished")
    assert reading.until_idle(flow).counts == EMPTY
    assert sent(recording_smtp) == [1, 2]


@pytest.mark.parametrize("after", ["leave", "delete"])
def test_the_first_version_s_keys_are_still_known(
    world: World, recording_smtp: RecordingSmtp, odd: OddPop3, after: str
) -> None:
    """Where a UIDL was missing or doubled, they were made of the header as it came and the size."""
    flow = bound(world, odd, recording_smtp).flow(receive={"after_receiving": "leave"})
    for number in (1, 2, 2):
        odd.put("same", mail(number))
    assert world.until_idle(flow).counts == (3, 3, 0, 0, 0)
    with contextlib.closing(sqlite3.connect(world.home.journal_file)) as database:
        earlier: list[str] = []
        for (item,) in database.execute("SELECT id FROM items ORDER BY id").fetchall():
            raw = odd.mails[len(earlier)].raw
            header = raw[: raw.index(b"\r\n\r\n") + 4]
            key = f"header-{hashlib.sha256(header).hexdigest()[:32]}:{len(raw)}"
            earlier.append(key + "+" * sum(each.rstrip("+") == key for each in earlier))
            database.execute(
                "UPDATE items SET uid = ?, flagging = ?, header = '' WHERE id = ?",
                (earlier[-1], after == "delete", item),
            )
            database.execute("UPDATE ledger SET uid = ? WHERE item = ?", (earlier[-1], item))
        database.commit()
    world.flow(receive={"after_receiving": after})
    odd.put("same", mail(3))
    assert world.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert world.until_idle(flow).counts == EMPTY
    assert sent(recording_smtp) == [1, 2, 2, 3]
    assert len(odd.mails) == (4 if after == "leave" else 0)
