"""Problems in the words of the window: nodes and settings are called there by their titles, not by ids and keys of the file."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType, NodeSettings
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.values import quoted
from mailflow_gui.language import _
from mailflow_gui.qt.forms.description import Field, fields_of
from mailflow_gui.sentences import Argument

_AS_WRITTEN = frozenset({"node-duplicate", "edge-node-unknown", "unknown-setting", "unknown-setting-misspelt"})
"""Problems about the id or the key itself."""


def for_window(problems: Sequence[Problem], flow: Flow, node_types: Sequence[AnyNodeType]) -> tuple[Problem, ...]:
    """The same problems; their sentences name nodes and settings as the canvas and the settings panel do."""
    known = {node_type.id: node_type for node_type in node_types}
    titles = {
        quoted(node.id): quoted(_(known[node.type].title))
        for node in flow.nodes
        if not node.name and node.type in known
    }
    types = {node.id: known[node.type] for node in flow.nodes if node.type in known}
    return tuple(
        problem
        if problem.code in _AS_WRITTEN
        else replace(problem, arguments=_arguments(problem, titles, types.get(problem.node or "")))
        for problem in problems
    )


def title_of(path: str, settings: type[NodeSettings]) -> str:
    """What the settings panel calls the setting at a problem's path, such as ``delay.value``: “Delay”.

    A part that has no title of its own there is left as it stands.
    """
    fields, titles, parts = _fields(settings), [], path.split(".")
    for place, part in enumerate(parts):
        field = next((one for one in fields if one.key == part), None)
        if field is None:
            titles += [str(int(rest) + 1) if rest.isdecimal() else rest for rest in parts[place:]]
            break
        titles.append(_(field.title))
        if field.kind == "quantity":  # one box for a number and its unit
            break
        fields = field.fields
    return " › ".join(titles)


def _arguments(problem: Problem, titles: Mapping[str, str], node_type: AnyNodeType | None) -> Mapping[str, Argument]:
    arguments = dict(problem.arguments)
    for key in ("node", "nodes"):
        if isinstance(said := arguments.get(key), str):
            arguments[key] = " → ".join(titles.get(one, one) for one in said.split(" → "))
    if node_type is not None and problem.field and arguments.get("field") == problem.field:
        arguments["field"] = title_of(problem.field, node_type.settings)
    return arguments


@functools.lru_cache(maxsize=32)
def _fields(settings: type[NodeSettings]) -> tuple[Field, ...]:
    return fields_of(settings)
