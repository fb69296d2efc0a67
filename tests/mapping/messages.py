"""Mails that the mapping's tests read."""

from __future__ import annotations

import base64

from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse

PDF = b"%PDF-1.7 made for a test"

ENQUIRY = (
    "From: =?utf-8?B?{name}?= <hanako.yamada@example.jp>\r\n"
    'To: support@example.com, "Doe, Jane" <jane@example.org>\r\n'
    "Cc: third@example.net\r\n"
    "Reply-To: answers@example.jp\r\n"
    "Subject: =?utf-8?B?{subject}?=\r\n"
    "Date: Fri, 14 Mar 2025 09:41:07 +0900\r\n"
    "Message-ID: <3@example.jp>\r\n"
    "In-Reply-To: <2@example.com>\r\n"
    "References: <1@example.com> <2@example.com>\r\n"
    "X-Ticket: 20417\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n"
    "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n{pdf}\r\n"
    "--b\r\nContent-Type: image/png\r\nContent-Disposition: inline; filename=logo.png\r\nContent-ID: <logo@x>\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n{png}\r\n--b--\r\n"
)


def _base64(text: str | bytes) -> str:
    return base64.b64encode(text.encode("utf-8") if isinstance(text, str) else text).decode("ascii")


def enquiry() -> MailMessage:
    """A Japanese enquiry that answers an older mail, with a PDF and a picture."""
    return parse(
        ENQUIRY.format(
            name=_base64("山田 花子"),
            subject=_base64("Re: お問い合わせの件"),
            text=_base64("お世話になっております。\n注文番号：4711\n"),
            pdf=_base64(PDF),
            png=_base64(b"picture"),
        ).encode("ascii")
    )


def bare() -> MailMessage:
    """A mail without any header field that a mapping reads."""
    return parse(b"X-Nothing: here\r\n\r\n")
