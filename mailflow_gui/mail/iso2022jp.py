"""ISO-2022-JP as it is really sent (RFC 1468, and Microsoft's code pages 50220 to 50222).

Python's codecs refuse the vendor characters that Japanese mail is full of (①, ㈱, ～): they live in rows that JIS X 0208 leaves empty.
Here every two-byte character goes through cp932, which knows them, so that a text is the same whichever way it was sent.
"""

from __future__ import annotations

import re

_ESCAPES = re.compile(rb"(\x1b(?:\$\([A-Z@]|\$[@AB]|\([A-Z]|&@)|[\x0e\x0f\n])")
_RESETS = frozenset((b"\n", b"\x0f", b"\x1b(B", b"\x1b(J", b"\x1b(H"))
_TO_CP932 = tuple(zip("〜‖−¢£¬", "～∥－￠￡￢", strict=True))
"""Where Python's JIS X 0208 and cp932 read the same two bytes as different characters."""


def looks_like(data: bytes) -> bool:
    """Whether ``data`` switches to a Japanese character set somewhere."""
    return b"\x1b" in data and (b"\x1b$" in data or b"\x1b(I" in data)


def as_cp932(text: str) -> str:
    """``text`` from Python's JIS X 0208 with the characters that cp932 reads in the same places."""
    for jis, vendor in _TO_CP932:  # a translation looks up every character; most texts hold none of these
        text = text.replace(jis, vendor)
    return text


def decode(data: bytes) -> tuple[str, bool]:
    """``data`` as text, and whether all of it could be read; what can't is U+FFFD. Never raises."""
    if b"\x0e" not in data:  # Python's codec leaves a shift to katakana as it is
        try:
            return as_cp932(data.decode("iso2022_jp")), True
        except UnicodeDecodeError:
            pass
    texts: list[str] = []
    state = b""
    for token in _ESCAPES.split(data):
        if token == b"\n" or token in _RESETS:
            state = b""
            if token == b"\n":
                texts.append("\n")
        elif token[:1] in (b"\x1b", b"\x0e") and _ESCAPES.fullmatch(token):
            state = token
        elif token:
            texts.append(_run(token, state))
    text = "".join(texts)
    return text, "\ufffd" not in text


_HIGH = {
    b"\x1b$(O": "euc_jis_2004",  # JIS X 0213, plane 1
    b"\x1b$(Q": "euc_jis_2004",
    b"\x1b(I": "cp932",  # half-width katakana
    b"\x0e": "cp932",
    b"\x1b$A": "gb2312",  # ISO-2022-JP-2 (RFC 1554)
    b"\x1b$(A": "gb2312",
    b"\x1b$(C": "euc_kr",
}
"""Sets whose bytes are those of another codec with the highest bit set."""


_THREE_BYTES = {b"\x1b$(D": "euc_jp", b"\x1b$(P": "euc_jis_2004"}
"""Sets that EUC puts behind a single shift: JIS X 0212, and plane 2 of JIS X 0213."""
_EUC_RUNS = re.compile(rb"((?:[\xa1-\xfe][\xa1-\xfe])++|(?:\x8e[\xa1-\xdf])++|(?:\x8f[\xa1-\xfe][\xa1-\xfe])++)")


def euc(data: bytes) -> str | None:
    """EUC-JP with the vendors' rows (code page 51932), which Python's codec refuses; None if it is something else."""
    texts: list[str] = []
    for number, run in enumerate(_EUC_RUNS.split(data)):
        if not number % 2:
            if not run.isascii():
                return None
            texts.append(run.decode("ascii"))
        else:
            texts.append(run.decode("euc_jp", "replace") if run[0] in (0x8E, 0x8F) else _two_bytes(run))
    text = "".join(texts)
    return None if "\ufffd" in text else text


def _run(data: bytes, state: bytes) -> str:
    """One stretch between two escapes."""
    if state in (b"\x1b$@", b"\x1b$B", b"\x1b$(B", b"\x1b$(@"):
        return _two_bytes(data)
    if state in _THREE_BYTES:
        high = b"".join(b"\x8f" + _high(data[at : at + 2]) for at in range(0, len(data), 2))
        return high.decode(_THREE_BYTES[state], "replace")
    if state in _HIGH:
        return _high(data).decode(_HIGH[state], "replace")
    return data.decode("cp932", "replace")


def _high(data: bytes) -> bytes:
    return bytes(byte | 0x80 if byte > 0x20 else byte for byte in data)


def _two_bytes(data: bytes) -> str:
    """JIS X 0208 with the vendors' rows, by way of Shift_JIS (JIS X 0208:1997 annex 1)."""
    shifted = bytearray()
    at = 0
    while at < len(data):
        first = data[at] & 0x7F
        if first <= 0x20 or at + 1 == len(data):  # a control character or space slipped in, or half a character is left
            shifted.append(data[at] if first <= 0x20 else 0x80)
            at += 1
            continue
        second = data[at + 1] & 0x7F
        at += 2
        lead = (first + 1) // 2 + (0x70 if first < 0x5F else 0xB0)
        trail = second + (0x1F if second < 0x60 else 0x20) if first % 2 else second + 0x7E
        shifted += bytes((lead, trail))
    return shifted.decode("cp932", "replace").replace("\x80", "\ufffd")
