"""Choosing a connection: the accounts that fit, each with how it is doing and its protocol, and the way to a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.language import _
from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.forms.boxes import Choice
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.stubs import Candidate, candidates, with_account
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import MISSING
from mailflow_gui.qt.theme import theme

_CANDIDATE = Qt.ItemDataRole.UserRole + 1
_NEW = object()
_DOTS = {
    "ok": "ok-dot",
    "retrying": "warn-dot",
    "waiting": "warn-dot",
    "needs-sign-in": "danger-dot",
    "broken": "danger-dot",
}


def state_title(state: str) -> str:
    """How a connection is doing, for people."""
    return {
        "ok": _("Ready"),
        "never-validated": _("Not validated yet"),
        "retrying": _("Trying again"),
        "needs-sign-in": _("Waits for a new sign-in"),
        "broken": _("Can’t be used"),
        "waiting": _("Waits for the keyring"),
        "missing": _("Not set up on this computer"),
        "differs": _("Another server than the flow names"),
    }.get(state, state)


class ConnectionEditor(Editor):
    """The id of a connection, chosen from a list."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        super().__init__()
        self._field, self._around = field, around
        self._added: set[str] = set()
        self._listed: tuple[Any, Any] | None = None
        self._box = _Box(self._fill)
        self._box.activated.connect(self._chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._fill()

    def choose(self, account_id: str) -> None:
        """Choose an account: the flow names it from now on."""
        around = self._around
        account = next((one for one in around.all_accounts() if one.id == account_id), None)
        if account is not None:
            before = around.flow.connections
            kept = tuple(stub for stub in before if stub.id not in self._added or self._is_used(stub.id))
            stubs = with_account(kept, account)
            if all(stub.id != account_id for stub in before):
                self._added.add(account_id)
            if stubs != before:
                around.flow = replace(around.flow, connections=stubs)
                around.stubs_changed(stubs)
        self.take(account_id)
        self._fill()

    def _fill(self, *, anew: bool = True) -> None:
        """List what can be chosen now; accounts come and go while the window is open."""
        accounts = self._around.all_accounts()
        found = candidates(
            accounts, self._around.flow.connections, self._field.protocols, self._around.states(accounts)
        )
        raw = None if self._raw in (MISSING, "", None) else self._raw
        box = self._box
        if (found, raw) == self._listed and not anew:
            return
        self._listed = (found, raw)
        box.clear()
        if self._field.optional:
            box.addItem(_("None"), None)
        for one in found:
            box.addItem(one.name, one.id)
            box.setItemData(box.count() - 1, one, _CANDIDATE)
            tip = f"{one.host} · {state_title(one.state)}"
            box.setItemData(box.count() - 1, GuiQt.convertFromPlainText(tip), Qt.ItemDataRole.ToolTipRole)
        if raw is not None and all(one.id != raw for one in found):
            box.addItem(str(raw), raw)
            box.setItemData(box.count() - 1, Candidate(str(raw), str(raw), "", "", "missing"), _CANDIDATE)
        box.insertSeparator(box.count())
        box.addItem(theme.icon("plus", "accent-text", 14), _("New connection…"), _NEW)
        box.setPlaceholderText(_("Choose a connection"))
        if raw is None and not self._field.optional:
            box.setCurrentIndex(-1)
        else:
            box.choose(raw)
        chosen = box.currentData(_CANDIDATE)
        set_tool_tip(box, f"{chosen.host} · {state_title(chosen.state)}" if isinstance(chosen, Candidate) else "")

    def _chosen(self, index: int) -> None:
        data, candidate = self._box.itemData(index), self._box.itemData(index, _CANDIDATE)
        if data is _NEW:
            self._fill()
            self._around.connection_wanted(self._field)
        elif isinstance(candidate, Candidate) and candidate.state != "missing":
            self.choose(candidate.id)
        else:
            self.take(data)
            self._fill()

    def _is_used(self, stub_id: str) -> bool:
        """Whether anything but this setting names a connection. Who looks through the list with the keys leaves none behind."""
        uses = sum(value == stub_id for node in self._around.flow.nodes for value in node.settings.values())
        return int(uses) > (1 if self._raw == stub_id else 0)

    def refresh(self) -> None:
        if not self._box.view().isVisible():
            self._fill(anew=False)


class _Box(Choice):
    """The closed list shows what is chosen as its rows do: dot, name, protocol."""

    def __init__(self, refill: Any) -> None:
        super().__init__()
        self._refill = refill
        self.setItemDelegate(_Rows(self))

    def showPopup(self) -> None:
        self._refill()
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        candidate = self.currentData(_CANDIDATE)
        if not isinstance(candidate, Candidate):
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        area = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        draw_candidate(painter, QRect(8, area.y(), self.width() - 8 - 26, area.height()), candidate, self)


_SEPARATOR = 9


class _Rows(QStyledItemDelegate):
    def __init__(self, box: QWidget) -> None:
        super().__init__(box)
        self._box = box

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        candidate = index.data(_CANDIDATE)
        if _is_separator(index):
            painter.fillRect(
                QRect(option.rect.left(), option.rect.center().y(), option.rect.width(), 1), theme.color("border")
            )
            return
        if not isinstance(candidate, Candidate):
            super().paint(painter, option, index)
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent-soft"))
            painter.drawRoundedRect(QRectF(option.rect), 4, 4)
        draw_candidate(painter, option.rect.adjusted(8, 0, -8, 0), candidate, self._box)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        if _is_separator(index):
            return QSize(size.width(), _SEPARATOR)
        return QSize(size.width(), max(size.height(), theme.size("row-tree"))) if index.data() else size


def _is_separator(index: QModelIndex | QPersistentModelIndex) -> bool:
    """How QComboBox marks the rows of insertSeparator."""
    return bool(index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "separator")


def draw_candidate(painter: QPainter, area: QRect, one: Candidate, widget: QWidget) -> None:
    """Dot, name and protocol badge, within ``area``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = area.center().y() + 1
    color = theme.color(_DOTS.get(one.state, "text-3"))
    dot = QRectF(area.left(), middle - 4, 8, 8)
    if one.state in _DOTS:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(dot)
    else:
        painter.setPen(QPen(color, 2))
        painter.drawEllipse(dot.adjusted(1, 1, -1, -1))
    right = area.right()
    if one.protocol:
        badge_font = theme.font("caption", 600)
        badge_font.setPixelSize(10)
        text = one.protocol.upper()
        width = QFontMetrics(badge_font).horizontalAdvance(text) + 8
        badge = QRectF(right - width, middle - 8, width, 16)
        painter.setPen(QPen(theme.color("border-control"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(badge.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(badge_font)
        painter.setPen(theme.color("text-2"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
        right -= width + 8
    painter.setFont(theme.font("small"))
    painter.setPen(theme.color("text" if widget.isEnabled() else "text-disabled"))
    room = QRect(area.left() + 16, area.top(), right - area.left() - 16, area.height())
    name = QFontMetrics(theme.font("small")).elidedText(one.name, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
    painter.restore()
