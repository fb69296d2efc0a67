"""All that is wrong with a flow, before it runs, without contacting anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow.faults import problems_of
from mailflow_gui.flow.graph import check_graph, graph_of, label
from mailflow_gui.flow.mapped import mapped_fields
from mailflow_gui.flow.model import Flow, Node, Stub
from mailflow_gui.flow.node_type import AnyNodeType, NodeSettings, connection_fields
from mailflow_gui.flow.problems import Problem, Severity
from mailflow_gui.flow.shapes import EDGE_KEYS, FLOW_KEYS, NODE_KEYS, STUB_KEYS, plain
from mailflow_gui.flow.values import nearest, quoted

_PROTOCOLS = ("imap", "pop3", "smtp")
_SECURITIES = ("none", "starttls", "tls")
_SECRETS = frozenset(
    {"password", "passwd", "passphrase", "pass", "secret", "token", "access_token", "refresh_token", "api_key"}
)


def check(flow: Flow, node_types: Sequence[AnyNodeType]) -> tuple[Problem, ...]:
    """Every problem of a flow: its keys, connections, drawing and settings."""
    problems = [*_unknown_keys(flow), *_properties(flow), *_stubs(flow), *check_graph(flow, node_types)]
    known = {kind.id: kind for kind in node_types}
    arriving = _arriving(flow, node_types)
    for node in flow.nodes:
        if node.type in known:
            kind, mapped = known[node.type], arriving.get(node.id)
            found = [*_settings(node, kind, flow, mapped), *_connections(node, kind, flow)]
            problems += [
                replace(problem, node=node.id)
                for problem in found
                if problem.unless_mapped is None or problem.unless_mapped not in (mapped or ())
            ]
    return tuple(problems)


def _arriving(flow: Flow, node_types: Sequence[AnyNodeType]) -> dict[str, frozenset[str] | None]:
    """The fields that arrive at each node, where the mappers before it alone decide that; else None."""
    graph = graph_of(flow, node_types)
    settings: dict[str, NodeSettings] = {}
    for node, kind in graph.types.items():
        read = _read(graph.nodes[node], kind)
        if isinstance(read, NodeSettings):
            settings[node] = read
    return {node: mapped_fields(graph, node, settings) for node in settings}


def settings_of(node: Node, node_types: Sequence[AnyNodeType]) -> NodeSettings:
    """A node's settings, read with its type's model.

    :raises FlowFileError: unknown type or faulty settings; ``problems`` has each fault.
    """
    kind = next((kind for kind in node_types if kind.id == node.type), None)
    if kind is None:
        problem = Problem("node-type-unknown", node=node.id, arguments={"node": label(node), "type": quoted(node.type)})
        raise FlowFileError(problem.code, problems=(problem,), **problem.arguments)
    read = _read(node, kind)
    if isinstance(read, NodeSettings):
        return read
    problems = [replace(problem, node=node.id) for problem in read]
    raise FlowFileError(
        "node-settings-broken", problems=problems, node=label(node), field=problems[0].field or "", count=len(problems)
    )


def _read(node: Node, kind: AnyNodeType) -> NodeSettings | list[Problem]:
    raw = plain(node.settings)
    try:
        # by_alias is pydantic's default: the file's own names, such as "from", not Python's.
        settings: NodeSettings = kind.settings.model_validate(raw)
    except ValidationError as error:
        return list(problems_of(error, raw, _setting_names(kind)))
    return settings


def _setting_names(kind: AnyNodeType) -> list[str]:
    return [info.alias or name for name, info in kind.settings.model_fields.items()]


def _settings(node: Node, kind: AnyNodeType, flow: Flow, mapped: frozenset[str] | None) -> Sequence[Problem]:
    read = _read(node, kind)
    if not isinstance(read, NodeSettings):
        return read
    arriving = kind.check_mapped(read, mapped) if mapped is not None else ()
    return [*kind.check(read), *kind.check_properties(read, flow.properties), *arriving]


def _connections(node: Node, kind: AnyNodeType, flow: Flow) -> Iterator[Problem]:
    stubs = {stub.id: stub for stub in flow.connections}
    for key, mark in connection_fields(kind.settings):
        value = node.settings.get(key)
        arguments = {"node": label(node), "field": key, "value": quoted(value)}
        if value is None or value == "":
            if mark.required:
                severity: Severity = "error" if node.enabled else "warning"
                yield Problem("connection-missing", severity, field=key, arguments=arguments)
        elif isinstance(value, str) and value not in stubs:
            guess = nearest(value, stubs)
            code = "connection-misspelt" if guess else "connection-unknown"
            yield Problem(code, field=key, arguments=arguments | {"guess": guess})
        elif isinstance(value, str) and stubs[value].protocol not in mark.protocols:
            arguments |= {"protocol": quoted(stubs[value].protocol), "protocols": ", ".join(mark.protocols)}
            yield Problem("connection-protocol", field=key, arguments=arguments)


def _stubs(flow: Flow) -> Iterator[Problem]:
    for stub_id, count in Counter(stub.id for stub in flow.connections).items():
        if count > 1:
            yield Problem("stub-duplicate", arguments={"connection": quoted(stub_id), "count": count})
    for stub in flow.connections:
        yield from _stub(stub)


def _stub(stub: Stub) -> Iterator[Problem]:
    shown = quoted(stub.name or stub.id)
    if stub.protocol not in _PROTOCOLS:
        arguments = {"connection": shown, "value": quoted(stub.protocol), "choices": ", ".join(_PROTOCOLS)}
        yield Problem("stub-protocol", arguments=arguments)
    if not stub.host.strip():
        yield Problem("stub-host", arguments={"connection": shown})
    if stub.port is not None and not 1 <= stub.port <= 65535:
        yield Problem("stub-port", arguments={"connection": shown, "value": quoted(stub.port)})
    if stub.security is not None and stub.security not in _SECURITIES:
        arguments = {"connection": shown, "value": quoted(stub.security), "choices": ", ".join(_SECURITIES)}
        yield Problem("stub-security", arguments=arguments)


def _properties(flow: Flow) -> Iterator[Problem]:
    for name, value in flow.properties.items():
        is_texts = isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value)
        if not (isinstance(value, str | int | float) or is_texts):  # bool is an int
            yield Problem("property-not-constant", arguments={"property": quoted(name), "value": quoted(value)})


def _unknown_keys(flow: Flow) -> Iterator[Problem]:
    """Keys outside of settings that this version doesn't know. They are kept, but somebody meant something by them."""
    places: list[tuple[Mapping[str, Any], str, str | None, Sequence[str]]] = [(flow.extra, "", None, FLOW_KEYS)]
    places += [(stub.extra, f"connections.{index}.", None, STUB_KEYS) for index, stub in enumerate(flow.connections)]
    places += [(node.extra, f"nodes.{index}.", node.id, NODE_KEYS) for index, node in enumerate(flow.nodes)]
    places += [(edge.extra, f"edges.{index}.", None, EDGE_KEYS) for index, edge in enumerate(flow.edges)]
    for extra, place, node_id, known in places:
        for key in extra:
            guess = nearest(key, known)
            code = "unknown-key-misspelt" if guess else "unknown-key"
            if key.lower() in _SECRETS:
                code = "secret-in-file"
            yield Problem(code, node=node_id, arguments={"key": quoted(place + key), "guess": guess})
