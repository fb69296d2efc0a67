"""From bytes to text: what a mail calls its character set, what that means in practice, and what to do when it isn't true."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from mailflow_gui.mail import iso2022jp

RAW_8_BIT = "charset-raw-8-bit"
"""Defect: bytes above 127 without any word on what they mean."""
MISLABELLED = "charset-mislabelled"
"""Defect: the text is not in the character set it claims."""
UNKNOWN = "charset-unknown"
"""Defect: a character set nobody here knows."""

_MEANT = {  # what senders call it -> the superset that they write
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "iso-ir-149": "cp949",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "tis-620": "cp874",
    "x-euc": "euc_jp",
    "eucjp-ms": "euc_jp",
    "eucjp-win": "euc_jp",
    "eucjpms": "euc_jp",
    "euc-jp-ms": "euc_jp",
    "cseucpkdfmtjapanese": "euc_jp",
    "jis": "iso2022_jp",
    "jis_encoding": "iso2022_jp",
    "csjisencoding": "iso2022_jp",
    "cp943": "cp932",
    "cp943c": "cp932",
    "big5-eten": "big5hkscs",
    "latin-9": "iso8859-15",
    "latin9": "iso8859-15",
    "ansi": "cp1252",
    "cp51932": "euc_jp",
    "mac": "mac_roman",
    "mac-cyrillic": "mac_cyrillic",
    "unicode": "utf-16",
    "x-unknown": "us-ascii",
    "unknown": "us-ascii",
    "unknown-8bit": "us-ascii",
    "default": "us-ascii",
    "default_charset": "us-ascii",
    "8bit": "us-ascii",
    "7bit": "us-ascii",
    "ansi_x3.4-1968": "us-ascii",
    "iso-8859-1-windows": "cp1252",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
}
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
"""Python codecs that are text encodings but no character sets of mail; ``idna`` is also slow on purpose-made input."""
_ESCAPING = frozenset({"iso2022_kr", "hz", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
"""Codecs in whose texts an escape character may mean something else."""
_END = re.compile(r"[\s(;:,\"']")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAMPLE = 32_768
"""Bytes that guessing looks at."""


@lru_cache(maxsize=256)
def codec(charset: str) -> str | None:
    """Python's codec for what a mail calls ``charset``; None if there is none."""
    name = _END.split(charset.strip(" \t\"'").lower()[:64], maxsplit=1)[0]
    name = _MEANT.get(name, name)
    if "iso-2022-jp" in name or "iso2022jp" in name or name in ("cp50220", "cp50221", "cp50222", "csiso2022jp"):
        return "iso2022_jp"
    found = next(filter(None, map(_known, (name, *_other_names(name)))), None)
    if found is None or found.name.replace("-", "_") in _NO_CHARSETS or not found._is_text_encoding:
        return None
    return {
        "iso8859-1": "cp1252",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "shift_jis": "cp932",
        "euc_kr": "cp949",
        "big5": "big5hkscs",
    }.get(found.name, found.name)


def _known(name: str) -> codecs.CodecInfo | None:
    try:
        return codecs.lookup(_MEANT.get(name, name))
    except (LookupError, ValueError, UnicodeError):
        return None


def _other_names(name: str) -> list[str]:
    """Under which other names Python may know what Windows, Java and old registries call ``name``."""
    plain = name.removeprefix("x-").removeprefix("ms-")
    plain = plain.removeprefix("cs") if plain.startswith("cs") else plain
    page = re.fullmatch(r"(?:windows|ibm|cp|ms|dos)[-_]?(\d{3,5})", plain)
    if plain in ("windows31j", "windows-31j", "ms932"):
        return ["cp932"]
    return [plain, *([_MEANT.get("cp" + page[1], "cp" + page[1])] if page else []), plain.replace("-", "_")]


def decode(data: bytes, charset: str = "") -> tuple[str, str | None]:
    """``data`` as text, and the defect that was repaired on the way, or None. Never raises.

    :param charset: what the mail says, empty if it says nothing.
    """
    name = codec(charset) if charset else "ascii"
    if name is None:
        return _guess(data), UNKNOWN
    if iso2022jp.looks_like(data) and (name == "iso2022_jp" or (data.isascii() and name not in _ESCAPING)):
        text, whole = iso2022jp.decode(data)
        return text, None if name == "iso2022_jp" and whole else MISLABELLED
    if name == "iso2022_jp":
        return _without_escapes(data)
    if name == "ascii":
        return (data.decode("ascii"), None) if data.isascii() else (_guess(data), RAW_8_BIT)
    return _western(data) if name == "cp1252" and not data.isascii() else _as_labelled(data, name)


