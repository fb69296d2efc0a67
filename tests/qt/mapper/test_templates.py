"""Templates on the page: what is offered while one is typed, with real keys, the mouse and an input method; faults at their place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailflow_gui.qt.forms.boxes import Paragraph
from mailflow_gui.qt.forms.completing import Completer
from mailflow_gui.qt.forms.text_places import place, units
from tests.qt.mapper.conftest import Sit, Table
from tests.qt.mapper.hands import LEFT, NONE, commit
from tests.qt.mapper.test_extractions import with_extractions


def begin(sit: Sit, text: str = "", size: tuple[int, int] = (1440, 820)) -> tuple[Table, Paragraph, Completer]:
    rules = [{"target": "subject", "template": text}]
    table = sit(flow=with_extractions({"kind": "labels", "labels": ["氏名"]}, rules=rules), size=size)
    editor = table.page.details.body.template
    table.page.details.area.ensureWidgetVisible(editor.box)
    QTest.mouseClick(editor.box.viewport(), LEFT, NONE, editor.box.viewport().rect().center())
    editor.box.setFocus()
    editor.box.moveCursor(QTextCursor.MoveOperation.End)
    return table, editor.box, editor.completer


def template(table: Table) -> str:
    table.hands.settle()
    found = table.rules[0]["template"]
    assert isinstance(found, str)
    return found


def compose(box: Paragraph, text: str) -> None:
    """What an input method shows while a word isn't finished yet."""
    QApplication.sendEvent(box, QInputMethodEvent(text, []))


def test_fields_are_offered_with_their_values_and_taken_with_enter(sit: Sit) -> None:
    table, box, completer = begin(sit)
    QTest.keyClicks(box, "Re: {{")
    names = {one.name: one for one in completer.choices}
    assert names["extracted.氏名"].value == "佐藤 健一"
    assert "properties.prefix" in names
    QTest.keyClicks(box, "su")
    assert completer.choices[0].name == "subject"
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert template(table) == "Re: {{ subject }}"
    assert not completer.isVisible()
    assert table.hands.value(table.page.target.tree, "target:subject").startswith("Re: 【")


def test_a_filter_is_found_with_its_parameters_and_its_meaning(sit: Sit) -> None:
    table, box, completer = begin(sit)
    QTest.keyClicks(box, "{{ subject |")
    assert completer.choices
    QTest.keyClicks(box, "app")
    assert completer.about.text().startswith("append: [text]\nThe text with another one behind it")
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert template(table) == "{{ subject | append: '' }}"
    assert completer.about.text().startswith("append: [text]")
    assert completer.choices == ()
    QTest.keyClicks(box, "!")
    assert template(table).endswith("append: '!' }}")


def test_up_down_and_escape(sit: Sit) -> None:
    table, box, completer = begin(sit)
    QTest.keyClicks(box, "{%")
    first = completer.list.currentItem().text()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert completer.list.currentRow() == 1
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert completer.list.currentRow() == completer.list.count() - 1
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert completer.list.currentItem().text() == first == "if"
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NONE)
    override.ignore()
    QApplication.sendEvent(box, override)
    assert override.isAccepted()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not completer.isVisible()
    assert template(table) == "{%"
    QTest.keyClick(box, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert completer.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert template(table) == "{% if  %}{% endif %}"
    assert completer.choices[0].kind == "field"
    QTest.keyClicks(box, "su")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert template(table) == "{% if subject %}{% endif %}"


def test_the_mouse_takes_a_choice_and_the_keys_stay(sit: Sit) -> None:
    table, box, completer = begin(sit)
    QTest.keyClicks(box, "{{ na")
    row = completer.list.visualItemRect(completer.list.item(1)).center()
    wanted = completer.list.item(1).text()
    QTest.mouseClick(completer.list.viewport(), LEFT, NONE, row)
    assert template(table) == f"{{{{ {wanted} }}}}"
    assert box.hasFocus()


def test_nothing_pops_up_while_an_input_method_composes(sit: Sit) -> None:
    table, box, completer = begin(sit)
    QTest.keyClicks(box, "{{ ")
    assert completer.isVisible()
    compose(box, "し")
    assert not completer.isVisible()
    compose(box, "氏")
    assert not completer.isVisible()
    commit(box, "氏")
    assert [one.name for one in completer.choices] == ["extracted.氏名"]
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert template(table) == "{{ extracted.氏名 }}"
    assert table.hands.value(table.page.target.tree, "target:subject") == "佐藤 健一"


def test_letters_outside_the_first_plane_move_nothing(sit: Sit) -> None:
    table, box, _completer = begin(sit, "𠮷野家😀 ")
    QTest.keyClicks(box, "{{ su")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert template(table) == "𠮷野家😀 {{ subject }}"
    assert (units("𠮷a", 1), place("𠮷a", 2)) == (2, 1)


def test_going_elsewhere_takes_the_list_away(sit: Sit) -> None:
    table, box, completer = begin(sit, "Hello ")
    QTest.keyClicks(box, "{{ su")
    assert completer.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Home)
    assert not completer.isVisible()
    QTest.keyClick(box, Qt.Key.Key_End)
    QTest.keyClicks(box, "b")
    assert completer.isVisible()
    table.page.source.tree.setFocus()
    assert not completer.isVisible()


def test_the_list_goes_along_when_the_text_is_pushed_aside(sit: Sit) -> None:
    table, box, completer = begin(sit)
    QTest.keyClicks(box, "{{ su")
    before = completer.y()
    bar = table.page.details.area.verticalScrollBar()
    table.page.resize(1440, 400)
    QApplication.processEvents()
    bar.setValue(30)
    table.hands.qtbot.waitUntil(lambda: not completer.isVisible() or completer.y() != before, timeout=2000)
    if completer.isVisible():
        assert table.page.rect().contains(completer.geometry())
    bar.setValue(bar.maximum())
    assert box.toPlainText() == "{{ su"


def test_the_list_stays_inside_a_small_window(sit: Sit) -> None:
    table, box, completer = begin(sit, size=(1024, 600))
    QTest.keyClicks(box, "{{")
    window = table.page.window().rect()
    assert completer.isVisible()
    assert window.contains(completer.geometry())


def test_a_fault_is_underlined_where_it_stands(sit: Sit) -> None:
    table, box, _completer = begin(sit, "Re: {{ subject | nix }} x")
    table.page.show_problems(())
    table.show(table.flow)
    (mark,) = box.extraSelections()
    assert mark.cursor.selectedText() == "nix"
    assert "line 1" in table.page.details.body._rows["template"].error.text
    box.selectAll()
    commit(box, "{{ subject }}")
    table.hands.settle()
    assert box.extraSelections() == []
