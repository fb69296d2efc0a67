"""Findings about a flow before it runs: values, all of them, never just the first."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mailflow_gui import sentences
from mailflow_gui.sentences import Argument

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One finding. Errors keep a flow from running, warnings don't."""

    code: str
    """Stable, kebab-case; names its sentence in :mod:`mailflow_gui.sentences`."""
    severity: Severity = "error"
    node: str | None = None
    """The node's id, or None for the whole flow."""
    field: str | None = None
    """Path in the node's settings: ``delay.value``, ``rules.0.target``; or None."""
    arguments: Mapping[str, Argument] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    unless_mapped: str | None = None
    """A field: the finding is void where every way to the node maps it (``check`` drops it then)."""

    @property
    def text(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return f"{sentences.text(self.code, self.arguments)} {sentences.advice(self.code, self.arguments)}".strip()
