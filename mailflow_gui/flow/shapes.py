"""A flow from its plain JSON object and back: which key is what. All wrong shapes are found, not just the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow.model import FORMAT_VERSION, Edge, Flow, Node, Stub
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.values import quoted

FLOW_KEYS = ("mailflow", "id", "name", "properties", "connections", "nodes", "edges")
STUB_KEYS = ("id", "name", "protocol", "host", "port", "security")
NODE_KEYS = ("id", "type", "name", "position", "settings")
EDGE_KEYS = ("from", "to")


class _Reader:
    """Reads values out of JSON objects and notes each wrong shape, so that one reading finds them all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, code: str, place: str, value: object) -> None:
        self.problems.append(Problem(code, field=place, arguments={"field": place, "value": quoted(value)}))

    def text(self, whole: Mapping[str, Any], key: str, place: str, *, required: bool = False) -> str | None:
        value = whole.get(key)
        if value is None and not required:
            return None
        if key not in whole:
            self.wrong("value-missing", f"{place}{key}", None)
            return ""
        if not isinstance(value, str):
            self.wrong("value-not-text", f"{place}{key}", value)
            return ""
        if required and not value:
            self.wrong("value-empty", f"{place}{key}", value)
        return value

    def whole_number(self, whole: Mapping[str, Any], key: str, place: str) -> int | None:
        value = whole.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.wrong("value-not-whole", f"{place}{key}", value)
        return None

    def object(self, whole: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
        value = whole.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong("value-not-object", f"{place}{key}", value)
        return {}

    def objects(self, whole: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        """The objects of a list, each with its place such as ``nodes.0.``."""
        value = whole.get(key, [])
        if not isinstance(value, list):
            self.wrong("value-not-list", key, value)
            return []
        found = []
        for index, entry in enumerate(value):
            if isinstance(entry, dict):
                found.append((f"{key}.{index}.", entry))
            else:
                self.wrong("value-not-object", f"{key}.{index}", entry)
        return found

    def position(self, whole: Mapping[str, Any], place: str) -> tuple[float, float] | None:
        value = whole.get("position")
        if value is None:
            return None
        if isinstance(value, list) and len(value) == 2 and all(type(part) in {int, float} for part in value):
            return (value[0], value[1])
        self.wrong("value-not-position", f"{place}position", value)
        return None

    def end(self, whole: Mapping[str, Any], key: str, place: str) -> tuple[str, str]:
        value = whole.get(key)
        if isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) and part for part in value):
            return (value[0], value[1])
        self.wrong("value-not-end", f"{place}{key}", value)
        return ("", "")


def flow_from(document: Mapping[str, Any], name: str) -> Flow:
    """The flow that a JSON object of this version describes; ``name`` is its name if it says none, and the file's in errors.

    :raises FlowFileError: values of the wrong shape; ``problems`` has all of them.
    """
    reader = _Reader()
    flow = Flow(
        name=reader.text(document, "name", "") or name,
        id=reader.text(document, "id", "", required="id" in document and document["id"] is not None),
        connections=tuple(_stub(reader, place, entry) for place, entry in reader.objects(document, "connections")),
        nodes=tuple(_node(reader, place, entry) for place, entry in reader.objects(document, "nodes")),
        edges=tuple(_edge(reader, place, entry) for place, entry in reader.objects(document, "edges")),
        properties=reader.object(document, "properties", ""),
        extra=_extra(document, FLOW_KEYS),
    )
    if reader.problems:
        raise FlowFileError(
            "flow-file-broken", problems=reader.problems, file=quoted(name), field=reader.problems[0].field or ""
        )
    return flow


def _stub(reader: _Reader, place: str, entry: Mapping[str, Any]) -> Stub:
    stub_id = reader.text(entry, "id", place, required=True) or ""
    return Stub(
        id=stub_id,
        name=reader.text(entry, "name", place) or stub_id,
        protocol=reader.text(entry, "protocol", place) or "",
        host=reader.text(entry, "host", place) or "",
        port=reader.whole_number(entry, "port", place),
        security=reader.text(entry, "security", place),
        extra=_extra(entry, STUB_KEYS),
    )


def _node(reader: _Reader, place: str, entry: Mapping[str, Any]) -> Node:
    return Node(
        id=reader.text(entry, "id", place, required=True) or "",
        type=reader.text(entry, "type", place, required=True) or "",
        settings=reader.object(entry, "settings", place),
        position=reader.position(entry, place),
        name=reader.text(entry, "name", place),
        extra=_extra(entry, NODE_KEYS),
    )


def _edge(reader: _Reader, place: str, entry: Mapping[str, Any]) -> Edge:
    source, source_port = reader.end(entry, "from", place)
    target, target_port = reader.end(entry, "to", place)
    return Edge(source, source_port, target, target_port, extra=_extra(entry, EDGE_KEYS))


def _extra(entry: Mapping[str, Any], known: tuple[str, ...]) -> Mapping[str, Any]:
    return {key: value for key, value in entry.items() if key not in known}


def document_of(flow: Flow) -> dict[str, Any]:
    """The plain JSON object of a flow, keys in their fixed order; what isn't set isn't written, unknown keys come last."""
    document: dict[str, Any] = _set({"mailflow": FORMAT_VERSION, "id": flow.id, "name": flow.name})
    if flow.properties:
        document["properties"] = plain(flow.properties)
    document["connections"] = [
        _set(
            {
                "id": stub.id,
                "name": stub.name,
                "protocol": stub.protocol,
                "host": stub.host,
                "port": stub.port,
                "security": stub.security,
            },
            stub.extra,
        )
        for stub in flow.connections
    ]
    document["nodes"] = [
        _set(
            {
                "id": node.id,
                "type": node.type,
                "name": node.name,
                "position": [_short(part) for part in node.position] if node.position else None,
                "settings": plain(node.settings),
            },
            node.extra,
        )
        for node in flow.nodes
    ]
    document["edges"] = [
        _set({"from": [edge.source, edge.source_port], "to": [edge.target, edge.target_port]}, edge.extra)
        for edge in flow.edges
    ]
    document.update(plain(flow.extra))
    return document


def _set(known: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {key: value for key, value in known.items() if value is not None} | {
        key: plain(value) for key, value in (extra or {}).items()
    }


def plain(value: Any) -> Any:
    """``value`` in JSON's own kinds: mappings as dicts, tuples as lists."""
    convert: Callable[[Any], Any] = plain
    if isinstance(value, Mapping):
        return {key: convert(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [convert(entry) for entry in value]
    return value


def _short(number: float) -> float:
    """260.0 as 260: a position that was only dragged and put back makes no difference in the file."""
    return int(number) if float(number).is_integer() else number
