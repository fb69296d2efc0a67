"""Fixtures that offer an outgoing mail server. Import them by name where they are used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.recording_smtp import RecordingSmtp


@pytest.fixture
def recording_smtp() -> Iterator[RecordingSmtp]:
    """A server without sign-in and TLS that keeps every mail."""
    with RecordingSmtp() as server:
        yield server
