"""What templates and expressions may read, from the source tree: its fields with the sample's values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailflow_gui.mapping.templates.completion import Offered
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.mapper.row import Row
from mailflow_gui.qt.mapper.rows import flat


def of_tree(rows: Sequence[Row]) -> tuple[Offered, ...]:
    """Every field and flow property of the tree, in its order; what is no longer there isn't offered."""
    return tuple(_offered(rows))


def _offered(rows: Sequence[Row]) -> Iterator[Offered]:
    for row in flat(rows):
        kind, colon, name = row.key.partition(":")
        if not colon or row.wrong or kind not in ("field", "property"):
            continue
        if kind == "property":
            yield Offered(f"properties.{name}", row.title, row.value, row.icon)
        else:
            known = catalogue.field_title(name)
            yield Offered(name, known if known != name else row.title, row.value, row.icon)
