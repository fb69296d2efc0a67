"""What is shown of a run."""

from __future__ import annotations

import time

from mailflow_gui.engine.counts import NodeCounts
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.qt import live


def silent() -> MailFlowError:
    return MailFlowError("receiving-silent", account="inbox", folder="INBOX", seconds=40, interval=5)


def test_a_source_that_has_fallen_silent_says_since_when_on_its_card() -> None:
    flow = Flow(name="x", nodes=(Node(id="receive", type="receive-email", settings={}),))
    counts = NodeCounts()
    counts.polled("receive", time.monotonic() + 5)
    counts.failed("receive", silent())
    nodes = counts.as_json()
    nodes["receive"]["checked"] -= 130
    shown = live.node_states(flow, nodes, running=True)["receive"]
    assert shown.state == "failing"
    assert shown.error_line.startswith("Not checked for 2 min 10 s")
    counts.polled("receive", time.monotonic() + 5)
    shown = live.node_states(flow, counts.as_json(), running=True)["receive"]
    assert (shown.state, shown.error_line) == ("running", "")


def test_the_status_bar_tells_of_silence_before_other_troubles() -> None:
    error = silent()
    status = {
        "nodes": {"receive": {"checked": time.time() - 61}},
        "troubles": [{"code": "server-busy", "text": "Busy."}, {"code": error.code, "text": str(error)}],
    }
    trouble = live.numbers(status, live.Pace()).trouble
    assert trouble.startswith("Not checked for 1 min 1 s. Folder INBOX")
    status["nodes"] = {}
    assert live.numbers(status, live.Pace()).trouble.startswith("Not checked so far. ")
    status["troubles"] = [{"code": "server-busy", "text": "Busy."}]
    assert live.numbers(status, live.Pace()).trouble == "Busy."
