"""Fixtures: a real keyring that this process finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow_gui.accounts import os_keyring
from tests.accounts import keyring_service, secret_service
from tests.accounts.keyring_service import KeyringService


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyringService]:
    """An open, empty keyring of the test's own."""
    if secret_service.MISSING:
        pytest.skip(f"not installed: {secret_service.MISSING}")
    monkeypatch.delenv(os_keyring.CHOICE_VARIABLE, raising=False)
    with keyring_service.running() as service:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
        yield service
