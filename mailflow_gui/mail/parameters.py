"""Structured MIME fields: ``value; name=value`` (RFC 2045 5.1) with continuations and character sets (RFC 2231)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mailflow_gui.mail import charsets, words

_PARAMETER = re.compile(
    r""";[ \t]*(?P<name>[^\s=;*]+)(?:\*(?P<section>\d{1,4}))?(?P<star>\*)?[ \t]*=[ \t]*"""
    r"""(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<plain>[^;"]*))""",
    re.DOTALL,
)

_DOUBTFUL = re.compile(rb"[^ -)+-~\t\r\n]|=\?")
"""Where there is nothing of this, there is nothing to find fault with: only sections, encoded words and what isn't ASCII can be broken."""
LONGEST_KEPT = 200
"""Bytes of a value whose parameters are remembered."""


def split(value: bytes, charset: str = "", defects: set[str] | None = None) -> tuple[str, Mapping[str, str]]:
    """The leading token in lower case, and the parameters by their lower-case names, decoded. Never raises."""
    if len(value) <= LONGEST_KEPT and (defects is None or not _DOUBTFUL.search(value)):
        return _kept(value, charset)
    return _split(value, charset, defects)


@lru_cache(maxsize=1024)
def _kept(value: bytes, charset: str) -> tuple[str, Mapping[str, str]]:
    """One mail's type is asked for several times, and most mails have one of a few."""
    return _split(value, charset, None)


def _split(value: bytes, charset: str, defects: set[str] | None) -> tuple[str, Mapping[str, str]]:
    text = words.raw(value, charset, defects)
    head, _semicolon, rest = text.partition(";")
    token = re.sub(r"\([^()]*\)", "", head).strip().lower()
    if not rest:
        return token, {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(text, len(head)):
        name = match["name"].lower()
        quoted = match["plain"] is None
        found = re.sub(r'\\(["\\])', r"\1", match["quoted"]) if quoted else match["plain"].strip()
        if match["section"] is None and not match["star"]:
            plain.setdefault(name, words.clean(words.decode_words(found.strip(), defects)))
        else:
            sections.setdefault(name, {}).setdefault(int(match["section"] or 0), (found, bool(match["star"])))
    for name, by_number in sections.items():
        plain[name] = words.clean(_joined(by_number, defects))
    return token, plain


def _joined(by_number: Mapping[int, tuple[str, bool]], defects: set[str] | None) -> str:
    """The sections of one parameter: percent-encoded bytes are joined before the character set reads them."""
    charset = "utf-8"
    data = bytearray()
    for number in sorted(by_number):
        text, encoded = by_number[number]
        if encoded and number == min(by_number) and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    text, defect = charsets.decode(bytes(data), charset or "utf-8")
    if defect and defects is not None:
        defects.add(defect)
    return words.decode_words(text, defects)
