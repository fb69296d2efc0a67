"""The palette: the node types that there are, to be dragged or put on the canvas."""

from __future__ import annotations

from mailflow_gui.qt.palette.palette import MIME_TYPE, Palette

__all__ = ["MIME_TYPE", "Palette"]
