"""What a window needs of the system is found out before Qt ends the process."""

from __future__ import annotations

import sys

import pytest

from mailflow_gui.cli import window_libraries
from mailflow_gui.errors import UsageError


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring these libraries")
def test_a_library_that_cannot_be_loaded_is_missing() -> None:
    assert window_libraries.missing({"libc.so.6": "libc6", "libnosuch.so.9": "libnosuch9"}) == ["libnosuch9"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring these libraries")
def test_missing_libraries_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_libraries, "DRAWING", {"libnosuch.so.9": "libnosuch9"})
    monkeypatch.setenv("PATH", "")  # no apt to be found
    with pytest.raises(UsageError) as caught:
        window_libraries.require(x11=False)
    assert caught.value.code == "window-libraries-missing"
    assert "apt-get install libnosuch9" in str(caught.value)
