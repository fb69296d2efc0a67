"""Small node types and flows for these tests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailflow_gui.flow.item import Watch
from mailflow_gui.flow.model import Edge, Flow, Node, Stub
from mailflow_gui.flow.node_type import (
    AnyNodeType,
    ConnectionField,
    NodeSettings,
    Port,
    SinkType,
    SourceType,
    TransformType,
)
from mailflow_gui.flow.problems import Problem


class SourceSettings(NodeSettings):
    connection: Annotated[str, ConnectionField(("imap", "pop3"))] = ""
    maximum: Annotated[int, Field(ge=-1, strict=True)] = 5


class Fixed(NodeSettings):
    constant: Annotated[str, Field(strict=True)]


class Read(NodeSettings):
    field: str


class StepSettings(NodeSettings):
    sources: list[Fixed | Read] = Field(default_factory=list)
    mode: Literal["plain", "careful"] = "plain"


class SinkSettings(NodeSettings):
    connection: Annotated[str, ConnectionField(("smtp",))] = ""
    from_: Annotated[str, Field(alias="from")] = ""


def _watch(settings: SourceSettings) -> Watch:
    return Watch(account=settings.connection)


def _refuse_13(settings: SourceSettings) -> tuple[Problem, ...]:
    return (Problem("maximum-zero", field="maximum"),) if settings.maximum == 13 else ()


_ERROR = Port("error", "Error", "error")

NODE_TYPES: tuple[AnyNodeType, ...] = (
    SourceType(
        id="source",
        title="Source",
        group="receive",
        icon="inbox",
        settings=SourceSettings,
        summary=lambda settings: "",
        outputs=(Port("message", "Message", "message"), _ERROR),
        check=_refuse_13,
        watch=_watch,
    ),
    TransformType(
        id="step",
        title="Step",
        group="transform",
        icon="braces",
        settings=StepSettings,
        summary=lambda settings: "",
        inputs=(Port("message", "Message", "message"),),
        outputs=(Port("email", "Email", "fields"), _ERROR),
        transform=lambda item, settings, context: {"email": [item]},
    ),
    TransformType(
        id="filter",
        title="Filter",
        group="route",
        icon="funnel",
        settings=NodeSettings,
        summary=lambda settings: "",
        inputs=(Port("in", "In", "any"),),
        outputs=(Port("out", "Out", "any"),),
        transform=lambda item, settings, context: {"out": [item]},
    ),
    TransformType(
        id="words",
        title="Words",
        group="utility",
        icon="hash",
        settings=NodeSettings,
        summary=lambda settings: "",
        inputs=(Port("message", "Message", "message"),),
        outputs=(Port("text", "Text", "text"),),
        transform=lambda item, settings, context: {"text": [item]},
    ),
    SinkType(
        id="sink",
        title="Sink",
        group="send",
        icon="send",
        settings=SinkSettings,
        summary=lambda settings: "",
        inputs=(Port("email", "Email", "fields"),),
        outputs=(Port("sent", "Sent", "message"), _ERROR),
        plan=lambda item, settings, context: NotImplemented,
    ),
)

_SETTINGS = {"source": {"connection": "inbox"}, "sink": {"connection": "outgoing"}}


def _edge(written: str) -> Edge:
    source, source_port, target, target_port = written.replace(">", ".").split(".")
    return Edge(source, source_port, target, target_port)


def flow(nodes: str, *edges: str) -> Flow:
    """``flow("source step:map", "source.message>map.email")``: nodes as ``type`` or ``type:id``, a leading ``-`` switches one off."""
    made = []
    for word in nodes.split():
        kind, _, node_id = word.lstrip("-").partition(":")
        settings = dict(_SETTINGS.get(kind, {}))
        if word.startswith("-"):
            settings = {**settings, "enabled": False}  # type: ignore[dict-item]  # settings are any JSON
        made.append(Node(node_id or kind, kind, settings))
    return Flow(
        name="test",
        connections=(Stub("inbox", "Inbox", "imap", "i.example.com"), Stub("outgoing", "Out", "smtp", "s.example.com")),
        nodes=tuple(made),
        edges=tuple(_edge(edge) for edge in edges),
    )


LINE = ("source.message>step.message", "step.email>sink.email")
"""The edges of source → step → sink."""
