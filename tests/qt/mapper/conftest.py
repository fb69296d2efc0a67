"""What tests of the mapper share: the page by itself, with a flow behind it that each edit changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QUndoStack
from pytestqt.qtbot import QtBot

from mailflow_gui import nodes, paths
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.flow.check import check
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.journal.reader import Reader
from mailflow_gui.qt.canvas.undo import Edit
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.mapper.page import MapperPage
from mailflow_gui.qt.mapper.samples import from_file
from tests.qt.journeys.conftest import open_window, save_to, window
from tests.qt.mapper.hands import PageHands

__all__ = ["open_window", "save_to", "window"]

MAILS = paths.resources() / "examples" / "mails"
FORM = MAILS / "02-contact-form.eml"


def flow_with(rules: list[Any], *, sender: dict[str, Any] | None = None) -> Flow:
    """Receive, map, send."""
    return Flow(
        "Desk",
        properties={"prefix": "[shop] ", "number": 7},
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}),
            Node("map", "data-mapper", {"rules": rules, "carry_attachments": False}),
            Node("send", "send-email", {"connection": "outgoing", **(sender or {})}),
        ),
        edges=(Edge("receive", "message", "map", "message"), Edge("map", "email", "send", "email")),
    )


@dataclass
class Table:
    """The page, and the flow that it edits."""

    page: MapperPage
    hands: PageHands
    flow: Flow
    stack: QUndoStack
    said: list[str]

    @property
    def rules(self) -> list[Any]:
        return list(self.flow.node("map").settings["rules"])

    def put(self, node: str, settings: object) -> None:
        assert isinstance(settings, dict)
        changed = tuple(replace(one, settings=settings) if one.id == node else one for one in self.flow.nodes)
        self.stack.push(Edit("edit", self.flow, replace(self.flow, nodes=changed), self.show))

    def show(self, flow: Flow) -> None:
        self.flow = flow
        self.page.show_flow(flow)
        self.page.show_problems(check(flow, nodes.NODE_TYPES))


Sit = Callable[..., Table]


@pytest.fixture
def sit(qtbot: QtBot, home: paths.Home) -> Iterator[Sit]:
    """Open the page on some rules, with a sample."""
    made: list[MapperPage] = []

    def opened(
        rules: list[Any] | None = None,
        *,
        sample: Path | None = FORM,
        flow: Flow | None = None,
        size: tuple[int, int] = (1440, 820),
    ) -> Table:
        page = MapperPage(Reader(home), nodes.NODE_TYPES, Surroundings(AccountStore(home.accounts_file)))
        made.append(page)
        qtbot.addWidget(page)
        page.resize(*size)
        with qtbot.waitExposed(page):
            page.show()
        table = Table(page, PageHands(qtbot, page), flow or flow_with(rules or []), QUndoStack(page), [])
        page.settings_changed.connect(table.put)
        page.settings_replaced.connect(table.put)
        page.properties_changed.connect(lambda found: table.show(replace(table.flow, properties=found)))
        page.said.connect(table.said.append)
        page.open(table.flow, "map", "rules", "Data Mapper")
        page.show_problems(check(table.flow, nodes.NODE_TYPES))
        if sample is not None:
            page.bar.samples.add(from_file(sample))
        table.hands.settle()
        return table

    yield opened
    for page in made:
        page.shut_down()
