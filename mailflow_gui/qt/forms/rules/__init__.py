"""The editor of a mapper's rules: cards in a list, all of it usable with the mouse alone."""

from __future__ import annotations

from mailflow_gui.qt.forms.rules.editor import RulesEditor

__all__ = ["RulesEditor"]
