"""Attachment names are safe on every platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mail import names


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../evil\0.sh", "evil.sh"),
        ("/etc/passwd", "passwd"),
        ("C:\\x\\a.pdf", "a.pdf"),
        ("..", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("a/", "attachment.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("CON", "_CON"),
        ("lpt1.txt", "_lpt1.txt"),
        ("console.txt", "console.txt"),
        ("a<b>:c?.pdf", "a_b__c_.pdf"),
        ("trailing. . ", "trailing"),
        (".bashrc", "bashrc"),
        ("か\u3099.pdf", "が.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(written: str, safe: str) -> None:
    assert names.safe(written, "application/pdf") == safe


@given(st.text(max_size=200))
def test_any_name_is_a_plain_file_name(written: str) -> None:
    name = names.safe(written, "image/png")
    assert 0 < len(name.encode()) <= names.MAXIMUM_BYTES
    assert not set(name) & set('/\\<>:"|?*\0\n\r')
    assert not name.startswith(".")
    assert not name.endswith((".", " "))
    assert names.safe(name, "image/png") == name
