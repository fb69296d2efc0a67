"""The canvas: where a flow is drawn.

*Card*: a node as drawn. *Link*: an edge as drawn. The canvas holds one immutable flow; an edit makes the next one, and the drawing changes
what differs. NodeGraphQt gives the graph of nodes and ports and the view; file, ids, undo and validation are ours.
"""

from __future__ import annotations

from mailflow_gui.qt.canvas.canvas import Canvas
from mailflow_gui.qt.canvas.live import NodeLive
from mailflow_gui.qt.canvas.viewer import NODE_MIME

__all__ = ["NODE_MIME", "Canvas", "NodeLive"]
