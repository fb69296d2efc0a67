"""The connections that a flow names and that nobody has set up here, and the flow once they mean accounts of this computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailflow_gui.accounts.account import Account
from mailflow_gui.engine.binding import bind
from mailflow_gui.engine.compiled import used_stubs
from mailflow_gui.flow.model import Flow, Node, Stub
from mailflow_gui.flow.node_type import AnyNodeType, connection_fields
from mailflow_gui.language import _
from mailflow_gui.qt.forms.stubs import with_account


@dataclass(frozen=True)
class Missing:
    """One connection that the flow can't run without."""

    stub: Stub
    """What the flow says of it; its host is empty where it says nothing."""
    users: tuple[str, ...]
    """Titles of the nodes that use it."""
    candidates: tuple[Account, ...]
    """Accounts of this computer that every one of those nodes can use."""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.stub.name or self.stub.id


def find(flow: Flow, accounts: Sequence[Account], node_types: Sequence[AnyNodeType]) -> tuple[Missing, ...]:
    """What is missing, in the order in which the flow uses it."""
    bound, _problems = bind(flow, accounts, node_types)
    stubs = {stub.id: stub for stub in flow.connections}
    found = []
    for stub_id, protocols in used_stubs(flow, node_types).items():
        if stub_id in bound:
            continue
        first = min(protocols, default="imap")
        stub = stubs.get(stub_id) or Stub(stub_id, "", "imap" if "imap" in protocols else first, "")
        fitting = tuple(account for account in accounts if account.protocol in protocols)
        found.append(Missing(stub, _users(flow, stub_id, node_types), fitting))
    return tuple(found)


def with_binding(flow: Flow, stub_id: str, account: Account, node_types: Sequence[AnyNodeType]) -> Flow:
    """The flow with ``account`` wherever it named the connection ``stub_id``; it stays as it is where it means the account already."""
    types = {node_type.id: node_type for node_type in node_types}
    nodes = tuple(_with_account(node, stub_id, account.id, types.get(node.type)) for node in flow.nodes)
    # An account that takes the stub's own id makes the stub mean it, whatever server it named.
    stubs = [stub for stub in flow.connections if stub.id != stub_id or stub_id == account.id]
    return replace(flow, nodes=nodes, connections=with_account(stubs, account))


def _with_account(node: Node, stub_id: str, account_id: str, kind: AnyNodeType | None) -> Node:
    if kind is None:
        return node
    keys = [key for key, _mark in connection_fields(kind.settings) if node.settings.get(key) == stub_id]
    if not keys or stub_id == account_id:
        return node
    return replace(node, settings={**node.settings, **dict.fromkeys(keys, account_id)})


def _users(flow: Flow, stub_id: str, node_types: Sequence[AnyNodeType]) -> tuple[str, ...]:
    types = {node_type.id: node_type for node_type in node_types}
    return tuple(
        node.name or _(types[node.type].title)
        for node in flow.nodes
        if node.enabled and node.type in types
        and any(node.settings.get(key) == stub_id for key, _mark in connection_fields(types[node.type].settings))
    )  # fmt: skip
