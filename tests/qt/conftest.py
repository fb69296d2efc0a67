"""What every test of the window gets: one application without a screen, dressed in the light theme, and a home of its own.

``MAILFLOW_TEST_DISPLAY=:7`` runs these tests on that X display instead, to watch them; nobody's own screen is ever taken.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

from mailflow_gui import paths

if importlib.util.find_spec("PySide6") is None:
    collect_ignore_glob = ["*"]  # an installation without the window is complete, too

_display = os.environ.get("MAILFLOW_TEST_DISPLAY")
os.environ["QT_QPA_PLATFORM"] = "xcb" if _display else "offscreen"
if _display:
    os.environ["DISPLAY"] = _display
else:
    os.environ.pop("DISPLAY", None)
os.environ.pop("QT_SCALE_FACTOR", None)


@pytest.fixture(scope="session")
def qapp(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> object:
    """The one application, in the light theme whatever the system or the person who runs the tests prefers."""
    from PySide6.QtWidgets import QApplication

    from mailflow_gui.qt.collecting import Collecting
    from mailflow_gui.qt.theme import theme

    assert isinstance(qapp, QApplication)
    Collecting(qapp)  # as the program does
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(tmp_path_factory.mktemp("window")))
        theme.apply(qapp)
        theme.set_mode("light")
    return qapp


@pytest.fixture(autouse=True)
def _own_home_and_light_theme(home: paths.Home, qapp: object) -> Iterator[None]:
    """No test sees what another one remembered."""
    from mailflow_gui.qt.theme import theme

    yield
    if theme.mode != "light":
        theme.set_mode("light")
