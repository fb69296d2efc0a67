"""Header values as people read them: encoded words (RFC 2047), raw 8-bit text, no control characters."""

from __future__ import annotations

import binascii
import re

from mailflow_gui.mail import charsets, iso2022jp

BROKEN_WORD = "encoded-word-broken"
"""Defect: an encoded word that can't be decoded as it says."""

_WORD = re.compile(
    r"=\?([^?\s*]{1,64})(?:\*[^?\s]{0,32})?\?([bBqQ])\?([^?\n]*+(?:(?<!=)\?(?![=?\n])[^?\n]{0,200}+){0,3})\?="
)
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]+")
_CLEAN = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)]),
    **dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " "),
}
"""Control characters vanish; what breaks a line becomes a space. A header value can then never become two."""
_DIRTY = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def unfold(value: bytes) -> bytes:
    """One line of a folded value (RFC 5322 2.2.3)."""
    return _FOLD.sub(b" ", value).strip(b" \t\r\n") if b"\n" in value or b"\r" in value else value.strip(b" \t")


def clean(text: str) -> str:
    """``text`` without any character that could end a header line, and without lone surrogates."""
    if _DIRTY.search(text):
        text = text.translate(_CLEAN)
    return text.strip()


def decode(value: bytes, charset: str = "", defects: set[str] | None = None) -> str:
    """A raw header value (folded or not) as people read it. Never raises.

    :param charset: what raw 8-bit text is taken for first: the mail's own character set.
    """
    return clean(decode_words(raw(value, charset, defects), defects))


def raw(value: bytes, charset: str = "", defects: set[str] | None = None) -> str:
    """A raw header value as text, unfolded, its encoded words still encoded."""
    value = unfold(value)
    if value.isascii():
        if b"\x1b" not in value or not iso2022jp.looks_like(value):
            return value.decode("ascii")
        _add(defects, charsets.RAW_8_BIT)
        return iso2022jp.decode(value)[0]
    try:
        text = value.decode("utf-8")  # RFC 6532
    except UnicodeDecodeError:
        _add(defects, charsets.RAW_8_BIT)
        text = charsets.decode(value, "" if charsets.codec(charset) in (None, "utf-8") else charset)[0]
    return text


def decode_words(text: str, defects: set[str] | None = None) -> str:
    """``text`` with its encoded words decoded.

    Neighbours of one character set are joined as bytes first: senders split words inside a character although RFC 2047 5 forbids it.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    pending = bytearray()
    pending_charset = ""
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        end = match.end()
        data = _payload(match[2], match[3], defects)
        if data is None:
            _add(defects, BROKEN_WORD)
            data, charset = match[0].encode("utf-8", "replace"), "utf-8"
        else:
            charset = match[1].lower()
        joined = pending_charset and not between.strip(" \t")
        if not joined or charset != pending_charset:
            if pending:
                pieces.append(_flush(pending, pending_charset, defects))
            if not joined:
                pieces.append(between)
        pending_charset = charset
        pending += data
    pieces.append(_flush(pending, pending_charset, defects))
    pieces.append(text[end:])
    return "".join(pieces)


def _flush(pending: bytearray, charset: str, defects: set[str] | None) -> str:
    data = bytes(pending)
    pending.clear()
    if not data:
        return ""
    text, defect = charsets.decode(data, charset)
    if defect:
        _add(defects, defect)
    return text


def _payload(encoding: str, payload: str, defects: set[str] | None) -> bytes | None:
    """The bytes of one encoded word, or None."""
    data = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b"_", b" "), header=False)
    data = data.replace(b" ", b"").rstrip(b"=")
    if b"=" not in data:  # as in nearly all
        try:
            return binascii.a2b_base64(_padded(data))
        except binascii.Error:
            return None
    pieces = [piece for piece in data.split(b"=") if piece]
    if len(pieces) > 1:  # padded in the middle: words of a sender that were joined
        _add(defects, BROKEN_WORD)
    try:
        return b"".join(binascii.a2b_base64(_padded(piece)) for piece in pieces)
    except binascii.Error:
        return None


def _padded(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return letters + b"=" * (-len(letters) % 4)


def _add(defects: set[str] | None, code: str) -> None:
    if defects is not None:
        defects.add(code)
