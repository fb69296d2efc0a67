"""Edits of a flow as pure functions from one immutable flow to the next; whoever draws compares the two."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mailflow_gui.flow.model import Edge, Flow, Node, Stub
from mailflow_gui.flow.node_type import AnyNodeType, connection_fields
from mailflow_gui.flow.shapes import plain
from mailflow_gui.language import _
from mailflow_gui.qt.canvas.linking import Types, fitting_input, fitting_output, input_of, output_of, refusal
from mailflow_gui.qt.canvas.places import Place, keys_of

_NUMBERED = re.compile(r"-\d+$")


def fresh_id(taken: Collection[str], wanted: str) -> str:
    """``wanted``, or with the first free number behind it: ``receive``, ``receive-2``."""
    base = _NUMBERED.sub("", wanted) or wanted
    candidate, number = base, 1
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def id_word(kind: AnyNodeType) -> str:
    """A short id for nodes of a type: ``receive`` and ``send`` say what they do, ``mapper`` what it is."""
    words = kind.id.split("-")
    return words[0] if words[0] == kind.group else words[-1]


def new_node(flow: Flow, kind: AnyNodeType, place: Place) -> Node:
    """A node with defaults for settings; the one connection of the flow that fits is chosen already."""
    settings: dict[str, Any] = {}
    for key, mark in connection_fields(kind.settings):
        fitting = [stub.id for stub in flow.connections if stub.protocol in mark.protocols]
        if mark.required and len(fitting) == 1:
            settings[key] = fitting[0]
    count = sum(node.type == kind.id for node in flow.nodes)
    node_id = fresh_id(ids_of(flow), id_word(kind))
    name = _fresh_name(flow, f"{_(kind.title)} {count + 1}") if count else None
    return Node(id=node_id, type=kind.id, settings=settings, position=rounded(place), name=name)


def ids_of(flow: Flow) -> set[str]:
    """Every id that a node has or an edge speaks of: a new node must not catch a dangling link."""
    return {node.id for node in flow.nodes} | {end for edge in flow.edges for end in (edge.source, edge.target)}


def rounded(place: Place) -> Place:
    """Whole numbers, so that files differ only where something really moved."""
    return (round(place[0]), round(place[1]))


def with_node(flow: Flow, node: Node) -> Flow:
    """The flow with one node more."""
    return replace(flow, nodes=(*flow.nodes, node))


def with_changed(flow: Flow, keys: Collection[str], **changes: Any) -> Flow:
    """The flow with other values in some nodes; nodes that have them already stay the very same objects."""
    return replace(
        flow,
        nodes=tuple(
            replace(node, **changes)
            if key in keys and any(getattr(node, name) != value for name, value in changes.items())
            else node
            for key, node in zip(keys_of(flow), flow.nodes, strict=True)
        ),
    )


def moved(flow: Flow, placed: Mapping[str, Place]) -> Flow:
    """The flow with nodes at other places, by key; a node that is there already stays the very same object."""
    return replace(
        flow,
        nodes=tuple(
            replace(node, position=rounded(placed[key]))
            if key in placed and node.position != rounded(placed[key])
            else node
            for key, node in zip(keys_of(flow), flow.nodes, strict=True)
        ),
    )


def settled(flow: Flow, shown: Mapping[str, Place]) -> Flow:
    """The flow with the places of now written down for nodes that had none, so that they stay where the person sees them."""
    missing = {key for key, node in zip(keys_of(flow), flow.nodes, strict=True) if node.position is None}
    return moved(flow, {key: shown[key] for key in missing if key in shown}) if missing else flow


def with_settings(flow: Flow, key: str, settings: Mapping[str, Any]) -> Flow:
    """The flow with a node's settings replaced by a copy of ``settings``."""
    return with_changed(flow, {key}, settings=copy.deepcopy(plain(settings)))


def toggled(flow: Flow, keys: Collection[str]) -> Flow:
    """The flow with nodes switched off, or on if all of them were off. On is the default and isn't written."""
    nodes = dict(zip(keys_of(flow), flow.nodes, strict=True))
    on = all(not nodes[key].enabled for key in keys)
    for key in keys:
        settings = {name: value for name, value in nodes[key].settings.items() if name != "enabled"}
        if not on:
            settings = {"enabled": False, **settings}
        flow = with_changed(flow, {key}, settings=settings)
    return flow


def without(flow: Flow, keys: Collection[str], edges: Collection[Edge] = ()) -> Flow:
    """The flow without some nodes, their links, and some other links."""
    kept = [
        (key, node) for key, node in zip(keys_of(flow), flow.nodes, strict=True) if key not in keys
    ]  # fmt: skip
    remaining = {node.id for _, node in kept}
    gone = {node.id for key, node in zip(keys_of(flow), flow.nodes, strict=True) if key in keys} - remaining
    return replace(
        flow,
        nodes=tuple(node for _, node in kept),
        edges=tuple(
            edge for edge in flow.edges if edge.source not in gone and edge.target not in gone and edge not in edges
        ),
    )


def reconnected(flow: Flow, types: Types, keys: Collection[str]) -> Flow:
    """The flow without some nodes, where the neighbours of each are linked to each other if that fits."""
    for key in keys:
        if key not in keys_of(flow):
            continue
        before = [edge for edge in flow.edges if edge.target == key]
        after = [edge for edge in flow.edges if edge.source == key]
        flow = without(flow, {key})
        for leading in before:
            for following in after:
                edge = Edge(leading.source, leading.source_port, following.target, following.target_port)
                if not refusal(flow, types, edge):
                    flow = with_edge(flow, edge)
    return flow


