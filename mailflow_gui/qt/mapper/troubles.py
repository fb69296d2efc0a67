"""What is wrong with the mapping as it is shown: the flow's problems, what the sample brings to light, what senders miss."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailflow_gui.language import _
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.values import Finding, below
from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.problems import Trouble

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage


def of_page(page: MapperPage) -> tuple[Trouble, ...]:
    """Everything that is wrong, what keeps the flow from working first."""
    found: list[Trouble] = []
    if page.tried.lost:
        found.append(Trouble("error", page.tried.lost))
    for name in ("from", "to"):
        if name in page.needs.missing:
            title = catalogue.target_title(name)
            words = _("{target} is required, but nothing is mapped to it.").format(target=title)
            remedies = page.menus.remedies(name)
            found.append(Trouble("error", words, remedies, tuple(one for one, _act in remedies)))
    for path, text in page.problems.items():
        is_warning = isinstance(text, Finding) and text.is_warning
        show = (_("Show"), partial(page.choosing.lead_to, path))
        found.append(Trouble("warning" if is_warning else "error", text, (show,), (path,)))
    for path, text in page.extracting.problems.items():
        is_warning = isinstance(text, Finding) and text.is_warning
        show = (_("Show"), partial(page.extracting.lead_to, path))
        found.append(Trouble("warning" if is_warning else "error", text, (show,), (f"extractions.{path}",)))
    for place, rule in enumerate(page.rules):
        error = page.outcome(place).error
        if error and not below(page.problems, str(place)):
            title = catalogue.target_title(edits.target_of(rule))
            words = _("{target}: {problem}").format(target=title, problem=error)
            show = (_("Show"), partial(page.choosing.lead_to, str(place)))
            found.append(Trouble("error", words, (show,), (str(place),)))
    return tuple(sorted(found, key=lambda one: one.severity != "error"))
