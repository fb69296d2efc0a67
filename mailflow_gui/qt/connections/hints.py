"""What the dialog says beside its fields while somebody types: the padlock, and where the password goes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Security
from mailflow_gui.accounts.fields import SECURITIES
from mailflow_gui.accounts.secrets import Place
from mailflow_gui.language import _
from mailflow_gui.qt.connections.draft import Draft
from mailflow_gui.qt.controls import Segments
from mailflow_gui.qt.theme import theme

Said = tuple[str, str, str]
"""Words, icon, colour."""


def show_padlock(segments: Segments, security: Security) -> None:
    """A padlock on the way that is chosen, unless it is none."""
    for number, way in enumerate(SECURITIES):
        button = segments.button(number)
        locked = way == security != "none"
        button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if locked else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        button.setIconSize(QSize(16, 12))
        button.setIcon(theme.icon("lock", "accent-text", 12, gap=4) if locked else QIcon())


def about_password(contents: Draft, place: Place | None, trouble: str) -> Said:
    """Where the password comes from, or goes to.

    :param place: where the saved one was found.
    :param trouble: why that can't be found out.
    """
    plain = ("lock", "text-3")
    if trouble and contents.secret is None:
        return trouble, "triangle-alert", "warn"
    if contents.secret is not None or contents.account.needs_secret:
        if contents.secret is None and contents.account.password_command:
            return _("The password command under Advanced gives it; nothing is stored."), *plain
        if place is None and os_keyring.state().word == "absent":
            advice = _("Use a password command, under Advanced, or sign in to a desktop that has one.")
            return f"{_('There is no system keyring.')} {advice}", "triangle-alert", "warn"
        if place == "keyring" or contents.secret is not None:
            words = _("Stored in the system keyring, never in the flow file.")
        elif place == "environment":
            words = _("Nothing is stored. A password typed here takes its place.")
        else:
            words = _("It will be stored in the system keyring, never in the flow file.")
        return words, *plain
    return _("Leave both empty only if the server asks for no sign-in."), "circle-alert", "text-3"
