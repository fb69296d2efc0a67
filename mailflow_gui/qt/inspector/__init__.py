"""The inspector: what was received, how far each message has come, what is in it, and what a person can do about it.

Everything it shows comes from the journal, which another process writes (:mod:`mailflow_gui.journal.reader`). Reading, parsing and
sanitising happen in *lanes*, threads of their own; the window's thread only draws what they hand over. Whatever comes from a mail is
a stranger's: texts are drawn as plain text, HTML goes through :mod:`safe_html`, and nothing is ever loaded or opened by itself.
"""

from __future__ import annotations

from mailflow_gui.qt.inspector.inspector import Inspector

__all__ = ["Inspector"]
