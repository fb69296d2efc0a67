"""The rows of the list of connections: a model that holds them, and the delegate that paints one."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from mailflow_gui.accounts.account import Account
from mailflow_gui.language import _
from mailflow_gui.qt.connections.standing import DOTS, TROUBLED, Standing, ago
from mailflow_gui.qt.theme import theme

HEIGHT = 48
ROW = Qt.ItemDataRole.UserRole
_SECURITIES = {"starttls": "STARTTLS", "tls": "SSL/TLS"}

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Shown:
    """One row."""

    account: Account
    standing: Standing

    @property
    def line(self) -> str:
        """The second line: what is wrong, else where the server is and who uses it."""
        if self.standing.trouble:
            return self.standing.trouble
        if self.standing.state in TROUBLED or self.standing.state == "testing":
            return self.standing.word
        if not self.standing.flows:
            return self.standing.use
        return self.account.host

    @property
    def when(self) -> str:
        """How long ago it last worked; empty while that isn't what counts."""
        if self.standing.state != "ok" or self.standing.worked is None:
            return ""
        return ago(self.standing.worked, time.time())

    @property
    def role(self) -> str:
        """The second line's colour."""
        dot = DOTS[self.standing.state]
        return dot if dot in ("danger", "warn") else "text-3"

    @property
    def about(self) -> str:
        """Everything, for the tool tip."""
        account = self.account
        host = f"[{account.host}]" if ":" in account.host else account.host
        security = _SECURITIES.get(account.security, _("not encrypted"))
        lines = [
            account.name,
            f"{account.protocol.upper()} {host}:{account.port} ({security})",
            self.standing.word,
            self.standing.trouble,
            self._worked,
            self.standing.use,
            *(f"  {flow}" for flow in self.standing.flows),
            account.description,
        ]
        return "\n".join(line for line in lines if line)

    @property
    def _worked(self) -> str:
        if self.standing.worked is None:
            return ""
        moment = datetime.fromtimestamp(self.standing.worked).astimezone()
        return _("Last worked: {moment}").format(moment=moment.isoformat(" ", "minutes")[:16])


class Rows(QAbstractListModel):
    """The saved connections in their order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._shown: tuple[Shown, ...] = ()

    def show_rows(self, shown: Sequence[Shown]) -> None:
        """Show these; rows that stay keep their selection."""
        before, after = self._shown, tuple(shown)
        if [each.account.id for each in before] == [each.account.id for each in after]:
            self._shown = after
            changed = [number for number, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
            for number in changed:
                self.dataChanged.emit(self.index(number), self.index(number), [])
            return
        self.beginResetModel()
        self._shown = after
        self.endResetModel()

    def all(self) -> tuple[Shown, ...]:
        """Every row."""
        return self._shown

    def at(self, index: Index) -> Shown | None:
        """The row at an index."""
        return self._shown[index.row()] if index.isValid() else None

    def index_of(self, account_id: str) -> QModelIndex:
        """Where an account stands; an invalid index: nowhere."""
        for number, shown in enumerate(self._shown):
            if shown.account.id == account_id:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = self.at(index)
        if shown is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return shown.account.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"<p style='white-space:pre'>{html.escape(shown.about)}</p>"  # Qt guesses else whether it is HTML
        if role == Qt.ItemDataRole.AccessibleTextRole:
            account, standing = shown.account, shown.standing
            parts = (account.name, account.protocol.upper(), standing.word, shown.line, standing.use, account.host)
            return ", ".join(dict.fromkeys(parts))
        return shown if role == ROW else None


class RowPainter(QStyledItemDelegate):
    """Paints a row: dot, name, second line, protocol."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown = cast("Shown", index.data(ROW))
        # The stubs know nothing of the fields that a style option inherits.
        details = cast("Any", option)
        box, state = QRect(details.rect), details.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.color("hover"))
        inside = box.adjusted(12, 0, -12, 0)
        _dot(painter, inside, DOTS[shown.standing.state])
        badge = _badge(painter, inside, shown.account.protocol.upper())
        left = inside.left() + 18
        name = QRect(left, inside.top() + 8, badge.left() - 10 - left, 16)
        _line(painter, name, shown.account.name, theme.font("body", 500), "text")
        when, small = shown.when, theme.font("caption", 400)
        width = QFontMetrics(small).horizontalAdvance(when) + 1 if when else 0
        second = QRect(left, inside.top() + 24, inside.right() - left - (width + 8 if when else 0), 16)
        _line(painter, second, shown.line, small, shown.role)
        if when:
            _line(painter, QRect(inside.right() - width + 1, second.top(), width, 16), when, small, "text-3")
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(2, 2, -2, -2), 4, 4)
        painter.restore()


def _dot(painter: QPainter, inside: QRect, state: str) -> None:
    box = QRectF(inside.left(), inside.top() + 12, 8, 8)
    if state == "idle":
        painter.setPen(QPen(theme.color("text-3"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent-line" if state == "accent" else f"{state}-dot"))
    painter.drawEllipse(box)


def _badge(painter: QPainter, inside: QRect, protocol: str) -> QRect:
    font = theme.font("caption", 600)
    font.setPixelSize(10)
    font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, 0.2)
    width = QFontMetrics(font).horizontalAdvance(protocol) + 10
    box = QRect(inside.right() - width + 1, inside.top() + 8, width, 16)
    painter.setFont(font)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(theme.color("border-control"))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(theme.color("text-2"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, protocol)
    return box


def _line(painter: QPainter, box: QRect, words: str, font: QFont, token: str) -> None:
    painter.setFont(font)
    painter.setPen(theme.color(token))
    one_line = " ".join(words.split())
    elided = painter.fontMetrics().elidedText(one_line, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
