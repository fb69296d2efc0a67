"""The theme object: hands out colours, fonts and icons, and dresses the application in them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from mailflow_gui.qt.theme import fonts, icons, window_file
from mailflow_gui.qt.theme.focus_ring import FocusRing
from mailflow_gui.qt.theme.icon_register import IconRegister
from mailflow_gui.qt.theme.palette import palette
from mailflow_gui.qt.theme.style_sheet import StyleSheet
from mailflow_gui.qt.theme.tokens import tokens

MODES: Final = ("system", "light", "dark")
_SETTING = "theme"
_INK = "text-2"
_WIDGET_FONTS = {
    "QPushButton": ("body", 500),
    "QMenu": ("body", None),
    "QMenuBar": ("body", None),
    "QTabBar": ("small", 500),
    "QAbstractItemView": ("small", None),
    "QHeaderView": ("caption", None),
    "QStatusBar": ("small", None),
    "QTipLabel": ("small", None),
}
"""The kinds of widgets that don't speak in the body style."""


class Theme(QObject):
    """The values of the design in the colours of now.

    Usable as soon as a QApplication exists; :meth:`apply` dresses that application and keeps it dressed.
    """

    changed = Signal()
    """The colours are others now; palette, style sheet and the icons of buttons and actions have been replaced already."""

    def __init__(self) -> None:
        super().__init__()
        self._application: QApplication | None = None
        self._mode = MODES[0]
        self._dark = False
        self._asked = Qt.ColorScheme.Unknown
        self._colors: dict[str, QColor] = {}
        self._icons = IconRegister()
        self._sheet: StyleSheet | None = None
        self._ring: FocusRing | None = None

    @property
    def dark(self) -> bool:
        """Light on dark now?"""
        return self._dark

    @property
    def mode(self) -> str:
        """What the person chose: ``system``, ``light`` or ``dark``."""
        return self._mode

    def color(self, token: str) -> QColor:
        """The colour of a token, as a copy of one's own.

        :raises KeyError: no such token.
        """
        if token not in self._colors:
            self._colors[token] = QColor((tokens().dark if self._dark else tokens().light)[token])
        return QColor(self._colors[token])

    def size(self, name: str) -> int:
        """A fixed size in logical pixels, such as ``control`` or ``card-width``.

        :raises KeyError: no such size.
        """
        return tokens().size[name]

    def radius(self, name: str) -> int:
        """A corner's radius in logical pixels: ``chip``, ``control``, ``card``, ``dialog``.

        :raises KeyError: no such radius.
        """
        return tokens().radius[name]

    @property
    def space(self) -> tuple[int, ...]:
        """The steps of distance in logical pixels: 4, 8, 12, 16, 24, 32, 48."""
        return tokens().space

    def font(self, style: str, weight: int | None = None) -> QFont:
        """The font of a style: caption, small, body, title, heading, page, display, mono, or section (capital heads).

        :raises KeyError: no such style.
        """
        return fonts.font(style, weight)

    def line_height(self, style: str) -> int:
        """The height of a line of a style, in logical pixels."""
        return tokens().styles["caption" if style == "section" else style].line_height

    def icon(self, name: str, token: str = _INK, size: int = 16, *, gap: int = 0) -> QIcon:
        """An icon in a token's colour, greyed while its widget is disabled; buttons, actions and tabs follow the theme by themselves.

        :param name: a file of resources/icons, or ``play-filled``, ``square-filled``.
        :param gap: empty logical pixels to the right, for buttons that set their text too close.
        :raises KeyError: no such icon or token.
        """
        if (known := self._icons.get(name, token, size, gap)) is not None:
            return known
        made = QIcon()
        for ratio in _ratios():
            made.addPixmap(icons.widened(self.pixmap(name, token, size, ratio), gap))
            made.addPixmap(icons.widened(self.pixmap(name, "text-disabled", size, ratio), gap), QIcon.Mode.Disabled)
        self._icons.note(made, name, token, size, gap)
        return made

    def pixmap(self, name: str, token: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
        """An icon as a pixmap for painters: ``size`` in logical pixels, ``ratio`` as the paint device's devicePixelRatioF().

        :raises KeyError: no such icon or token.
        """
        return icons.pixmap(name, self.color(token).rgba(), size, ratio)

    def apply(self, application: QApplication, *, watch: bool = True) -> None:
        """Dress the application, now and whenever the system's or the person's choice changes.

        :param watch: follow the keyboard's focus at once; otherwise from :meth:`watch_focus` on. Watching costs time at every event, of
            which there are thousands while a window is put together.
        """
        new = self._application is not application
        self._application = application
        stored = window_file.read().get(_SETTING)
        self._mode = stored if stored in MODES else MODES[0]
        if new:  # a second style would delete the first one under the widgets that it has dressed
            application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(self.font("body"))
        if self._ring is None:
            self._ring = FocusRing(self)
            application.styleHints().colorSchemeChanged.connect(self._system_changed)
        if watch:
            self._ring.watch(application)
        self._repaint()

    def watch_focus(self) -> None:
        """Show which control has the keyboard from now on."""
        if self._ring is not None and self._application is not None:
            self._ring.watch(self._application)

    def set_mode(self, mode: str) -> None:
        """Follow the system, or stay light or dark whatever it says; the choice is kept for the next start.

        :raises ValueError: no such mode.
        """
        if mode not in MODES:
            raise ValueError(mode)
        self._mode = mode
        window_file.remember(_SETTING, mode)
        if self._application is not None:
            self._repaint()

    def _set_widget_fonts(self) -> None:
        """Only after the style sheet: with the first one Qt forgets the fonts of classes."""
        for widget, (style, weight) in _WIDGET_FONTS.items():
            wanted = self.font(style, weight)
            # The stubs ask for bytes, which Qt itself refuses.
            if QApplication.font(widget) != wanted:  # type: ignore[call-overload]
                QApplication.setFont(wanted, widget)  # type: ignore[arg-type]

    def _system_changed(self) -> None:
        if self._mode == MODES[0]:
            self._repaint()

    def _repaint(self) -> None:
        application = self._application
        assert application is not None
        # Where a platform theme exists, title bars and native dialogs follow; elsewhere this does nothing.
        wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(self._mode, Qt.ColorScheme.Unknown)
        if wanted is not self._asked:
            self._asked = wanted  # before asking: the answer comes as a change of the system's scheme
            application.styleHints().setColorScheme(wanted)
        scheme = wanted if wanted is not Qt.ColorScheme.Unknown else _system_scheme(application)
        self._dark = scheme == Qt.ColorScheme.Dark
        self._colors.clear()
        application.setPalette(palette(self.color))
        previous, self._sheet = self._sheet, StyleSheet(self.color)
        application.setStyleSheet(self._sheet.text)
        self._set_widget_fonts()
        if previous is not None:
            previous.remove()
        self._icons.replace_all(application, lambda name, token, size, gap: self.icon(name, token, size, gap=gap))
        self.changed.emit()


def _system_scheme(application: QApplication) -> Qt.ColorScheme:
    """What the system prefers; unknown where nobody says, and light then."""
    return application.styleHints().colorScheme()


def _ratios() -> list[float]:
    """Pixel ratios worth a pixmap: plain, double, and those of the screens at hand."""
    return sorted({1.0, 2.0, *(screen.devicePixelRatio() for screen in QApplication.screens())})
