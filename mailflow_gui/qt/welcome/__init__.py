"""The page of a window without a flow: how to begin."""

from __future__ import annotations

from mailflow_gui.qt.welcome.page import WelcomePage

__all__ = ["WelcomePage"]
