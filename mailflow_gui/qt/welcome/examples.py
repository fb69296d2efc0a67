"""The example flows that come with the app."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from mailflow_gui import nodes, paths
from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Example:
    """A flow to start from."""

    path: Path
    flow: Flow

    def steps(self, types: dict[str, AnyNodeType]) -> str:
        """What it does, as its nodes' names in the order of the file."""
        return " → ".join(
            node.name or (_(types[node.type].title) if node.type in types else node.type) for node in self.flow.nodes
        )


def examples() -> list[Example]:
    """All of them, by file name; one that can't be read is left out."""
    found = []
    for path in sorted((paths.resources() / "examples").glob("*.mailflow")):
        try:
            found.append(Example(path, file.read(path)))
        except FlowFileError as error:
            _logger.warning("an example can't be read: %s", error)
    return found


def sample_mails() -> int:
    """With how many mails the sandbox begins."""
    return len(list((paths.resources() / "examples" / "mails").glob("*.eml")))


def node_types() -> dict[str, AnyNodeType]:
    """The node types at hand, by id."""
    return {one.id: one for one in nodes.load()}
