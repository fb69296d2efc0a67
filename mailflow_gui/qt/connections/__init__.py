"""The saved mail servers on screen: the list of them, and the dialog in which one is made, changed, tried and saved.

``tab`` the list with ``rows`` and ``standing`` · ``dialog`` with ``form``, ``foot``, ``trust``, ``certificate_box``, ``paste_dialog``,
``password_field``, ``result_panel`` and ``facts`` · ``draft`` and ``saving`` what isn't Qt · ``task`` work beside the window · ``pieces``
"""

from __future__ import annotations

from mailflow_gui.qt.connections.dialog import ConnectionDialog
from mailflow_gui.qt.connections.standing import Live
from mailflow_gui.qt.connections.tab import ConnectionsTab

__all__ = ["ConnectionDialog", "ConnectionsTab", "Live"]
