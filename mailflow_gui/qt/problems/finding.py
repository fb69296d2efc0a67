"""Finding the problems of a flow: its own, and those of its connections on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailflow_gui.accounts.account import Account
from mailflow_gui.engine.binding import bind
from mailflow_gui.flow.check import check
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType, SourceType, connection_fields
from mailflow_gui.flow.problems import Problem
from mailflow_gui.qt.problems.wording import for_window


def find(flow: Flow, node_types: Sequence[AnyNodeType], accounts: Sequence[Account]) -> tuple[Problem, ...]:
    """Every problem, errors first, in the flow's order; a connection's problem stands at each node that uses it.

    Their sentences use the window's own words.
    """
    found = [*check(flow, node_types)]
    _bound, missing = bind(flow, accounts, node_types)
    for problem in missing:
        found += _at_nodes(problem, flow, node_types)
    if flow.nodes and not any(isinstance(known, SourceType) for known in _enabled(flow, node_types)):
        found.append(Problem("flow-without-source", arguments={"name": flow.name}))
    places = {node.id: number for number, node in enumerate(flow.nodes)}
    found.sort(key=lambda problem: (problem.severity != "error", places.get(problem.node or "", len(places))))
    return for_window(found, flow, node_types)


def first_error(problems: Sequence[Problem]) -> Problem | None:
    """What keeps the flow from running, or None."""
    return next((problem for problem in problems if problem.severity == "error"), None)


def _enabled(flow: Flow, node_types: Sequence[AnyNodeType]) -> Iterator[AnyNodeType]:
    known = {node_type.id: node_type for node_type in node_types}
    return (known[node.type] for node in flow.nodes if node.enabled and node.type in known)


def _at_nodes(problem: Problem, flow: Flow, node_types: Sequence[AnyNodeType]) -> list[Problem]:
    stub = problem.arguments.get("stub")
    known = {node_type.id: node_type for node_type in node_types}
    if problem.code == "binding-missing":  # its advice is for the command line
        problem = replace(problem, code="connection-not-here")
    placed = [
        replace(problem, node=node.id, field=key)
        for node in flow.nodes
        if node.enabled and node.type in known
        for key, _mark in connection_fields(known[node.type].settings)
        if stub is not None and node.settings.get(key) == stub
    ]
    return placed or [problem]
