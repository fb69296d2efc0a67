"""The look: colours, fonts, sizes and icons from ``resources/themes/tokens.json``, light and dark.

Everything that paints asks the one :data:`theme`; whoever keeps what it was given listens to ``theme.changed``.
"""

from __future__ import annotations

from mailflow_gui.qt.theme.theme import MODES, Theme

__all__ = ["MODES", "Theme", "theme"]

theme = Theme()
"""The one theme of this process."""
