"""Problems as the window words them."""

from __future__ import annotations

from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.nodes.receive_email import ReceiveSettings
from mailflow_gui.qt.problems.finding import find
from mailflow_gui.qt.problems.wording import title_of


def _texts(*nodes: Node) -> list[str]:
    return [problem.text for problem in find(Flow(name="A", nodes=nodes), NODE_TYPES, ())]


def test_a_node_without_a_name_is_called_by_its_title_not_by_its_id() -> None:
    texts = _texts(Node(id="receive-7", type="receive-email"))
    assert "The node “Receive Email” has no connection. Choose the connection it works with." in texts
    assert not [text for text in texts if "receive-7" in text]


def test_a_name_of_the_users_own_is_kept() -> None:
    texts = _texts(Node(id="send-7", type="send-email", name="To the shop"))
    assert "The node “To the shop” has no connection. Choose the connection it works with." in texts


def test_a_setting_is_called_by_its_title_not_by_its_key() -> None:
    texts = _texts(Node(id="send", type="send-email", settings={"maximum_per_day": 0}))
    assert "Maximum per day is 0. It must be 1 or more." in texts


def test_a_setting_that_does_not_exist_is_shown_as_it_stands_in_the_file() -> None:
    texts = _texts(Node(id="send", type="send-email", settings={"maximum_per_dya": 3}))
    assert "There is no setting maximum_per_dya. Did you mean maximum_per_day?" in texts


def test_settings_inside_of_others_are_named_with_them() -> None:
    assert title_of("delay.value", ReceiveSettings) == "Delay"
    assert title_of("search.from", ReceiveSettings).endswith(" › From")
    assert title_of("search.nonsense", ReceiveSettings).endswith(" › nonsense")
