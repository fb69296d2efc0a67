"""What the error centre says of the group that is chosen: the bar above its messages, and the hint below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import IconLabel
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.errors.group_bar import FIXED
from mailflow_gui.qt.errors.looking import DISCARDED

if TYPE_CHECKING:
    from mailflow_gui.qt.errors.centre import ErrorCentre


def show_bar(centre: ErrorCentre) -> None:
    """What can be done with the messages that are shown."""
    look = centre.look
    if look is None:
        return
    alone = look.wanted.dead or look.wanted.closed == DISCARDED
    title = _("Dead letters") if look.wanted.dead else _("Discarded") if alone else ""
    group = None if alone else look.group
    stuck = group.stuck_in(["failed", "retrying", "waiting"]) if group is not None else len(look.ids)
    narrowed = bool(look.wanted.flow or look.wanted.account or look.wanted.text)
    listed = 0 if look.wanted.closed == DISCARDED else len(look.ids)
    centre.bar.show_group(
        group,
        title,
        listed,
        len(centre.messages.messages.marked),
        look.given.get(group.name) if group is not None else None,
        retryable=min(listed, stuck) if narrowed or alone else stuck,
    )


def show_hint(centre: ErrorCentre) -> None:
    """What the group's class means for its messages."""
    look = centre.look
    group = None if look is None or look.wanted.dead or look.wanted.closed == DISCARDED else look.group
    centre.hint_row.setVisible(group is not None)
    if look is None or group is None:
        return
    given = look.given.get(group.name)
    class_ = words.look(group.outcome)
    text = _(class_.next) if class_.next else ""
    if given is not None:
        text = _("You classed this code: {name}.").format(name=_(class_.title)) + f" {text}"
    elif not words.is_known(group):
        text = _("MailFlow doesn’t know this code and goes by its family. Please class it.") + f" {text}"
    centre.hint.setText(text.strip())
    centre.undo_button.setVisible(given is not None)
    centre.rule_button.setVisible(given is not None or group.outcome not in FIXED)


def hint_row(hint: QWidget, *buttons: QWidget) -> QWidget:
    """The line below the messages."""
    whole = QWidget()
    whole.setProperty("panel", "surface-alt")
    whole.setMinimumHeight(48)
    row = QHBoxLayout(whole)
    row.setContentsMargins(12, 4, 12, 4)
    row.setSpacing(8)
    row.addWidget(IconLabel("lightbulb", "text-2"))
    row.addWidget(hint, 1)
    for button in buttons:
        row.addWidget(button)
    return whole


def line() -> QFrame:
    """A thin line between two parts."""
    made = QFrame()
    made.setFrameShape(QFrame.Shape.HLine)
    return made
