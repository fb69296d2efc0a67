"""The controls behave with mouse and keyboard, and tell their names."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.qt import controls as c
from mailflow_gui.qt.controls.button import Kind
from mailflow_gui.qt.theme import theme

HOSTILE = '<b>Pay</b> <img src="http://example.com/x.png">'


def test_texts_of_others_are_never_read_as_html(qtbot: QtBot) -> None:
    for label in (c.Label(HOSTILE), c.ElidedLabel(HOSTILE), c.SectionHead(HOSTILE)):
        qtbot.addWidget(label)
        assert label.textFormat() == Qt.TextFormat.PlainText
    banner, line = c.Banner("danger", HOSTILE, HOSTILE), c.ErrorLine(HOSTILE)
    for widget in (banner, line):
        qtbot.addWidget(widget)
        for label in widget.findChildren(c.Label):
            assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_tool_tip_shows_marks_instead_of_obeying_them(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    c.set_tool_tip(widget, HOSTILE)
    assert "<img" not in widget.toolTip()
    assert "&lt;img" in widget.toolTip()
    c.set_tool_tip(widget, "")
    assert widget.toolTip() == ""


def test_an_elided_label_tells_the_rest_in_its_tool_tip(qtbot: QtBot) -> None:
    label = c.ElidedLabel("A long text\nin two lines")
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.show()
    assert label.toolTip() != ""
    label.resize(400, 20)
    assert label.toolTip() == ""
    assert label.text() == "A long text in two lines"


def test_a_switch_toggles_by_mouse_and_by_space(qtbot: QtBot) -> None:
    switch = c.Switch(name="Dry run")
    qtbot.addWidget(switch)
    switch.show()
    with qtbot.waitSignal(switch.toggled):
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()
    assert switch.accessibleName() == "Dry run"


def test_a_switch_shows_its_state_by_place_and_colour(qtbot: QtBot) -> None:
    switch = c.Switch()
    qtbot.addWidget(switch)
    switch.show()
    left, right = QPoint(9, 9), QPoint(23, 9)
    off = switch.grab().toImage()
    assert off.pixelColor(left).name() == theme.color("border-control").name()
    switch.setChecked(True)
    on = switch.grab().toImage()
    assert on.pixelColor(right).name() == theme.color("on-accent").name()
    assert on.pixelColor(left).name() == theme.color("accent").name()


def test_segments_exclude_each_other_and_follow_the_arrow_keys(qtbot: QtBot) -> None:
    segments = c.Segments(["None", "STARTTLS", "SSL/TLS"], name="Encryption")
    qtbot.addWidget(segments)
    segments.show()
    heard: list[int] = []
    segments.chosen.connect(heard.append)
    assert segments.index == 0
    QTest.mouseClick(segments.button(2), Qt.MouseButton.LeftButton)
    assert (segments.index, heard) == (2, [2])
    segments.activateWindow()
    qtbot.waitUntil(segments.isActiveWindow)
    segments.button(2).setFocus()
    QTest.keyClick(segments.button(2), Qt.Key.Key_Left)
    assert (segments.index, heard) == (1, [2, 1])
    segments.choose(0)
    assert (segments.index, heard) == (0, [2, 1])


def test_a_click_on_the_chosen_segment_says_nothing(qtbot: QtBot) -> None:
    segments = c.Segments(["A", "B"])
    qtbot.addWidget(segments)
    segments.show()
    with qtbot.assertNotEmitted(segments.chosen):
        QTest.mouseClick(segments.button(0), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("kind", "token"), [("primary", "accent"), ("normal", "surface")])
def test_a_button_is_filled_by_its_kind(qtbot: QtBot, kind: Kind, token: str) -> None:
    button = c.Button("Start", "play", kind)
    qtbot.addWidget(button)
    button.show()
    assert button.height() == theme.size("control")
    assert button.grab().toImage().pixelColor(6, 16).name() == theme.color(token).name()


def test_a_compact_button_is_28_pixels_high(qtbot: QtBot) -> None:
    button = c.Button("New", "plus", compact=True)
    qtbot.addWidget(button)
    button.show()
    assert button.height() == theme.size("control-compact")


def test_a_button_without_a_text_has_a_name(qtbot: QtBot) -> None:
    button = c.Button("", "x", "ghost", name="Close")
    qtbot.addWidget(button)
    button.show()
    assert button.accessibleName() == "Close"
    assert "Close" in button.toolTip()
    assert button.width() == button.height() == theme.size("control")


def test_start_turns_into_stop(qtbot: QtBot) -> None:
    button = c.Button("Start", "play-filled", "primary")
    qtbot.addWidget(button)
    button.show()
    button.set_kind("normal")
    button.setText("Stop")
    button.set_icon("square")
    assert button.grab().toImage().pixelColor(6, 16).name() == theme.color("surface").name()


def test_a_spin_box_keeps_its_number_off_the_frame(qtbot: QtBot) -> None:
    box = QSpinBox()
    qtbot.addWidget(box)
    box.show()
    assert box.height() == theme.size("control")
    assert box.findChild(QLineEdit).textMargins().left() == 8


def test_a_chip_fits_its_text_and_says_it(qtbot: QtBot) -> None:
    chip = c.Chip("Sign in again", "danger", "key-round")
    qtbot.addWidget(chip)
    assert chip.sizeHint().width() == c.chip_width("Sign in again", "key-round")
    assert chip.sizeHint().height() == 20
    assert chip.accessibleName() == "Sign in again"
    before = chip.sizeHint().width()
    chip.set_text("Retry")
    chip.set_kind("warn", "rotate-cw")
    assert chip.sizeHint().width() < before
    assert chip.accessibleName() == "Retry"
    chip.show()
    assert chip.grab().toImage().pixelColor(10, 2).name() == theme.color("warn-soft").name()


def test_a_painted_chip_stays_inside_its_cell(qapp: QApplication) -> None:
    image = _paper(120, 24)
    painter = QPainter(image)
    c.paint_chip(painter, QRect(10, 0, 40, 24), "A state with a very long word", "ok", "check")
    painter.end()
    assert _columns(image) <= set(range(10, 50))
    assert 10 in _columns(image)


def test_every_state_has_its_own_dot_and_word(qtbot: QtBot) -> None:
    pictures = {}
    for state in ("idle", "running", "done", "warning", "failing", "held"):
        dot = c.StateDot(state)
        qtbot.addWidget(dot)
        assert dot.accessibleName() == c.state_word(state)
        image = _paper(16, 16)
        painter = QPainter(image)
        c.paint_dot(painter, QPointF(8, 8), state)
        painter.end()
        pictures[state] = bytes(image.constBits())
    assert len(set(pictures.values())) == len(pictures)


def test_a_dot_tells_why_in_its_tool_tip(qtbot: QtBot) -> None:
    dot = c.StateDot("failing", word="The password was refused.")
    qtbot.addWidget(dot)
    assert "refused" in dot.toolTip()
    dot.set_state("done")
    assert dot.accessibleName() == "Done"


def test_pips_that_do_not_fit_are_left_out(qapp: QApplication) -> None:
    image = _paper(100, 24)
    painter = QPainter(image)
    c.paint_pips(painter, QRect(0, 0, c.pips_width(2) + 5, 24), ["done", "waiting", "failed"])
    painter.end()
    assert max(_columns(image)) < c.pips_width(2)


def test_a_search_field_shows_its_key_until_it_is_used(qtbot: QtBot) -> None:
    field = c.SearchField("Search nodes")
    other = QLineEdit()
    window = QWidget()
    layout = QVBoxLayout(window)
    layout.addWidget(other)
    layout.addWidget(field)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    other.setFocus()
    badge, clear = field.findChild(c.KeyBadge), field.findChild(c.Button)
    assert badge.isVisible()
    assert not clear.isVisible()
    field.setFocus()
    assert not badge.isVisible()
    QTest.keyClicks(field, "mapper")
    assert clear.isVisible()
    QTest.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert field.text() == ""
    assert field.hasFocus()
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert field.accessibleName() == "Search nodes"


def test_an_error_frames_its_field_and_goes_again(qtbot: QtBot) -> None:
    edit = QLineEdit()
    field = c.ErrorField(edit, "Server", "As your provider names it.")
    qtbot.addWidget(field)
    field.show()
    assert edit.accessibleName() == "Server"
    assert not field.findChild(c.ErrorLine).isVisible()
    field.set_error("This server can't be found.")
    assert field.findChild(c.ErrorLine).isVisible()
    assert edit.accessibleDescription() == "This server can't be found."
    assert _edge(edit) == theme.color("danger-dot").name()
    field.set_error("Unusual, but possible.", warning=True)
    assert _edge(edit) == theme.color("border-control").name()
    field.set_error("")
    assert field.error == ""
    assert not field.findChild(c.ErrorLine).isVisible()


def test_a_toast_offers_the_way_back_once(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(600, 300)
    qtbot.addWidget(window)
    window.show()
    toast = c.Toast(window)
    undone: list[str] = []
    toast.say("Filter deleted with 3 links", "Undo", lambda: undone.append("filter"), key="Ctrl+Z")
    assert toast.isVisible()
    assert toast.geometry().bottom() < window.height()
    window.resize(400, 200)
    QApplication.processEvents()
    assert window.rect().contains(toast.geometry())
    undo = next(button for button in toast.findChildren(c.Button) if button.text() == "Undo")
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert undone == ["filter"]
    assert not toast.isVisible()


def test_a_toast_waits_under_the_mouse_and_goes_by_itself(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    toast = c.Toast(window)
    toast.say("Saved")
    timer = toast._timer
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert timer.isActive()
    timer.setInterval(0)
    timer.start()
    qtbot.waitUntil(lambda: not toast.isVisible())


def test_a_later_toast_takes_the_place_of_the_earlier(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(600, 200)
    qtbot.addWidget(window)
    window.show()
    toast = c.Toast(window)
    toast.say("First", "Undo", lambda: None, key="Ctrl+Z")
    toast.say("Second")
    assert toast.text == "Second"
    assert [button.text() for button in toast.findChildren(c.Button) if button.isVisible()] == [""]


def test_a_banner_can_be_put_away(qtbot: QtBot) -> None:
    banner = c.Banner("warn", "The file was changed by another program.", closable=True)
    again = banner.add_button(c.Button("Load again", compact=True))
    qtbot.addWidget(banner)
    banner.show()
    assert again.isVisible()
    close = next(button for button in banner.findChildren(c.Button) if button is not again)
    with qtbot.waitSignal(banner.closed):
        QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


def test_a_card_works_like_a_button(qtbot: QtBot) -> None:
    card = c.CardButton("Demo")
    card.resize(200, 100)
    qtbot.addWidget(card)
    card.show()
    heard: list[bool] = []
    card.clicked.connect(lambda: heard.append(True))
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    QTest.keyClick(card, Qt.Key.Key_Return)
    QTest.keyClick(card, Qt.Key.Key_Space)
    assert len(heard) == 3
    QTest.mousePress(card, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(500, 500))
    assert len(heard) == 3


def test_screen_readers_hear_names_and_states(qtbot: QtBot) -> None:
    switch = c.Switch("Keep a copy")
    chip = c.Chip("Ready", "ok")
    card = c.CardButton("Demo")
    for widget in (switch, chip, card):
        qtbot.addWidget(widget)
    switch.setChecked(True)
    spoken = QAccessible.queryAccessibleInterface(switch)
    assert spoken.text(QAccessible.Text.Name) == "Keep a copy"
    assert spoken.state().checked
    assert QAccessible.queryAccessibleInterface(card).role() == QAccessible.Role.Button
    assert QAccessible.queryAccessibleInterface(card).text(QAccessible.Text.Name) == "Demo"
    assert QAccessible.queryAccessibleInterface(chip).text(QAccessible.Text.Name) == "Ready"


def test_painted_controls_follow_the_theme(qtbot: QtBot) -> None:
    chip = c.Chip("Ready", "ok")
    label = c.Label("Hint", token="text-3")
    for widget in (chip, label):
        qtbot.addWidget(widget)
        widget.show()
    theme.set_mode("dark")
    assert chip.grab().toImage().pixelColor(10, 2).name() == theme.color("ok-soft").name()
    assert label.palette().color(label.foregroundRole()).name() == theme.color("text-3").name()


def _paper(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _columns(image: QImage) -> set[int]:
    """Where something is painted."""
    return {x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha() > 0}


def _edge(widget: QWidget) -> str:
    return widget.grab().toImage().pixelColor(0, widget.height() // 2).name()
