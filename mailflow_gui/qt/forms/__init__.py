"""Forms for settings, made from the settings models of node types and transformations."""

from __future__ import annotations

from mailflow_gui.qt.forms.form import SettingsForm

__all__ = ["SettingsForm"]
