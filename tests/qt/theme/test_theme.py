"""The theme's promises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from PySide6.QtCore import QEvent, QMargins, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QIcon, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QSpinBox, QTabBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.qt.theme import theme, window_file
from mailflow_gui.qt.theme.icons import svg
from mailflow_gui.qt.theme.tokens import tokens


def test_both_themes_name_the_same_colours() -> None:
    assert tokens().light.keys() == tokens().dark.keys()


def test_every_colour_in_the_style_sheet_was_replaced(qapp: QApplication) -> None:
    sheet = qapp.styleSheet()
    assert "@" not in sheet
    assert "icon(" not in sheet
    assert theme.color("accent").name() in sheet


def test_images_of_the_style_sheet_are_there_and_coloured(qapp: QApplication) -> None:
    addresses = set(re.findall(r"url\((:/[^)]+)\)", qapp.styleSheet()))
    assert addresses
    for address in addresses:
        image = QImage(address)
        assert not image.isNull(), address
        token = address.rpartition("/")[2].removesuffix(".svg")
        wanted = next(name for name in sorted(tokens().light, key=len, reverse=True) if token.endswith(f"-{name}"))
        assert _near(theme.color(wanted), _strongest(image)), address


def test_widgets_of_a_kind_speak_in_the_style_of_their_kind(qtbot: QtBot) -> None:
    tabs = QTabBar()
    qtbot.addWidget(tabs)
    tabs.addTab("Settings")
    tabs.show()
    assert (tabs.font().pixelSize(), tabs.font().weight()) == (12, 500)
    theme.set_mode("dark")
    assert (tabs.font().pixelSize(), tabs.font().weight()) == (12, 500)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_reaches_its_contrast_on_every_surface(qapp: QApplication, mode: str) -> None:
    theme.set_mode(mode)
    for text in ("text", "text-2", "text-3"):
        for ground in ("window", "surface", "surface-alt", "canvas"):
            assert _contrast(theme.color(text), theme.color(ground)) >= 4.5, (text, ground)
    for edge in ("border-control", "focus", "ok-dot", "warn-dot", "danger-dot"):
        assert _contrast(theme.color(edge), theme.color("surface")) >= 3, edge


def test_switching_repaints_palette_icons_and_widgets(qtbot: QtBot, qapp: QApplication) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    button = QPushButton(theme.icon("trash-2", "danger"), "x", holder)
    action = QAction(theme.icon("save"), "Save", holder)
    tabs = QTabBar(holder)
    tabs.addTab(theme.icon("list"), "List")
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.dark
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == tokens().dark["window"].lower()
    assert tokens().dark["danger"].lower() in _colours(_image(button.icon()))
    assert tokens().dark["text-2"].lower() in _colours(_image(action.icon()))
    assert tokens().dark["text-2"].lower() in _colours(_image(tabs.tabIcon(0)))
    theme.set_mode("light")
    assert tokens().light["danger"].lower() in _colours(_image(button.icon()))


def test_asking_often_for_an_icon_keeps_one(qapp: QApplication) -> None:
    assert theme.icon("save").cacheKey() == theme.icon("save").cacheKey()
    changed = theme.icon("save")
    changed.addPixmap(theme.pixmap("x", "danger", 16, 3.0))
    assert changed.cacheKey() != theme.icon("save").cacheKey()


def test_icons_of_others_are_left_alone(qtbot: QtBot, qapp: QApplication) -> None:
    own = theme.pixmap("save", "ok")
    button = QPushButton(QIcon(own), "x")
    qtbot.addWidget(button)
    key = button.icon().cacheKey()
    theme.set_mode("dark")
    assert button.icon().cacheKey() == key


def test_the_choice_outlives_the_window_and_keeps_what_else_is_remembered(home: paths.Home, qapp: QApplication) -> None:
    window_file.remember("geometry", "abc")
    theme.set_mode("dark")
    stored = json.loads((home.config / "window.json").read_text(encoding="utf-8"))
    assert stored == {"geometry": "abc", "theme": "dark"}
    theme.apply(qapp)
    assert theme.dark


def test_following_the_system_means_all_day(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = Qt.ColorScheme.Light
    # A system's scheme can't be changed without that system.
    monkeypatch.setattr(sys.modules["mailflow_gui.qt.theme.theme"], "_system_scheme", lambda _application: scheme)
    theme.set_mode("system")
    assert _ground() == tokens().light["window"].lower()
    scheme = Qt.ColorScheme.Dark
    with qtbot.waitSignal(theme.changed):
        qapp.styleHints().colorSchemeChanged.emit(scheme)
    assert _ground() == tokens().dark["window"].lower()
    theme.set_mode("light")
    with qtbot.assertNotEmitted(theme.changed):
        qapp.styleHints().colorSchemeChanged.emit(scheme)
    assert _ground() == tokens().light["window"].lower()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"theme": "pink"}', "\x00"])
def test_a_damaged_window_file_falls_back_to_the_system(home: paths.Home, qapp: QApplication, content: str) -> None:
    window_file.location().write_text(content, encoding="utf-8")
    theme.apply(qapp)
    assert theme.mode == "system"


def test_a_window_file_that_cannot_be_written_stops_nothing(home: paths.Home, qapp: QApplication) -> None:
    window_file.location().mkdir()
    theme.set_mode("dark")
    assert theme.dark


def test_an_unknown_mode_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="pink"):
        theme.set_mode("pink")


def test_colours_are_copies(qapp: QApplication) -> None:
    theme.color("text").setRed(255)
    assert theme.color("text").name() == tokens().light["text"].lower()


def test_figures_have_one_width(qapp: QApplication) -> None:
    for style in ("caption", "small", "body"):
        metrics = QFontMetrics(theme.font(style))
        assert len({metrics.horizontalAdvance(digit * 8) for digit in "0123456789"}) == 1, style


def test_section_heads_are_capitals_without_changing_the_text(qapp: QApplication) -> None:
    assert theme.font("section").capitalization() == QFont.Capitalization.AllUppercase


def test_a_pixmap_is_sharp_at_every_ratio(qapp: QApplication) -> None:
    for ratio in (1.0, 1.5, 2.0):
        pixmap = theme.pixmap("search", "text-2", 16, ratio)
        assert pixmap.size() == QSize(round(16 * ratio), round(16 * ratio))
        assert pixmap.devicePixelRatio() == ratio
    assert theme.pixmap("search", "text-2", 16, 2.0).cacheKey() == theme.pixmap("search", "text-2", 16, 2.0).cacheKey()


def test_every_icon_can_be_drawn(qapp: QApplication) -> None:
    names = [path.stem for path in (paths.resources() / "icons").glob("*.svg")]
    assert len(names) > 80
    for name in [*names, "play-filled", "square-filled"]:
        assert b"currentColor" not in svg(name, QColor("red"))
        assert "#1a1e25" in _colours(theme.pixmap(name, "text", 24, 2.0).toImage()), name


def test_an_icon_that_does_not_exist_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(KeyError):
        theme.icon("no-such-icon")


def test_the_ring_shows_for_the_keyboard_only(qtbot: QtBot) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    first, second, third = QLineEdit(), QPushButton("Second"), QLineEdit()
    for widget in (first, second, third):
        layout.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first.setFocus(Qt.FocusReason.OtherFocusReason)
    assert not _ringed(window, second)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert _ringed(window, second)
    window.resize(window.width() + 40, window.height() + 10)
    assert _ringed(window, second)
    QTest.keyClick(second, Qt.Key.Key_Tab)
    assert _ringed(window, third)
    assert not _ringed(window, second)
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert not _ringed(window, first)
    assert not _ringed(window, third)


def test_a_widget_that_goes_takes_its_ring_along(qtbot: QtBot) -> None:
    window = QWidget()
    button = QPushButton("Gone soon", window)
    button.move(20, 20)
    qtbot.addWidget(window)
    window.resize(200, 100)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    button.clearFocus()  # opening the window gave it the focus, without a ring
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert _ringed(window, button)
    button.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
    assert theme.color("focus").name() not in _colours(window.grab().toImage())


def test_a_dialog_that_goes_takes_its_ring_along(qtbot: QtBot) -> None:
    for _ in range(3):
        dialog = QWidget()
        layout = QVBoxLayout(dialog)
        first, second = QLineEdit(), QPushButton("Second")
        layout.addWidget(first)
        layout.addWidget(second)
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        first.setFocus()
        QTest.keyClick(first, Qt.Key.Key_Tab)
        assert _ringed(dialog, second)
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()


def test_at_200_percent_sizes_stay_and_pixels_double(home: paths.Home) -> None:
    script = """
