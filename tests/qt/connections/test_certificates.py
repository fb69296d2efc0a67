"""How certificates are shown to those who decide about them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mailflow_gui.mail import tls
from mailflow_gui.qt.connections.certificate_box import CertificateBox
from mailflow_gui.qt.connections.draft import common_name, fingerprint_lines
from mailflow_gui.qt.connections.paste_dialog import PasteDialog
from tests.servers import certificates


def words(box: CertificateBox) -> list[str]:
    """Every line that can be read."""
    return [label.text() for label in box.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-60, []),
        (-31, []),
        (-29, ["It expires in 28 days. Fetch the new one once the server has it."]),
        (1, ["It expired on {end}. The server needs a new one."]),
        (-61, ["It is not valid before {start}."]),
    ],
)
def test_end_is_pointed_out_before_it_comes(qtbot: QtBot, days: int, said: list[str]) -> None:
    box = CertificateBox()
    qtbot.addWidget(box)
    certificate = tls.describe(certificates.make().pem)  # valid for 60 days
    box.show()
    now = certificate.not_after + timedelta(days=days, seconds=-1 if days == -61 else 1)
    box.show_certificate(certificate, proposed=False, now=now)
    days_of = {
        "end": certificate.not_after.astimezone().date().isoformat(),
        "start": certificate.not_before.astimezone().date().isoformat(),
    }
    first, about, *rest = words(box)
    assert first.replace("\n", ":") == certificate.sha256
    assert about == f"localhost · self-signed · valid until {days_of['end']}"
    assert [each for each in rest if each] == [each.format(**days_of) for each in said]
    assert not box.trust.isVisible()


def test_fingerprint_is_cut_into_two_lines_of_the_same_length() -> None:
    digits = ":".join(f"{number:02X}" for number in range(32))
    first, second = fingerprint_lines(digits)
    assert f"{first}:{second}" == digits
    assert len(first) == len(second)


@pytest.mark.parametrize(
    ("distinguished", "name"),
    [
        ("CN=imap.acme.example,O=Acme", "imap.acme.example"),
        (r"CN=Acme\, Internal CA,C=DE", "Acme, Internal CA"),
        ("O=Acme,C=DE", "Acme"),
        ("OU=Mail", "OU=Mail"),
        ("", ""),
    ],
)
def test_certificate_is_called_by_its_common_name(distinguished: str, name: str) -> None:
    assert common_name(distinguished) == name


def test_pasted_text_is_judged_while_it_is_typed(qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    dialog = PasteDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.trust.isEnabled()
    dialog.edit.setPlainText("no certificate")
    assert not dialog.trust.isEnabled()
    assert any("can't be read" in label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
    made = certificates.make()
    dialog.edit.setPlainText(made.key + made.pem)
    assert dialog.trust.isEnabled()
    assert tls.describe(dialog.pem) == tls.describe(made.pem)
    assert "PRIVATE" not in dialog.pem
