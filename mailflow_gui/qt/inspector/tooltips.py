"""Tool tips. Qt guesses whether one is markup: these always are, with everything that comes from elsewhere escaped."""

from __future__ import annotations

import html

from mailflow_gui import sentences
from mailflow_gui.language import N_, _
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector.looking import Row

_PIPS = {
    "done": N_("done"),
    "running": N_("working"),
    "retrying": N_("goes on later"),
    "failed": N_("failed"),
    "skipped": N_("skipped"),
    "waiting": N_("not reached yet"),
}


def tool_tip(*lines: str) -> str:
    """A tool tip that shows these texts as they are, one below the other."""
    return "<qt>" + "<br>".join(html.escape(plain.one_line(line, 600)) for line in lines if line) + "</qt>"


def of_cell(row: Row, column: int) -> str:
    """The tool tip of one cell of the table."""
    listed = row.listed
    if column == 0:
        return tool_tip(states.full_time(listed.received))
    if column == 1:
        what = states.chip_text(listed, 0.0) if listed.state != "retrying" else ""
        why = sentences.text(listed.code, listed.arguments) if listed.code and listed.state != "sent" else ""
        return tool_tip(what, why)
    if column == 2:
        return tool_tip(listed.subject, _("Flow: {name}").format(name=listed.flow_name))
    if column == 3:
        return tool_tip(listed.sender)
    if column == 4:
        return tool_tip(*(f"{row.way.names.get(pip.node, pip.node)}: {_(_PIPS[pip.state])}" for pip in row.pips))
    return ""