from PySide6.QtWidgets import QApplication
from mailflow_gui.qt.controls import Button, Switch
from mailflow_gui.qt.theme import theme
application = QApplication([])
theme.apply(application)
button = Button("Start", "play")
button.show()
picture = button.grab()
icon = button.icon().pixmap(button.iconSize(), button.devicePixelRatioF())
print(button.height(), picture.height(), picture.devicePixelRatio(), icon.height(), icon.devicePixelRatio())
"""
    surroundings = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", script], env=surroundings, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["32", "64", "2.0", "32", "2.0"]


def test_fonts_are_copies(qapp: QApplication) -> None:
    theme.font("body").setPixelSize(99)
    assert theme.font("body").pixelSize() == 13


def test_void_calls_lose_no_reference_to_none(qapp: QApplication) -> None:
    """Some releases of the binding drop a reference to None per call and abort after some thousands (seen on Python 3.11)."""
    widget = QWidget()
    before = sys.getrefcount(None)
    for _ in range(20_000):
        widget.update()
    assert abs(sys.getrefcount(None) - before) < 10_000


def test_a_focus_that_is_watched_late_changes_nothing_for_what_was_made_before(
    qtbot: QtBot, qapp: QApplication
) -> None:
    watched = QSpinBox()
    qtbot.addWidget(watched)
    watched.ensurePolished()
    assert theme._ring is not None
    qapp.removeEventFilter(theme._ring)
    window = QWidget()
    layout = QVBoxLayout(window)
    first, second = QSpinBox(), QPushButton("Second")
    layout.addWidget(first)
    layout.addWidget(second)
    qtbot.addWidget(window)
    window.show()
    theme.watch_focus()
    assert _margins(first) == _margins(watched) != QMargins()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert _ringed(window, second)


def _ringed(window: QWidget, widget: QWidget) -> bool:
    """Is there a line in the focus colour 1 px away from the widget?"""
    QApplication.processEvents()
    image = window.grab().toImage()
    middle = widget.mapTo(window, QPoint(widget.width() // 2, 0))
    return image.pixelColor(middle.x(), middle.y() - 2).name() == theme.color("focus").name()


def _image(icon: QIcon) -> QImage:
    return icon.pixmap(QSize(16, 16), 2.0).toImage()


def _ground() -> str:
    return theme.color("window").name()


def _strongest(image: QImage) -> QColor:
    """The colour of the most opaque pixel."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return max(pixels, key=QColor.alpha)


def _near(one: QColor, other: QColor) -> bool:
    """The same colour, but for what rounding does to half-transparent pixels."""
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return other.alpha() > 100 and all(abs(first - second) <= 3 for first, second in pairs)


def _colours(image: QImage) -> set[str]:
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {color.name() for color in pixels if color.alpha() == 255}


def _contrast(one: QColor, other: QColor) -> float:
    """As WCAG 2 defines it."""

    def luminance(color: QColor) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
        total: float = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        return total

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _margins(box: QSpinBox) -> QMargins:
    edit = box.findChild(QLineEdit)
    assert edit is not None
    return edit.textMargins()
