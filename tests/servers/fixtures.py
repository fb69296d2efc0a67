"""Fixtures around real servers; ``tests/conftest.py`` takes them in with ``pytest_plugins``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.dovecot import MISSING, Dovecot, program
from tests.servers.dovecot import dovecot as running_dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One Dovecot for all tests of this run; where it is not installed, tests that need it say so."""
    if program() is None:
        pytest.skip(MISSING)
    with running_dovecot() as server:
        yield server


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    """A user with an empty INBOX, known to no other test."""
    return dovecot.new_user()
