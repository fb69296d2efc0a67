"""The palette that Fusion paints with, and that custom painters may ask as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QColor, QPalette

_ROLE = QPalette.ColorRole
_TOKENS: Final = {
    _ROLE.Window: "window",
    _ROLE.WindowText: "text",
    _ROLE.Base: "surface",
    _ROLE.AlternateBase: "surface-alt",
    _ROLE.Text: "text",
    _ROLE.PlaceholderText: "text-3",
    _ROLE.Button: "surface",
    _ROLE.ButtonText: "text",
    _ROLE.BrightText: "on-accent",
    _ROLE.Highlight: "accent-soft",
    _ROLE.HighlightedText: "text",
    _ROLE.Accent: "accent",
    _ROLE.Link: "accent-text",
    _ROLE.LinkVisited: "accent-text",
    _ROLE.ToolTipBase: "text",
    _ROLE.ToolTipText: "surface",
    _ROLE.Light: "surface",
    _ROLE.Midlight: "surface-alt",
    _ROLE.Mid: "border",
    _ROLE.Dark: "border-control",
    _ROLE.Shadow: "border-control",
}
_TOKENS_DISABLED: Final = {
    _ROLE.WindowText: "text-disabled",
    _ROLE.Text: "text-disabled",
    _ROLE.ButtonText: "text-disabled",
    _ROLE.HighlightedText: "text-disabled",
    _ROLE.PlaceholderText: "text-disabled",
    _ROLE.Base: "sunken",
    _ROLE.Accent: "border-control",
}


def palette(color: Callable[[str], QColor]) -> QPalette:
    """The palette in the colours that ``color`` names."""
    made = QPalette()
    for role, token in _TOKENS.items():
        made.setColor(role, color(token))
    for role, token in _TOKENS_DISABLED.items():
        made.setColor(QPalette.ColorGroup.Disabled, role, color(token))
    return made
