"""The style sheet: ``resources/themes/mailflow.qss`` with every ``@token`` replaced by its colour, every ``icon(…)`` by an image."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from PySide6.QtGui import QColor

from mailflow_gui import paths
from mailflow_gui.qt.theme import icons
from mailflow_gui.qt.theme.embedded import ROOT, EmbeddedFiles

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ICON = re.compile(r"icon\(\s*([\w-]+)\s+([\w-]+)(?:\s+([\d.]+))?\s*\)")  # name, token, stroke
_FAINT = re.compile(r"@([a-z][a-z0-9-]*)/(\d+)")  # a token with an opacity in percent
_TOKEN = re.compile(r"@([a-z][a-z0-9-]*)")
_serial = itertools.count(1)


class StyleSheet:
    """The text of the style sheet in certain colours, and the images that it names."""

    def __init__(self, color: Callable[[str], QColor]) -> None:
        source = (paths.resources() / "themes" / "mailflow.qss").read_text(encoding="utf-8")
        images: dict[str, bytes] = {}
        # Qt caches images by address: a new theme needs new addresses.
        serial = next(_serial)

        def image(match: re.Match[str]) -> str:
            name, token, stroke = match.groups()
            file = f"{serial}-{name}-{stroke or 'plain'}-{token}.svg"
            images[file] = icons.svg(name, color(token), stroke=stroke)
            return f"url(:/{ROOT}/{file})"

        def faint(match: re.Match[str]) -> str:
            plain = color(match[1])
            return f"rgba({plain.red()}, {plain.green()}, {plain.blue()}, {match[2]}%)"

        text = _ICON.sub(image, _COMMENT.sub("", source))
        text = _FAINT.sub(faint, text)
        self.text = _TOKEN.sub(lambda match: color(match[1]).name(), text)
        self._files = EmbeddedFiles(images)

    def remove(self) -> None:
        """Drop the images; only once no widget is styled with this sheet any more."""
        self._files.remove()
