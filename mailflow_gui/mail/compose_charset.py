"""The two charsets that MailFlow writes: UTF-8, and ISO-2022-JP (RFC 1468) where it is asked for.

ISO-2022-JP holds JIS X 0208 and nothing else. Characters that have a twin there under another code point take it (～ written as U+FF5E
becomes the wave dash U+301C), half-width katakana becomes full-width as RFC 1468 wants it. What still doesn't fit, such as vendor
characters (①, ㈱) and emoji, is not replaced by look-alikes: that one header field or body part is then written in UTF-8, labelled so,
and nothing is lost.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Charset = Literal["utf-8", "iso-2022-jp"]

_TWINS = str.maketrans(
    {
        "\uff5e": "\u301c",  # full-width tilde: wave dash
        "\u2225": "\u2016",  # parallel to: double vertical line
        "\uff0d": "\u2212",  # full-width hyphen-minus: minus sign
        "\uffe0": "\u00a2",  # full-width cent
        "\uffe1": "\u00a3",  # full-width pound
        "\uffe2": "\u00ac",  # full-width not
        "\u2014": "\u2015",  # em dash: horizontal bar
        "\u00a0": " ",  # no-break space
    }
)
_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
_SWITCHES = re.compile("[\x0e\x0f\x1b]")  # would be read as switches of the character set
_SURROGATES = re.compile("[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """``text`` without lone surrogates, which no charset can write (each becomes U+FFFD)."""
    return _SURROGATES.sub("\ufffd", text)


def encode(text: str, charset: Charset) -> tuple[bytes, Charset]:
    """``text`` as bytes and the charset they are in: the one asked for, or UTF-8 where that can't hold the text."""
    if charset == "iso-2022-jp" and not _SWITCHES.search(text):
        folded = _HALF_WIDTH.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_TWINS))
        try:
            return folded.encode("iso2022_jp"), charset
        except UnicodeEncodeError:
            pass  # the documented fall-back
    try:
        return text.encode("utf-8"), "utf-8"
    except UnicodeEncodeError:
        return well_formed(text).encode("utf-8"), "utf-8"


def fits(text: str, charset: Charset) -> bool:
    """Whether ``text`` can be written in ``charset``."""
    return encode(text, charset)[1] == charset
