"""``mailflow open`` where there is no display."""

from __future__ import annotations

import pytest

from mailflow_gui import cli
from mailflow_gui.cli import display


@pytest.fixture(autouse=True)
def _no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.parametrize("arguments", [[], ["open"], ["open", "x.mailflow"]])
def test_without_a_display_one_sentence_says_what_works(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    words = capsys.readouterr()
    assert words.out == ""
    assert "no display" in words.err
    assert "mailflow run" in words.err


@pytest.mark.parametrize("value", [":943", "localhost:943", "nonsense", "unix:943.0"])
def test_a_display_that_nobody_serves_is_none(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", value)
    assert not display.is_there()


def test_a_platform_asked_for_by_name_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.is_there()
