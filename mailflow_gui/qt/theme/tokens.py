"""The design's values, as the file tells them. No Qt here: colours are ``#RRGGBB``, sizes are logical pixels."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass

from mailflow_gui import paths


@dataclass(frozen=True)
class TypeStyle:
    """One step of the type scale."""

    pixels: int
    line_height: int
    weight: int
    """As in OpenType: 400 regular, 500 medium, 600 semi-bold."""


@dataclass(frozen=True)
class Tokens:
    """All values of ``tokens.json``."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    families: tuple[str, ...]
    families_mono: tuple[str, ...]
    styles: Mapping[str, TypeStyle]
    space: tuple[int, ...]
    radius: Mapping[str, int]
    size: Mapping[str, int]


@functools.cache
def tokens() -> Tokens:
    """The values, read once.

    :raises OSError: the resources are missing: a broken installation.
    """
    raw = json.loads((paths.resources() / "themes" / "tokens.json").read_text(encoding="utf-8"))
    kinds = raw["type"]
    return Tokens(
        light=raw["light"],
        dark=raw["dark"],
        families=tuple(kinds["family-ui"]),
        families_mono=tuple(kinds["family-mono"]),
        styles={name: TypeStyle(*values) for name, values in kinds.items() if not name.startswith("family-")},
        space=tuple(raw["space"]),
        radius=raw["radius"],
        size=raw["size"],
    )
