"""Flows to draw."""

from __future__ import annotations

from pathlib import Path

from mailflow_gui.flow import file
from mailflow_gui.flow.model import Edge, Flow, Node, Stub

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "resources" / "examples").glob("*.mailflow"))
OLD_FILES = sorted((ROOT / "tests" / "flows").glob("**/*.mailflow"))
STUBS = (
    Stub("inbox", "Inbox", "imap", "imap.example.com"),
    Stub("outgoing", "Outgoing", "smtp", "smtp.example.com"),
)


def chain() -> Flow:
    """Receive, map, send, linked."""
    return Flow(
        name="Chain",
        id="6b1d5a1e-0000-4000-8000-000000000001",
        connections=STUBS,
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}, (0, 0)),
            Node("map", "data-mapper", {"rules": []}, (256, 0)),
            Node("send", "send-email", {"connection": "outgoing", "from": "bot@example.com"}, (512, 0)),
        ),
        edges=(Edge("receive", "message", "map", "message"), Edge("map", "email", "send", "email")),
    )


def loose() -> Flow:
    """The same nodes without links."""
    whole = chain()
    return Flow(name=whole.name, connections=whole.connections, nodes=whole.nodes)


def forward_enquiries() -> Flow:
    """The example of the specification."""
    return file.read(ROOT / "resources" / "examples" / "forward-enquiries.mailflow")
