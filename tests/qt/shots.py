"""Pictures of the welcome page: ``python -m tests.qt.shots DIRECTORY``; QT_SCALE_FACTOR=2 for a fine screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.welcome import WelcomePage


def main(directory: Path) -> None:
    """Save the page in both themes and two sizes."""
    application = QApplication(sys.argv)
    theme.apply(application)
    page = WelcomePage()
    page.show()
    for mode in ("light", "dark"):
        theme.set_mode(mode)
        for width, height in ((1440, 796), (1024, 596)):
            page.resize(width, height)
            application.processEvents()
            page.grab().save(str(directory / f"welcome-{mode}-{width}@{page.devicePixelRatioF():g}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
