"""What the senders behind a mapper need of it: asked of their own types, so that new ones say it for themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.shapes import plain
from mailflow_gui.mapping.fields import TARGET_FIELDS
from mailflow_gui.qt.mapper.arriving import senders_after


@dataclass(frozen=True)
class Needs:
    """What is missing, and what needn't be mapped."""

    missing: frozenset[str] = frozenset()
    """Targets without which a sender can't send."""
    typed: frozenset[str] = frozenset()
    """Targets that every sender has a typed value for."""


def needs_after(flow: Flow, node: str, types: Sequence[AnyNodeType], mapped: Collection[str]) -> Needs:
    """What the senders that a node leads to need beside the ``mapped`` targets."""
    known = {kind.id: kind for kind in types}
    missing: set[str] = set()
    typed: frozenset[str] | None = None
    for sender in senders_after(flow, node, types):
        one = flow.node(sender)
        raw = plain(one.settings)
        try:
            settings = known[one.type].settings.model_validate(raw)
        except ValueError:
            continue  # its problems are told at the sender
        written = frozenset(target.name for target in TARGET_FIELDS if str(raw.get(target.name) or "").strip())
        typed = written if typed is None else typed & written
        missing |= {problem.field for problem in known[one.type].check_mapped(settings, mapped) if problem.field}
        if "from" not in mapped and "from" not in written:
            missing.add("from")
    return Needs(frozenset(missing), typed or frozenset())
