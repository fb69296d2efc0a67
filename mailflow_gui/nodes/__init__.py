"""The node types that come with MailFlow: one file each, and their one registration.

Node functions are pure: no I/O, no clock, no chance but the item's own. Third parties register theirs through the entry point group
``mailflow.nodes``.
"""

from __future__ import annotations

import logging
from importlib import metadata

from mailflow_gui.flow.node_type import AnyNodeType, NodeType
from mailflow_gui.nodes.data_mapper import DATA_MAPPER
from mailflow_gui.nodes.receive_email import RECEIVE_EMAIL
from mailflow_gui.nodes.send_email import SEND_EMAIL

NODE_TYPES: tuple[AnyNodeType, ...] = (RECEIVE_EMAIL, DATA_MAPPER, SEND_EMAIL)

ENTRY_POINTS = "mailflow.nodes"

_log = logging.getLogger(__name__)


def load() -> tuple[AnyNodeType, ...]:
    """MailFlow's node types and those of installed third parties: each entry point names one node type, or a tuple of them.

    A broken one, or one whose id is taken, is logged and left out: flows that use it say that the type is unknown, others run.
    """
    found: dict[str, AnyNodeType] = {kind.id: kind for kind in NODE_TYPES}
    for point in metadata.entry_points(group=ENTRY_POINTS):
        try:
            loaded = point.load()
        except Exception:  # noqa: BLE001 (a stranger's module may raise anything; it must not keep MailFlow from starting)
            _log.exception("node type %s (%s) can't be loaded", point.name, point.value)
            continue
        for kind in loaded if isinstance(loaded, tuple | list) else (loaded,):
            if not isinstance(kind, NodeType):
                _log.error("node type %s (%s) is no node type but %s", point.name, point.value, type(kind).__name__)
            elif kind.id in found:
                _log.error("node type %s (%s) has the id %s, which is taken", point.name, point.value, kind.id)
            else:
                found[kind.id] = kind  # type: ignore[assignment]  # its settings' type is its own
    return tuple(found.values())
