"""The banner that says that flows wait for the keyring, with a real one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.paths import Home
from mailflow_gui.qt.keyring_banner import KeyringBanner
from mailflow_gui.qt.main_window import MainWindow
from tests.accounts.keyring_fixtures import keyring
from tests.accounts.keyring_service import KeyringService

__all__ = ["keyring"]


def status(state: str) -> dict[str, Any]:
    """What a runner says of a flow whose account stands like this."""
    return {"flows": [{"path": "x", "accounts": {"inbox": {"state": state, "error": ""}, "other": {"state": "ok"}}}]}


def test_banner_offers_to_unlock_while_an_account_waits(qtbot: QtBot, keyring: KeyringService) -> None:
    banner = KeyringBanner(SecretStore(keyring_timeout=20))
    qtbot.addWidget(banner)
    keyring.lock()
    os_keyring.look()
    banner.take_status(status("retrying"))
    assert banner.isHidden()
    banner.take_status(status("waiting"))
    assert not banner.isHidden()
    assert banner.text == "The system's keyring is locked."
    assert banner.button.text() == "Unlock"

    # The person dismisses the system's question.
    QTest.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert not banner.button.isEnabled()
    qtbot.waitUntil(banner.button.isEnabled, timeout=20_000)
    assert "nobody unlocked it" in banner.accessibleName()
    assert not banner.isHidden()

    keyring.unlock()
    QTest.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(banner.isHidden, timeout=20_000)
    banner.take_status(status("waiting"))  # the runner hasn't looked yet
    assert banner.isHidden()
    banner.take_status(status("ok"))
    assert banner.isHidden()


def test_main_window_shows_it_over_the_flow(qtbot: QtBot, home: Home, keyring: KeyringService) -> None:
    window = MainWindow(home)
    qtbot.addWidget(window)
    window.show()
    window.files.new()
    keyring.lock()
    os_keyring.look()
    assert not window.keyring_banner.isVisible()
    window.engine.status.emit(status("waiting"))
    assert window.keyring_banner.isVisible()
    window.engine.runner_ended.emit(1, "")
    assert not window.keyring_banner.isVisible()
    window.leave()


def test_banner_goes_with_the_runner(qtbot: QtBot, keyring: KeyringService) -> None:
    banner = KeyringBanner(SecretStore(keyring_timeout=20))
    qtbot.addWidget(banner)
    keyring.kill()
    os_keyring.look()
    banner.take_status(status("waiting"))
    assert (banner.text, banner.button.text()) == ("The system's keyring can't be used now.", "Try again")
    banner.take_end(0, "")
    assert banner.isHidden()
