"""The fonts of the type scale: Inter, then a Japanese font, then the system's; figures of equal width."""

from __future__ import annotations

import functools

from PySide6.QtGui import QFont, QFontDatabase

from mailflow_gui.qt.theme.tokens import tokens

_SPACING = {"heading": -0.1, "page": -0.2, "display": -0.4, "section": 0.3}
"""Letter spacing in pixels: large text stands tighter, capitals wider."""

_SECTION = "section"
_MONO = "mono"


def font(style: str, weight: int | None = None) -> QFont:
    """The font of a style: those of the tokens, or ``section`` (small capital heads); ``weight`` replaces the style's own.

    :raises KeyError: no such style.
    """
    return QFont(_made(style, weight))


@functools.cache
def _made(style: str, weight: int | None) -> QFont:
    base = tokens().styles["caption" if style == _SECTION else style]
    made = QFont(families(mono=style == _MONO))
    made.setPixelSize(base.pixels)
    made.setWeight(QFont.Weight(weight or (600 if style == _SECTION else base.weight)))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if style in _SPACING:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, _SPACING[style])
    if style == _SECTION:
        made.setCapitalization(QFont.Capitalization.AllUppercase)
    if style == _MONO:
        made.setFixedPitch(True)
        made.setFeature(QFont.Tag("calt"), 0)  # a code is shown as it is written: no ligatures such as an arrow for ->
    else:
        made.setFeature(QFont.Tag("tnum"), 1)  # counters don't shake while they count
        made.setFeature(QFont.Tag("cv05"), 1)  # a lower-case l with a tail, told from I and 1
    return made


@functools.cache
def families(*, mono: bool = False) -> list[str]:
    """The wanted families that this system has, the system's own last: naming missing ones makes Qt search for aliases."""
    wanted = tokens().families_mono if mono else tokens().families
    present = set(QFontDatabase.families())
    system = QFontDatabase.SystemFont.FixedFont if mono else QFontDatabase.SystemFont.GeneralFont
    return [name for name in wanted if name in present] + QFontDatabase.systemFont(system).families()
