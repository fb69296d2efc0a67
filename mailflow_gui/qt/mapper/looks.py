"""How a rule looks on its card: chips for what it does, one line for when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mailflow_gui.language import _
from mailflow_gui.mapping.transformations import TRANSFORMATIONS
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper import edits

Part = Literal["copy", "combine", "split", "each", "template", "step"]

_TOPIC_ICONS: Mapping[str, str] = {
    "text": "type",
    "replies": "reply",
    "addresses": "at-sign",
    "markup": "braces",
    "dates": "calendar",
    "lists": "list",
    "numbers": "hash",
    "questions": "lightbulb",
    "files": "paperclip",
    "units": "hash",
    "identifiers": "tag",
}
_ICONS: Mapping[str, str] = {
    **dict.fromkeys(
        ("trim", "trim-left", "trim-right", "sub-string", "sub-string-before", "sub-string-after"), "scissors"
    ),
    **dict.fromkeys(("replace-all", "replace-first"), "replace"),
    **dict.fromkeys(("append", "prepend", "pad-string-left", "pad-string-right"), "text-cursor-input"),
    **dict.fromkeys(("extract-pattern", "extract-label"), "search"),
    "concatenate": "combine",
    "split": "split",
    "keep-files": "funnel",
    "to-zone": "globe",
    "normalize": "wand-sparkles",
}


@dataclass(frozen=True)
class Chip:
    """One thing that a rule does."""

    title: str
    icon: str
    part: Part
    step: int = -1
    """Of a step: its place."""


@dataclass(frozen=True)
class Look:
    """All that a card shows."""

    title: str
    """Sources and target, for those who hear the window."""
    chips: tuple[Chip, ...]
    detail: str
    """A few words on the only chip there is."""
    condition: str
    mark: Literal["", "warn", "danger"] = ""
    why: str = ""

    @property
    def is_copy(self) -> bool:
        """Whether the rule does nothing to its value."""
        return not self.chips and not self.condition


def look_of(rule: Any, mark: Literal["", "warn", "danger"] = "", why: str = "") -> Look:
    """How a rule looks."""
    whole = rule if isinstance(rule, Mapping) else {}
    sources = edits.sources_of(whole)
    chips: list[Chip] = []
    if whole.get("template") is not None:
        chips.append(Chip(_("Template"), "scroll-text", "template"))
    if len(sources) > 1 or isinstance(whole.get("combine"), Mapping):
        chips.append(Chip(_("Combine"), "combine", "combine"))
    if isinstance(whole.get("split"), Mapping):
        chips.append(Chip(_("Split"), "split", "split"))
    if whole.get("for_each") is True:
        chips.append(Chip(_("For each"), "list", "each"))
    steps = edits.steps_of(whole)
    chips += [Chip(catalogue.step_title(step), step_icon(step), "step", place) for place, step in enumerate(steps)]
    condition = whole.get("condition")
    if condition and not chips:
        chips.append(Chip(_("Copy"), "arrow-right", "copy"))
    return Look(
        title=f"{names(whole)} → {catalogue.target_title(edits.target_of(whole)) or _('no target yet')}",
        chips=tuple(chips),
        detail=_detail(whole, steps) if len(chips) == 1 else "",
        condition=catalogue.condition_line(condition) if condition else "",
        mark=mark,
        why=why,
    )


def names(rule: Any) -> str:
    """A rule's sources in a few words."""
    if isinstance(rule, Mapping) and rule.get("template") is not None:
        return _("Template")
    return " + ".join(catalogue.source_title(source) for source in edits.sources_of(rule)) or _("nothing yet")


def step_icon(step: Any) -> str:
    """The icon of a step: its transformation's own, or its topic's."""
    name = step.get("name") if isinstance(step, Mapping) else None
    known = TRANSFORMATIONS.get(name) if isinstance(name, str) else None
    if known is None:
        return "triangle-alert"
    return _ICONS.get(known.name) or _TOPIC_ICONS.get(known.function.__module__.rsplit(".", 1)[-1], "wand-sparkles")


def _detail(rule: Mapping[str, Any], steps: list[Any]) -> str:
    """The parameters of the only step; what stands between combined sources."""
    if steps and isinstance(steps[0], Mapping):
        values = [value for key, value in steps[0].items() if key != "name"]
        words = [value if isinstance(value, str) else "" for value in values]
        return plain.one_line(" ".join(word for word in words if word), 60)
    combine = rule.get("combine")
    delimiter = combine.get("delimiter", " ") if isinstance(combine, Mapping) else " "
    if len(edits.sources_of(rule)) > 1:
        shown = {"\n": "↵", " ": " ", "": ""}.get(str(delimiter), f" {delimiter} ")
        parts = [catalogue.source_title(one) for one in edits.sources_of(rule)]
        return plain.one_line(shown.join(parts), 80)
    return ""
