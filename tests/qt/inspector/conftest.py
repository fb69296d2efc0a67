"""A journal, and an inspector that looks at it through its own read-only view."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from mailflow_gui.journal.journal import Journal, opened
from mailflow_gui.journal.reader import Reader
from mailflow_gui.paths import Home
from mailflow_gui.qt.inspector import Inspector


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with opened(home) as made:
        yield made


@pytest.fixture
def inspect(qtbot: QtBot, home: Home) -> Iterator[Callable[[], Inspector]]:
    """Opens inspectors, as large as the window's dock, and ends their threads."""
    made: list[Inspector] = []

    def open_one() -> Inspector:
        inspector = Inspector(Reader(home))
        qtbot.addWidget(inspector)
        made.append(inspector)
        inspector.resize(1168, 264)
        with qtbot.waitExposed(inspector):
            inspector.show()
        return inspector

    yield open_one
    for inspector in made:
        inspector.shut_down()
