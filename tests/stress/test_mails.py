"""A sample of the mails; ``python -m tests stress mails`` reads all of them."""

from __future__ import annotations

from tests.stress.stress_mails import mails, wrong_names


def test_random_and_mutated_mails_raise_nothing_and_change_no_header_names() -> None:
    tally = mails(600)
    assert tally.raised == []
    assert tally.slow == []
    assert tally.headers == []
    assert tally.mails >= 500
    assert tally.composed >= 100


def test_names_that_should_not_be_there_are_seen() -> None:
    good = b"From: a@b\r\nSubject: x\r\n y\r\n\r\nBcc: z"
    assert wrong_names(good) == []
    for bad in (b"\r\nBcc: z", b"\nBcc: z", b"\rBcc: z", b"\r\nSubject: again", "\u2028Bcc: z".encode()):
        assert wrong_names(good.replace(b"\r\n\r\n", bad + b"\r\n\r\n"))
