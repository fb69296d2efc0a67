"""The saved mail servers on screen: the list of them, and the dialog in which one is made, changed, tried and saved.

``tab`` the list, with ``head``, ``rows``, ``order``, ``standing``, ``testing``, ``deleting`` and ``keyring_strip`` · ``dialog`` with
``page``, ``form`` (``address``, ``twin``, ``trust``, ``certificate_box``, ``paste_dialog``, ``password_field``, ``advanced``, ``hints``,
``mnemonics``), ``foot`` and ``result_panel`` (``facts``, ``compare``) · ``missing`` with ``missing_shown`` and ``missing_dialog`` what an
opened flow lacks · ``draft``, ``trying`` and ``saving`` what isn't Qt · ``task`` work beside the window · ``pieces``
"""

from __future__ import annotations

from mailflow_gui.qt.connections.missing_shown import MissingShown
from mailflow_gui.qt.connections.standing import Live
from mailflow_gui.qt.connections.tab import ConnectionsTab

__all__ = ["ConnectionsTab", "Live", "MissingShown"]
