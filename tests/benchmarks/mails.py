"""The mix of mails that speed is measured with: 50 % plain of 2 KB, 30 % with HTML of 20 KB, 15 % ISO-2022-JP, 5 % with an attachment
of 200 KB; 18 to 20 KB on average. Made from a seed, so every run has the same."""

from __future__ import annotations

import base64
import random
from email.utils import formatdate

_WORDS = (
    "order",
    "invoice",
    "report",
    "meeting",
    "please",
    "find",
    "attached",
    "regards",
    "delivery",
    "customer",
    "server",
    "payment",
)
_JAPANESE = "お世話になっております。本日の会議の資料を添付いたします。ご確認のほどよろしくお願い申し上げます。\r\n"
_TOP = "Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"


def mail(number: int) -> bytes:
    """The ``number``-th mail of the mix."""
    chance = random.Random(number)
    kind = number % 20
    if kind == 19:
        return _header(number, "Attachment", 'multipart/mixed; boundary="=_m"') + _with_attachment(chance)
    if kind in {1, 4, 7, 10, 13, 16}:
        return _header(number, "Newsletter", 'multipart/alternative; boundary="=_a"') + _with_html(chance)
    if kind in {2, 8, 14}:
        subject = "=?ISO-2022-JP?B?GyRCMnE1RCROO3FOQRsoQg==?="
        return _header(number, subject, "text/plain; charset=ISO-2022-JP") + (_JAPANESE * 20).encode("iso-2022-jp")
    return _header(number, "Order", "text/plain; charset=us-ascii") + _text(chance, 2000).encode()


def with_attachment(size: int) -> bytes:
    """A mail of about ``size`` bytes: a short text and one attachment."""
    line = base64.b64encode(random.Random(size).randbytes(57)) + b"\r\n"
    top = _part("text/plain; charset=utf-8", "7bit", "See attachment.\r\n")
    pdf = f'Content-Disposition: attachment; filename="large.pdf"\r\n{_part("application/pdf", "base64", "")}'
    start = f"--=_m\r\n{top}\r\n--=_m\r\n{pdf}".encode()
    content = start + line * (size // len(line)) + b"\r\n--=_m--\r\n"
    return _header(19, "Large", 'multipart/mixed; boundary="=_m"') + content


def small(number: int) -> bytes:
    """A plain mail of 2 KB."""
    return _header(number, "Order", "text/plain; charset=us-ascii") + (
        b"please find the invoice attached, regards\r\n" * 45
    )


def _header(number: int, subject: str, kind: str) -> bytes:
    date = formatdate(1_700_000_000 + number * 60)
    return (
        f"Return-Path: <sender{number % 97}@example.com>\r\nDelivered-To: box@example.net\r\n"
        f"Received: from mx.example.com (mx.example.com [192.0.2.{number % 250}])\r\n\tby mail.example.net with ESMTPS id {number:012X}\r\n"
        f"\tfor <box@example.net>; {date}\r\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n\tbh={'a' * 43}=;\r\n\tb={'B' * 70}\r\n"
        f"From: =?UTF-8?B?5bGx55Sw5aSq6YOO?= <sender{number % 97}@example.com>\r\nTo: box@example.net\r\nCc: team@example.org\r\n"
        f"Subject: {subject} #{number}\r\nDate: {date}\r\nMessage-ID: <m{number}@bench.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {kind}\r\n\r\n"
    ).encode()


def _text(chance: random.Random, length: int) -> str:
    lines: list[str] = []
    line = ""
    while sum(len(one) for one in lines) < length:
        line += chance.choice(_WORDS) + " "
        if len(line) > 66:
            lines.append(line.rstrip())
            line = ""
    return "\r\n".join(lines) + "\r\n"


def _part(kind: str, encoding: str, content: str) -> str:
    return _TOP.format(kind=kind, encoding=encoding) + content


def _with_html(chance: random.Random) -> bytes:
    text = _text(chance, 4000)
    html = "<html><body>" + f'<p style=3D"color:#333">{_text(chance, 180)}</p>\r\n' * 60 + "</body></html>\r\n"
    parts = (
        _part("text/plain; charset=utf-8", "7bit", text),
        _part("text/html; charset=utf-8", "quoted-printable", html),
    )
    return ("".join(f"--=_a\r\n{part}\r\n" for part in parts) + "--=_a--\r\n").encode()


def _with_attachment(chance: random.Random) -> bytes:
    encoded = base64.encodebytes(chance.randbytes(146_000)).replace(b"\n", b"\r\n").decode()
    pdf = f'Content-Disposition: attachment; filename="a.pdf"\r\n{_part("application/pdf", "base64", encoded)}'
    parts = (_part("text/plain; charset=utf-8", "7bit", "See attachment.\r\n"), pdf)
    return ("".join(f"--=_m\r\n{part}\r\n" for part in parts) + "--=_m--\r\n").encode()
