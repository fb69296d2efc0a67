"""Earlier versions of a flow: an item finishes on the version that it began with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from mailflow_gui.engine.compiled import CompiledFlow, compile_flow
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.journal import flows
from mailflow_gui.journal.journal import Journal

log = logging.getLogger(__name__)


def load(journal: Journal, node_types: Sequence[AnyNodeType], running: RunningFlow, version: str) -> CompiledFlow:
    """The flow as it was when an item began; this run's own where the old version can't be read any more."""
    known = running.version_flow(version or running.version)
    if known is None:
        content = flows.content(journal.read(), version)
        try:
            if content is None:
                raise FlowFileError("flow-version-gone", name=running.name)
            known = compile_flow(flow_file.loads(content, running.name), node_types, running.flow.accounts)
        except FlowFileError as error:
            log.warning(
                "an earlier version of %s can't be used, its items go on with this one: %s", running.name, error
            )
            known = replace(running.flow)
        running.add_version(version, known)
    return known
