"""``window.json``: what the window remembers about itself. Losing it loses nothing but habits, so reading never fails."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

from mailflow_gui import paths

_logger = logging.getLogger(__name__)


def location() -> Path:
    """Where the file lies."""
    return paths.home().config / "window.json"


def read() -> dict[str, Any]:
    """All remembered values; empty if there are none yet or the file can't be read."""
    try:
        raw = json.loads(location().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _logger.warning("window.json can't be read, starting afresh: %s", error)
        return {}
    return raw if isinstance(raw, dict) else {}


def remember(key: str, value: Any) -> None:
    """Keep a JSON value under ``key`` beside the others; a full disk costs the habit, not the window."""
    values = {**read(), key: value}
    target = location()
    try:
        paths.home().create()
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix="window-", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(values, file, ensure_ascii=False, indent=1)
            Path(name).replace(target)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        _logger.warning("window.json can't be written: %s", error)
