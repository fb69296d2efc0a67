"""What the window's tables of fixed rows have in common."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from mailflow_gui.qt.theme import theme


def set_up_table(table: QTableView, row: int, head: int) -> None:
    """One row chosen at a time, no grid, no edits; ``row`` and ``head``: their heights in pixels."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setCornerButtonEnabled(False)
    table.setMouseTracking(True)
    rows = table.verticalHeader()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(row)
    rows.setDefaultSectionSize(row)
    rows.hide()
    columns = table.horizontalHeader()
    columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    columns.setFixedHeight(head)
    columns.setSectionsClickable(False)
    columns.setHighlightSections(False)
    columns.setMinimumSectionSize(0)
    table.verticalScrollBar().setSingleStep(row)
    # Qt keeps this signal's connection as long as both live.
    theme.changed.connect(table.viewport().update)