def _without_escapes(data: bytes) -> tuple[str, str | None]:
    """What is called ISO-2022-JP and switches to no set by an escape."""
    if b"\x0e" in data:  # half-width katakana by a shift alone
        return iso2022jp.decode(data)[0], None
    return (data.decode("ascii"), None) if data.isascii() else (_guess(data), MISLABELLED)


def _as_labelled(data: bytes, name: str) -> tuple[str, str | None]:
    if name == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Without a mark it is big-endian (RFC 2781 4.3), or what it looks like.
        name = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    try:
        text = _decoded(data, name)
    except (UnicodeError, ValueError):
        if name == "euc_jp" and (vendor := iso2022jp.euc(data)) is not None:
            return vendor, None
        return _repair(data, name), MISLABELLED
    # UTF-7 gives halves of characters, which nothing can write again.
    return (text if name == "utf-8" else _SURROGATE.sub("\ufffd", text)), None


def _decoded(data: bytes, name: str) -> str:
    text = data.decode(name)
    return iso2022jp.as_cp932(text) if name == "euc_jp" else text


def _western(data: bytes) -> tuple[str, str | None]:
    """Latin-1 never fails, so it is also what is written on text that is something else: UTF-8 is recognised."""
    try:
        return data.decode("utf-8"), MISLABELLED
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), None
    except UnicodeDecodeError:
        return data.decode("latin-1"), None


def _repair(data: bytes, name: str) -> str:
    """Text that its own character set can't read: a few broken characters, or another character set altogether."""
    for other in ("utf-8", *(_japanese(data[:_SAMPLE]) if name in ("cp932", "euc_jp") else ())):
        try:
            return _decoded(data, other)
        except (UnicodeError, ValueError):
            continue
    text = _replaced(data, name)
    broken = text[:_SAMPLE].count("\ufffd")
    return text if broken * 20 <= _high(data) else _guess(data)


def _replaced(data: bytes, name: str) -> str:
    try:
        return data.decode(name, "replace")
    except (UnicodeError, ValueError):  # utf-16 without whole units and the like
        return data.decode("latin-1")


def _guess(data: bytes) -> str:
    """Text nobody labelled: it is tried as UTF-8, Japanese, what statistics say, then Western."""
    if iso2022jp.looks_like(data) and data.isascii():
        return iso2022jp.decode(data)[0]
    for name in ("utf-8", *_japanese(data[:_SAMPLE])):
        try:
            return _decoded(data, name)
        except (UnicodeError, ValueError):
            continue
    text = _replaced(data, "utf-8")  # UTF-8 with a few broken characters, such as a text that was cut off
    if text[:_SAMPLE].count("\ufffd") * 8 < _high(data):
        return text
    for name in (*_statistics(data[:_SAMPLE]), "cp1252"):
        try:
            return _decoded(data, name)
        except (UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def _high(data: bytes) -> int:
    """How many bytes of a sample are not ASCII."""
    return sum(byte > 0x7F for byte in data[:_SAMPLE])


_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3001\u3002]")
_FOREIGN = re.compile("[^\x00-\x7f]")
_HALF = re.compile("[\uff61-\uff9f]")


def _japanese(sample: bytes) -> list[str]:
    """The Japanese codecs under which ``sample`` reads like Japanese: kana among it, half-width katakana rare."""
    found = []
    for name in ("euc_jp", "cp932"):
        text = sample.decode(name, "ignore")
        foreign = len(_FOREIGN.findall(text))
        lost = len(sample) - len(text.encode(name, "ignore"))
        if (
            foreign
            and lost <= 2
            and len(_KANA.findall(text)) * 5 >= foreign
            and len(_HALF.findall(text)) * 5 <= foreign
        ):
            found.append(name)
    return found


def _statistics(sample: bytes) -> list[str]:
    """What charset-normalizer takes ``sample`` for; nothing if it has no idea or the text is too short to tell."""
    if _high(sample) < 8:
        return []
    import charset_normalizer

    try:
        best = charset_normalizer.from_bytes(sample, steps=5, chunk_size=512).best()
    except Exception:  # noqa: BLE001  # a guesser that stumbles over a poison text must not stop the mail
        return []
    if best is None:
        return []
    name = codec(best.encoding)
    return [name] if name else []
