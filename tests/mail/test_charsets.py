"""Bytes become the text that was meant, also where the label is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mail import charsets, iso2022jp


@pytest.mark.parametrize("high", range(0x21, 0x7F))
def test_iso_2022_jp_reads_every_character_as_shift_jis_does(high: int) -> None:
    """The fast way (Python's codec) and the slow way (ours) must not differ: a text would change with one ① in it."""
    for low in range(0x21, 0x7F):
        pair = bytes((high, low))
        alone, _whole = iso2022jp.decode(b"\x1b$B" + pair + b"\x1b(B")
        with_vendor, _whole = iso2022jp.decode(b"\x1b$B-!" + pair + b"\x1b(B")
        assert with_vendor == "①" + alone


@pytest.mark.parametrize("high", range(0xA1, 0xFF))
def test_euc_jp_reads_every_character_as_shift_jis_does(high: int) -> None:
    """With one vendor character in it or without: the fast way and the slow way must not differ."""
    for low in range(0xA1, 0xFF):
        pair = bytes((high, low))
        alone, defect = charsets.decode(pair, "euc-jp")
        if defect is None:
            assert charsets.decode(b"\xad\xa1" + pair, "euc-jp") == ("①" + alone, None)
            assert iso2022jp.decode(b"\x1b$B" + bytes(byte & 0x7F for byte in pair)) == (alone, True)


def test_euc_jp_that_is_something_else_is_none() -> None:
    assert iso2022jp.euc("お見積り".encode("cp932")) is None
    assert iso2022jp.euc(b"\xa4") is None
    assert iso2022jp.euc(b"\x8e\xba \x8f\xb0\xa1") == "ｺ 丂"


def test_utf_16_without_a_mark_is_read_in_the_order_that_it_is_in() -> None:
    assert charsets.decode("Grüße".encode("utf-16-be"), "utf-16") == ("Grüße", None)
    assert charsets.decode("Grüße".encode("utf-16-le"), "utf-16") == ("Grüße", None)


def test_vendor_characters_survive_iso_2022_jp() -> None:
    assert iso2022jp.decode(b"\x1b$B-!-j!A\x1b(B ok") == ("①㈱～ ok", True)


def test_half_width_katakana_are_read_by_escape_and_by_shift() -> None:
    assert iso2022jp.decode(b"\x1b(I1\x1b(B") == ("ｱ", True)
    assert iso2022jp.decode(b"\x0e1\x0f") == ("ｱ", True)


def test_a_line_end_leaves_the_japanese_set() -> None:
    assert iso2022jp.decode(b"\x1b$B-!\r\nplain")[0].endswith("\nplain")


def test_half_a_japanese_character_is_shown_as_broken() -> None:
    text, whole = iso2022jp.decode(b"\x1b$B-!-")
    assert (text, whole) == ("①\ufffd", False)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("GB2312", "gb18030"),
        ("gbk", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("iso-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ('"utf-8"', "utf-8"),
        ("utf-8 (Unicode)", "utf-8"),
        ("CP50221", "iso2022_jp"),
        ("x-windows-iso2022jp", "iso2022_jp"),
        ("csISO2022JP", "iso2022_jp"),
        ("jis", "iso2022_jp"),
        ("eucJP-ms", "euc_jp"),
        ("cp51932", "euc_jp"),
        ("csWindows31J", "cp932"),
        ("windows-932", "cp932"),
        ("x-MS-CP932", "cp932"),
        ("ibm-943", "cp932"),
        ("windows-949", "cp949"),
        ("windows-936", "gb18030"),
        ("x-cp1251", "cp1251"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("x-ms-ansi", "cp1252"),
        ("ISO_8859-15:1998", "iso8859-15"),
        ("csBig5", "big5hkscs"),
        ("'utf-8'", "utf-8"),
    ],
)
def test_a_label_means_the_superset_that_senders_write(label: str, codec: str) -> None:
    assert charsets.codec(label) == codec


@pytest.mark.parametrize(
    "label",
    [
        "base64",
        "rot13",
        "idna",
        "punycode",
        "unicode_escape",
        "undefined",
        "klingon",
        "x-idna",
        "cs",
        "x-",
        "windows-",
        "",
        "\0",
        "é" * 99,
    ],
)
def test_what_is_no_character_set_is_none(label: str) -> None:
    assert charsets.codec(label) is None


@pytest.mark.parametrize(
    ("text", "really", "label", "defect"),
    [
        ("お見積りの件、よろしくお願いします。", "cp932", "", charsets.RAW_8_BIT),
        ("お見積りの件、よろしくお願いします。", "euc_jp", "us-ascii", charsets.RAW_8_BIT),
        ("お見積りの件、よろしくお願いします。", "cp932", "utf-8", charsets.MISLABELLED),
        ("お見積り", "iso2022_jp", "utf-8", charsets.MISLABELLED),
        ("Grüße aus Köln", "utf-8", "iso-8859-1", charsets.MISLABELLED),
        ("Grüße aus Köln", "utf-8", "", charsets.RAW_8_BIT),
        ("Grüße aus Köln", "cp1252", "utf-8", charsets.MISLABELLED),
        ("Добрый день, высылаю вам счёт за прошлый месяц.", "cp1251", "", charsets.RAW_8_BIT),
        ("Grüße", "utf-8", "klingon", charsets.UNKNOWN),
    ],
)
def test_a_wrong_label_is_repaired_and_named(text: str, really: str, label: str, defect: str) -> None:
    assert charsets.decode(text.encode(really), label) == (text, defect)


def test_one_broken_character_does_not_change_the_character_set() -> None:
    text, defect = charsets.decode("お見積りの件、よろしくお願いします。".encode()[:-1], "utf-8")
    assert text.startswith("お見積りの件、よろしくお願いします")
    assert defect == charsets.MISLABELLED


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_utf_8_is_read_as_it_was_written(text: str) -> None:
    if not iso2022jp.looks_like(text.encode()):
        assert charsets.decode(text.encode(), "utf-8") == (text, None)


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-8", "iso-2022-jp", "gb2312", "utf-16", "utf-7", "hz", "big5", "cp932", "?"]),
)
def test_any_bytes_under_any_label_become_text(data: bytes, label: str) -> None:
    charsets.decode(data, label)[0].encode("utf-8", "surrogatepass")
