"""Tables in HTML: label cell and value cell, or a row of headings and the columns below them. Linear, without a layout engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from mailflow_gui.mail import html_tokens
from mailflow_gui.mapping.budget import charge
from mailflow_gui.mapping.extraction.keys import Found, add, key, same
from mailflow_gui.mapping.extraction.settings import TableExtraction
from mailflow_gui.mapping.values import Value, check_count, check_size

_CELLS = frozenset({"td", "th"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_LABEL_LIMIT = 60


@dataclass
class _Cell:
    heading: bool
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        lines = html_tokens.unescape("".join(self.pieces)).replace("\xa0", " ").split("\n")
        return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


_Row = list[_Cell]


def tabulated(html: str, settings: TableExtraction) -> Found:
    """The values of all tables by their labels' keys: texts from pairs, lists from columns.

    :raises MappingError: the HTML is far too large.
    """
    check_size(len(html))
    charge(30 * len(html))
    found: Found = {}
    for rows in _tables(html):
        if settings.layout == "header" or (settings.layout == "auto" and _has_header(rows)):
            _columns(rows, found)
        else:
            _pairs(rows, found)
    return _only(found, settings.labels) if settings.labels else found


def _only(found: Found, labels: Collection[str]) -> Found:
    wanted = {same(label): key(label) for label in labels}
    return {wanted[same(name)]: value for name, value in found.items() if same(name) in wanted}


def _tables(html: str) -> list[list[_Row]]:
    """The tables' rows; a table within a cell is one by itself, and its text isn't its cell's."""
    done: list[list[_Row]] = []
    stack: list[list[_Row]] = []
    cells = 0
    for kind, text, _attributes in html_tokens.tokens(html):
        if kind == "text":
            if stack and stack[-1] and stack[-1][-1]:
                stack[-1][-1][-1].pieces.append(" ".join(["", *text.split(), ""]) if "\n" in text else text)
        elif text == "table":
            if kind == "open":
                stack.append([])
            elif stack:
                done.append(stack.pop())
        elif kind == "open" and stack and text == "tr":
            stack[-1].append([])
        elif kind == "open" and stack and text in _CELLS:
            if not stack[-1]:
                stack[-1].append([])
            cells += 1
            check_count(cells)
            stack[-1][-1].append(_Cell(text == "th"))
        elif text in _BREAKS and stack and stack[-1] and stack[-1][-1]:
            stack[-1][-1][-1].pieces.append("\n")
    return [[row for row in rows if row] for rows in (*done, *reversed(stack))]


def _has_header(rows: list[_Row]) -> bool:
    """Headings in the first row: ``th`` all along, or three columns and more over rows that are as wide."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    if all(cell.heading for cell in rows[0]):
        return not all(row[0].heading for row in rows[1:]) or len(rows[0]) > 2
    width = len(rows[0])
    return width > 2 and width % 2 == 1 and not rows[1][0].heading and all(len(row) == width for row in rows)


def _pairs(rows: list[_Row], found: Found) -> None:
    for row in rows:
        for at in range(0, len(row) - 1, 2):
            label = _label(row[at].text)
            if label:
                add(found, label, row[at + 1].text)


def _columns(rows: list[_Row], found: Found) -> None:
    width = len(rows[0]) if rows else 0
    for at in range(width):
        column: list[Value] = [row[at].text if at < len(row) else None for row in rows[1:]]
        add(found, _label(rows[0][at].text), tuple(column))


def _label(text: str) -> str:
    text = text.strip().rstrip(":：").strip()
    return text if len(text) <= _LABEL_LIMIT and "\n" not in text else ""
