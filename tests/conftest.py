"""What every test gets: a home of its own, English, shortened timeouts, and no way out of this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from mailflow_gui import language, paths

pytest_plugins = ["tests.servers.fixtures", "tests.servers.smtp_fixtures"]

_SMALL_SCALE = "0.1"

# A busy machine is no reason to fail.
settings.register_profile("mailflow", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("mailflow")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> paths.Home:
    """A fresh home below the test's own directory; child processes find it, too."""
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    return paths.home().create()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same surroundings everywhere, whatever the person who runs the tests has set."""
    for name in [name for name in os.environ if name.startswith("MAILFLOW_")]:
        monkeypatch.delenv(name)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", _SMALL_SCALE)
    language.use("en")
    yield
    language.use("en")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that talks to anything but this machine fails."""

    def guarded(connect: Any) -> Any:
        def checked(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
                pytest.fail(f"a test tried to reach {address[0]}")
            return connect(self, address)

        return checked

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
