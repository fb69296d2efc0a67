"""Tooltips of the canvas: the full text of what is elided, and what dots and shapes mean, in words."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from mailflow_gui.language import N_, _
from mailflow_gui.qt.canvas.card_paint import label
from mailflow_gui.qt.canvas.linking import TYPE_NAMES

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from mailflow_gui.qt.canvas.card import Card
    from mailflow_gui.qt.canvas.link import Link
    from mailflow_gui.qt.canvas.viewer import Viewer

STATES: Mapping[str, str] = {
    "idle": N_("Idle"),
    "running": N_("Running"),
    "done": N_("Done"),
    "warning": N_("Warning"),
    "failing": N_("Failing"),
    "off": N_("Switched off"),
    "held": N_("Waiting"),
}


def show(viewer: Viewer, event: QHelpEvent) -> None:
    """Show the tooltip of what lies under the mouse, or none."""
    text = text_at(viewer, event.pos())
    # Texts come from mails and servers: nothing in them may be taken for markup.
    QToolTip.showText(
        event.globalPos(), f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>" if text else "", viewer
    )


def text_at(viewer: Viewer, position: QPoint) -> str:
    """The plain text for a point of the viewport."""
    port = viewer.port_at(position)
    if port is not None:
        return f"{label(port)}: {_(TYPE_NAMES[port.carries])}" if port.known else label(port)
    card = viewer.card_at(position)
    if card is not None:
        return about_card(card)
    link = viewer.link_at(position)
    return about_link(link) if link is not None else ""


def about_card(card: Card) -> str:
    """All that a card says, in words: for the tooltip and for screen readers."""
    state = "off" if card.switched_off else card.live.state
    lines = [card.title, card.text, _(STATES[state])]
    if card.live.error_line:
        lines.append(card.live.error_line)
    lines += [problem.text for problem in card.problems]
    return "\n".join(line for line in lines if line)


def about_link(link: Link) -> str:
    """What a link joins, and what is on it."""
    if link.output_port is None or link.input_port is None:
        return ""
    text = f"{_title(link.output_port)} → {_title(link.input_port)}"
    card = link.output_port.parentItem()
    passed = getattr(getattr(card, "live", None), "sent", 0)
    if passed:
        text += " · " + _("{count} passed").format(count=passed)
    if link.badge is not None:
        words = {"passing": _("{count} now"), "waiting": _("{count} waiting"), "failed": _("{count} failed")}
        text += ", " + words[link.badge.kind].format(count=link.badge.count)
    return text


def _title(port: object) -> str:
    from mailflow_gui.qt.canvas.ports import CardPort

    return label(port) if isinstance(port, CardPort) else ""
