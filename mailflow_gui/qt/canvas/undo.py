"""Undo: one command that knows the flow before and after an edit.

Flows are immutable and share what didn't change, so a command is small, and undoing gives back the very flow that was there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

from PySide6.QtGui import QUndoCommand

from mailflow_gui.flow.model import Flow

_MERGING = 1
_log = logging.getLogger(__name__)

Show = Callable[[Flow], None]


class Edit(QUndoCommand):
    """One edit. ``merge`` says which edits become one step: typing in one field has the same value each time."""

    def __init__(self, text: str, before: Flow, after: Flow, show: Show, *, merge: Hashable | None = None) -> None:
        super().__init__(text)
        self._before, self._after = before, after
        self._show = show
        self._merge = merge

    def redo(self) -> None:
        """Show the flow as it is after the edit."""
        self._shown(self._after)

    def undo(self) -> None:
        """Show the flow as it was before the edit."""
        self._shown(self._before)

    def id(self) -> int:
        """Qt asks only commands with one id (other than -1) whether they merge."""
        return -1 if self._merge is None else _MERGING

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over a later edit of the same thing; one that leads back to the start is forgotten."""
        if not isinstance(other, Edit) or other._merge != self._merge:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def _shown(self, flow: Flow) -> None:
        try:
            self._show(flow)
        except Exception:  # noqa: BLE001 (an exception that reaches Qt from here ends the process)
            _log.exception("the canvas can't show the flow")
