"""Trying the edited rules on messages that came before: which come out the same, which change, and which fail. Nothing is sent or kept.

Each message goes through the very steps of the engine (:mod:`mailflow_gui.engine.delivery`), once by the flow as it was (*before*) and
once as it is edited (*after*), with the clock, chance, properties and extracted fields it has in a run. The work is done in a lane of its
own, in portions (:mod:`work`), the window asks for the next portion when it has shown the last one (:mod:`trying`). The dialog shows a
row for each message and, for the chosen one, each changed target side by side.
"""

from __future__ import annotations

from mailflow_gui.qt.mapper.history.shown import HistoryShown
from mailflow_gui.qt.mapper.history.work import Saved

__all__ = ["HistoryShown", "Saved"]
