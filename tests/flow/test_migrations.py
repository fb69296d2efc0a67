from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file
from mailflow_gui.flow.migrations import MIGRATIONS, migrate
from mailflow_gui.flow.model import FORMAT_VERSION, Edge, Stub

OLD = Path(__file__).parents[1] / "flows" / "v0" / "answer-enquiries.mailflow"


def test_there_is_a_step_from_every_older_version() -> None:
    assert sorted(MIGRATIONS) == list(range(FORMAT_VERSION))


def test_version_0_becomes_a_flow_of_today() -> None:
    flow = file.read(OLD)
    assert flow.connections == (
        Stub("inbox", "受信箱", "imap", "imap.example.com"),
        Stub("outgoing", "Outgoing", "smtp", "smtp.example.com", 587, "starttls"),
    )
    assert [(node.id, node.type, node.position) for node in flow.nodes] == [
        ("receive", "receive-email", (0, 16)),
        ("map", "data-mapper", (260, 16)),
        ("send", "send-email", (520, 16)),
    ]
    assert flow.node("receive").settings == {"connection": "inbox", "folder": "Enquiries"}
    assert flow.edges == (Edge("receive", "message", "map", "message"), Edge("map", "email", "send", "email"))
    assert flow.extra == {}
    assert not any(node.extra for node in flow.nodes)


def test_a_migrated_flow_is_saved_in_the_new_format() -> None:
    text = file.dumps(file.read(OLD))
    assert json.loads(text)["mailflow"] == FORMAT_VERSION
    assert file.loads(text, "x") == file.read(OLD)


def test_migrating_leaves_the_given_document_alone() -> None:
    document = json.loads(OLD.read_text(encoding="utf-8"))
    before = copy.deepcopy(document)
    migrate(document, FORMAT_VERSION)
    assert document == before


def test_nothing_unknown_is_lost_on_the_way() -> None:
    document = {"mailflow": 0, "viewport": 1, "nodes": [], "steps": [], "accounts": [], "links": []}
    assert migrate(document, 1) == {
        "mailflow": 1,
        "viewport": 1,
        "nodes": [],
        "steps": [],
        "connections": [],
        "edges": [],
    }


@pytest.mark.parametrize(
    "broken", [{"steps": 5}, {"steps": [7]}, {"links": ["a.b"]}, {"links": [["a", "b.c"]]}, {"accounts": {}}]
)
def test_wrong_shapes_of_version_0_are_flow_file_errors(broken: dict[str, object]) -> None:
    with pytest.raises(FlowFileError) as caught:
        file.loads(json.dumps({"mailflow": 0, **broken}), "old")
    assert caught.value.code == "flow-file-broken"
