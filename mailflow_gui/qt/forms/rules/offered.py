"""The fields that a template or an expression of a node may read, as an editor offers them."""

from __future__ import annotations

from collections.abc import Iterator

from mailflow_gui.language import _
from mailflow_gui.mapping.extraction.looking import look, read_each
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.mapping.templates.completion import Offered
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.surroundings import Surroundings


def offered(around: Surroundings) -> tuple[Offered, ...]:
    """What is known where the editor stands: the mapper's tree with its sample's values, else what every mail has."""
    if around.offered is not None:
        return around.offered()
    return tuple(_known(around))


def _known(around: Surroundings) -> Iterator[Offered]:
    readable = [one for one in read_each(around.settings.get("extractions")) if one is not None]
    for looked in look(readable, None):
        for field in looked.fields:
            yield Offered(field.name, field.title, icon=catalogue.ICONS[field.type])
    for one in MESSAGE_FIELDS:
        yield Offered(one.name, catalogue.field_title(one.name), icon=catalogue.ICONS[one.type])
    for name, value in around.flow.properties.items():
        yield Offered(f"properties.{name}", _("Flow property"), str(value), "variable")
