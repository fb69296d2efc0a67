"""The window's own controls: small widgets painted or styled from the theme. Their texts are plain, their names accessible."""

from __future__ import annotations

from mailflow_gui.qt.controls.badges import Chip, Count, KeyBadge, ProtocolBadge, chip_width, paint_chip
from mailflow_gui.qt.controls.banner import Banner
from mailflow_gui.qt.controls.button import Button
from mailflow_gui.qt.controls.card import Card, CardButton
from mailflow_gui.qt.controls.empty_state import EmptyState
from mailflow_gui.qt.controls.error_field import ErrorField, ErrorLine
from mailflow_gui.qt.controls.icon_label import IconLabel, StateText
from mailflow_gui.qt.controls.search_field import SearchField
from mailflow_gui.qt.controls.segments import Segments
from mailflow_gui.qt.controls.states import Pips, StateDot, paint_dot, paint_pips, pips_width, state_word
from mailflow_gui.qt.controls.switch import Switch
from mailflow_gui.qt.controls.table import set_up_table
from mailflow_gui.qt.controls.text import ElidedLabel, Label, SectionHead, restyle, set_more_text, set_tool_tip
from mailflow_gui.qt.controls.toast import Toast

__all__ = [
    "Banner",
    "Button",
    "Card",
    "CardButton",
    "Chip",
    "Count",
    "ElidedLabel",
    "EmptyState",
    "ErrorField",
    "ErrorLine",
    "IconLabel",
    "KeyBadge",
    "Label",
    "Pips",
    "ProtocolBadge",
    "SearchField",
    "SectionHead",
    "Segments",
    "StateDot",
    "StateText",
    "Switch",
    "Toast",
    "chip_width",
    "paint_chip",
    "paint_dot",
    "paint_pips",
    "pips_width",
    "restyle",
    "set_more_text",
    "set_tool_tip",
    "set_up_table",
    "state_word",
]
