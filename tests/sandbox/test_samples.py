from __future__ import annotations

import re

from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.sandbox.store import sample_mails


def samples() -> list[MailMessage]:
    return [parse(raw) for raw in sample_mails()]


def test_samples_speak_of_example_domains_only() -> None:
    for raw in sample_mails():
        domains = set(re.findall(rb"[a-z0-9]@([a-z0-9.-]+\.[a-z]+)", raw))
        assert domains
        assert domains <= {b"example.com", b"example.jp", b"example.org"}


def test_half_of_the_samples_are_japanese_and_all_are_read() -> None:
    japanese = re.compile("[\u3040-\u30ff]")
    assert sum(bool(japanese.search(mail.text)) for mail in samples()) == 6
    assert all(mail.subject and mail.text for mail in samples())
    assert not any("\ufffd" in mail.subject + mail.text for mail in samples())


def test_vendor_characters_are_read() -> None:
    mail = samples()[3]
    assert mail.subject == "㈱見本商事:①納品 ②請求の件"
    assert "～よろしくお願いいたします～" in mail.text


def test_kinds_defects_and_attachments_are_what_the_samples_are_for() -> None:
    mails = samples()
    assert [mail.kind for mail in mails].count("auto-reply") == 1
    assert mails[10].kind == "list"
    assert [number for number, mail in enumerate(mails) if mail.defects] == [7]
    (attachment,) = mails[4].attachments
    assert (attachment.name, attachment.type) == ("お見積書_2026-118.pdf", "application/pdf")
    assert "木の食器セット" in mails[5].html
    assert mails[8].references[0] == mails[2].message_id


def test_each_sample_has_its_own_message_id() -> None:
    assert len({mail.message_id for mail in samples()}) == 12
