"""Mapping by example: a person types the mail that they want for the sample, and rules that make it are proposed.

*Example*: the sample as it comes to the mapper, with what the present rules make of it. *Wish*: what a person wants in a target, where
that differs from what it gets now. *Answer*: what was found for a wish. The search and the further messages that it is held against are
worked on beside the window; nothing is changed before a person says so, and then all of it is one edit.
"""

from __future__ import annotations

from mailflow_gui.qt.mapper.by_example.opening import EXAMPLE_KEYS, ByExample

__all__ = ["EXAMPLE_KEYS", "ByExample"]