def with_edge(flow: Flow, edge: Edge, *, instead_of: Edge | None = None) -> Flow:
    """The flow with one link more, at the end or in another one's place."""
    if instead_of in flow.edges:
        index = flow.edges.index(instead_of)
        return replace(flow, edges=(*flow.edges[:index], edge, *flow.edges[index + 1 :]))
    return replace(flow, edges=(*flow.edges, edge))


def inserted(flow: Flow, types: Types, node_id: str, edge: Edge) -> Flow | None:
    """The flow with a node put into a link, or None where it doesn't fit there."""
    nodes = {node.id: node for node in flow.nodes}
    kind = types.get(nodes[node_id].type)
    output = output_of(types.get(nodes[edge.source].type), edge.source_port) if edge.source in nodes else None
    target = input_of(types.get(nodes[edge.target].type), edge.target_port) if edge.target in nodes else None
    if kind is None or output is None or target is None:
        return None
    into, out = fitting_input(kind, output.type), fitting_output(kind, target.type)
    if into is None or out is None or edge not in flow.edges:
        return None
    first = Edge(edge.source, edge.source_port, node_id, into.name)
    second = Edge(node_id, out.name, edge.target, edge.target_port)
    opened = replace(flow, edges=tuple(other for other in flow.edges if other != edge))
    if refusal(opened, types, first) or refusal(with_edge(opened, first), types, second):
        return None
    index = flow.edges.index(edge)
    after = tuple(other for other in flow.edges[index + 1 :] if other != edge)
    return replace(flow, edges=(*flow.edges[:index], first, second, *after))


def pasted(flow: Flow, types: Types, copied: Flow, shift: Place) -> tuple[Flow, list[str]]:
    """The flow with copies of nodes under fresh ids, the links between them and the connections they use; and the new ids."""
    stubs, renamed = _stubs(flow.connections, copied.connections)
    taken = ids_of(flow)
    new_ids: dict[str, str] = {}
    nodes = list(flow.nodes)
    for node in copied.nodes:
        node_id = fresh_id(taken, node.id)
        taken.add(node_id)
        new_ids.setdefault(node.id, node_id)
        x, y = node.position or (0.0, 0.0)
        nodes.append(
            replace(
                node,
                id=node_id,
                name=_fresh_name(replace(flow, nodes=tuple(nodes)), node.name) if node.name else None,
                position=rounded((x + shift[0], y + shift[1])),
                settings=_rebound(node.settings, types.get(node.type), renamed),
            )
        )
    edges = [
        replace(edge, source=new_ids[edge.source], target=new_ids[edge.target])
        for edge in copied.edges
        if edge.source in new_ids and edge.target in new_ids
    ]
    added = [node.id for node in nodes[len(flow.nodes) :]]
    return replace(flow, nodes=tuple(nodes), edges=(*flow.edges, *edges), connections=stubs), added


def part(flow: Flow, types: Types, keys: Collection[str], shown: Mapping[str, Place]) -> Flow:
    """Some nodes as a flow of their own: with their places, the links between them and the connections they use."""
    nodes = [
        replace(node, position=rounded(shown[key])) if key in shown else node
        for key, node in zip(keys_of(flow), flow.nodes, strict=True)
        if key in keys
    ]
    ids = {node.id for node in nodes}
    used = {value for node in nodes for value in _used(node, types.get(node.type))}
    return Flow(
        name=flow.name,
        nodes=tuple(nodes),
        edges=tuple(edge for edge in dict.fromkeys(flow.edges) if edge.source in ids and edge.target in ids),
        connections=tuple(stub for stub in flow.connections if stub.id in used),
    )


def _used(node: Node, kind: AnyNodeType | None) -> list[str]:
    if kind is None:  # who knows which of its settings names a connection: any text may
        return [value for value in node.settings.values() if isinstance(value, str)]
    values = (node.settings.get(key) for key, _mark in connection_fields(kind.settings))
    return [value for value in values if isinstance(value, str)]


def _stubs(known: Sequence[Stub], wanted: Iterable[Stub]) -> tuple[tuple[Stub, ...], dict[str, str]]:
    """The connections with those that are missing, and new ids where one id means another server here."""
    stubs = {stub.id: stub for stub in known}
    renamed: dict[str, str] = {}
    added: list[Stub] = []
    for stub in wanted:
        here = stubs.get(stub.id)
        if here is not None and (here.protocol, here.host) == (stub.protocol, stub.host):
            continue
        stub_id = fresh_id(set(stubs), stub.id)
        if stub_id != stub.id:
            renamed[stub.id] = stub_id
        stubs[stub_id] = replace(stub, id=stub_id)
        added.append(stubs[stub_id])
    return (*known, *added), renamed


def _rebound(settings: Mapping[str, Any], kind: AnyNodeType | None, renamed: Mapping[str, str]) -> Mapping[str, Any]:
    changes = {}
    for key, _mark in connection_fields(kind.settings) if kind else ():
        value = settings.get(key)
        if isinstance(value, str) and value in renamed:
            changes[key] = renamed[value]
    return {**settings, **changes} if changes else settings


def _fresh_name(flow: Flow, wanted: str) -> str:
    """``wanted``, counted on while another node is called so."""
    taken = {node.name for node in flow.nodes}
    base, number = re.sub(r" \d+$", "", wanted), 1
    found = re.search(r" (\d+)$", wanted)
    if found:
        number = int(found[1])
    name = wanted
    while name in taken:
        number += 1
        name = f"{base} {number}"
    return name
