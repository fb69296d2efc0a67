"""The editor of extractions: ways of finding values inside a mail, each with its own settings; what they find is shown elsewhere."""

from __future__ import annotations

from mailflow_gui.qt.forms.extractions.editor import ExtractionsEditor

__all__ = ["ExtractionsEditor"]
