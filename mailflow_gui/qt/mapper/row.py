"""A line of one of the two trees."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of a tree."""

    key: str
    """Tells it from all others of its tree."""
    title: str
    icon: str
    value: str = ""
    children: tuple[Row, ...] = ()
    is_root: bool = False
    used: bool = False
    """Whether a rule reads or fills it."""
    wrong: str = ""
    """What is wrong with it, in a few words; shown in place of the value."""
    required: bool = False
    adds: str = ""
    """What its plus adds, as a sentence; empty: it has no plus."""
    edits: str = ""
    """What its pencil edits, as a sentence; empty: it has no pencil."""
    folded: bool = False
    """Folded away at first."""
    hint: str = ""
    can_be_mapped: bool = True
    """Whether it stands for a value."""

    @property
    def is_leaf(self) -> bool:
        """Whether it can be mapped."""
        return not self.is_root and self.can_be_mapped
