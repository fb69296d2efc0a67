"""The Data Mapper's editor: source fields on the left, target fields on the right, a card for each rule between them.

It holds no rules of its own: each edit goes to the flow on the canvas (whose history undoes it) and comes back from there. What rules do
with the sample is worked out in a thread of its own, only for rules that have changed.
"""

from __future__ import annotations

from mailflow_gui.qt.mapper.shown import MapperShown

__all__ = ["MapperShown"]
