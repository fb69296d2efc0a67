"""Messages taken through a flow as a run would take them, up to the mapper and through it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailflow_gui import nodes
from mailflow_gui.engine.compiled import compile_flow
from mailflow_gui.engine.delivery import advance
from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow.item import Item, Origin
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.mail.parse import parse
from mailflow_gui.qt.mapper.history.versions import Version, cut
from tests.qt.mapper.conftest import MAILS, flow_with

SUBJECT: dict[str, Any] = {"target": "subject", "sources": [{"field": "subject"}]}
CHANCE = {
    "target": "headers.X-Ticket",
    "sources": [{"constant": ""}],
    "transformations": [{"name": "generate-uuid"}],
}
NOW = {"target": "headers.X-Now", "sources": [{"constant": ""}], "transformations": [{"name": "current-date-time"}]}
PREFIX = {"target": "headers.X-Prefix", "sources": [{"property": "prefix"}]}
FOUND = {"target": "headers.X-Name", "sources": [{"field": "extracted.氏名"}]}


def item(name: str = "02-contact-form.eml", error: tuple[str, dict[str, Any]] | None = None) -> Item:
    return Item(
        id="a" * 40,
        message=parse((MAILS / name).read_bytes()),
        origin=Origin("inbox", uid_validity=1, uid="7", flags=("\\Seen",)),
        clock=datetime(2025, 3, 14, 0, 41, 7, tzinfo=UTC),
        seed=12345,
        error=error,
    )


def version(flow: Flow, node: str = "map") -> Version:
    return cut(flow, node, nodes.NODE_TYPES)


def with_settings(flow: Flow, node: str, **settings: Any) -> Flow:
    return replace(
        flow,
        nodes=tuple(
            replace(one, settings={**one.settings, **settings}) if one.id == node else one for one in flow.nodes
        ),
    )


def test_what_comes_out_is_what_a_run_gives_on_chance_clock_properties_and_extractions_included() -> None:
    rules = [SUBJECT, CHANCE, NOW, PREFIX, FOUND]
    flow = flow_with(rules, sender={"from": "a@example.org", "to": "b@example.org"})
    flow = with_settings(flow, "map", extractions=[{"kind": "labels"}])
    run = advance(compile_flow(flow, nodes.NODE_TYPES, {}, offline=True), "receive", item())
    (given,) = next(step for step in run.steps if step.node == "map").items
    out = version(flow).out("receive", item())
    assert out.fields == given.fields
    assert out.fields["headers.X-Name"] == "佐藤 健一"
    assert out.fields["headers.X-Prefix"] == "[shop] "


def test_attachments_that_go_along_are_part_of_it() -> None:
    flow = with_settings(flow_with([SUBJECT]), "map", carry_attachments=True)
    pdf = item("05-quotation-with-pdf.eml")
    files = version(flow).out("receive", pdf).fields["attachments"]
    assert isinstance(files, tuple)
    assert len(files) == 1
    left = with_settings(flow, "map", carry_attachments=False)
    assert "attachments" not in version(left).out("receive", pdf).fields


def test_a_failing_rule_is_told_with_its_place() -> None:
    flow = flow_with([SUBJECT, {**SUBJECT, "target": "x", "transformations": [{"name": "round"}]}])
    error = version(flow).out("receive", item()).error
    assert error is not None
    assert (error.code, getattr(error, "rule", None)) == ("mapping-not-a-number", 1)


def test_the_error_port_of_the_mapper_takes_nothing_over_here() -> None:
    flow = flow_with([{**SUBJECT, "transformations": [{"name": "round"}]}])
    flow = replace(flow, edges=(*flow.edges, Edge("map", "error", "send", "email")))
    assert version(flow).out("receive", item()).error is not None


def test_a_mapper_that_is_switched_off_is_tried_all_the_same() -> None:
    flow = with_settings(flow_with([PREFIX]), "map", enabled=False)
    assert dict(version(flow).out("receive", item()).fields) == {"headers.X-Prefix": "[shop] "}


def two_mappers(first: list[Any], **settings: Any) -> Flow:
    return Flow(
        "Two",
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}),
            Node("first", "data-mapper", {"rules": first, **settings}),
            Node("map", "data-mapper", {"rules": [SUBJECT]}),
        ),
        edges=(Edge("receive", "message", "first", "message"), Edge("first", "email", "map", "message")),
    )


def test_what_an_earlier_mapper_makes_arrives() -> None:
    flow = two_mappers([{"target": "subject", "sources": [{"constant": "first"}]}])
    assert version(flow).out("receive", item()).fields["subject"] == "first"


def test_a_message_that_fails_before_does_not_come_here() -> None:
    out = version(two_mappers([{**SUBJECT, "transformations": [{"name": "round"}]}])).out("receive", item())
    assert not out.reached
    assert out.error is not None


def test_a_message_that_was_not_received_whole_does_not_come_here() -> None:
    out = version(flow_with([SUBJECT])).out("receive", item(error=("received-too-large", {"size": 1, "maximum": 1})))
    assert not out.reached


def test_mails_that_are_asked_for_on_the_way_count_as_sent() -> None:
    sender = {"connection": "outgoing", "from": "a@example.org", "to": "b@example.org", "subject": "x", "text": "y"}
    flow = Flow(
        "Behind",
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}),
            Node("send", "send-email", sender),
            Node("map", "data-mapper", {"rules": [SUBJECT]}),
        ),
        edges=(Edge("receive", "message", "send", "email"), Edge("send", "sent", "map", "message")),
    )
    assert version(flow).out("receive", item()).fields["subject"]


def test_other_sources_do_not_lead_here() -> None:
    flow = flow_with([SUBJECT])
    flow = replace(flow, nodes=(*flow.nodes, Node("other", "receive-email", {"connection": "inbox"})))
    assert version(flow).sources == ("receive",)
    assert not version(flow).out("other", item()).reached


def test_what_stands_behind_may_be_broken_but_nothing_before() -> None:
    flow = with_settings(flow_with([SUBJECT]), "send", nonsense=True)
    assert version(flow).out("receive", item()).error is None
    with pytest.raises(FlowFileError, match="can't be used"):
        version(with_settings(flow, "receive", nonsense=True))


def test_a_circle_before_it_is_refused() -> None:
    flow = two_mappers([SUBJECT])
    flow = replace(
        flow,
        nodes=(*flow.nodes, Node("back", "data-mapper", {"rules": [SUBJECT]})),
        edges=(*flow.edges, Edge("first", "email", "back", "message"), Edge("back", "email", "first", "message")),
    )
    with pytest.raises(FlowFileError) as caught:
        version(flow)
    assert caught.value.code == "edges-circle"


def test_a_circle_through_the_mapper_itself_is_cut() -> None:
    flow = two_mappers([SUBJECT])
    flow = replace(flow, edges=(*flow.edges, Edge("map", "email", "first", "message")))
    assert version(flow).out("receive", item()).reached


def test_versions_are_the_same_whatever_stands_behind() -> None:
    flow = flow_with([SUBJECT])
    assert version(flow).same_as(version(with_settings(flow, "send", to="x@example.org")))
    assert not version(flow).same_as(version(with_settings(flow, "map", carry_attachments=True)))
    assert not version(flow).same_as(version(replace(flow, properties={})))
