"""What a sentence is."""

from __future__ import annotations

from dataclasses import dataclass

Argument = str | int | float
"""A value put into a sentence's placeholder."""


@dataclass(frozen=True)
class Sentence:
    """Two templates (``str.format`` syntax, English, marked with ``N_``): what happened, and what to do."""

    text: str
    advice: str = ""
