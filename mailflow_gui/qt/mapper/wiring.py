"""What the page's parts tell one another, and the page's keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.by_example import EXAMPLE_KEYS
from mailflow_gui.qt.mapper.history.shown import HISTORY_KEYS

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage


def connect(page: MapperPage) -> None:
    """Join all parts of a page that has just been made."""
    _bar(page)
    _lane(page)
    _board(page)
    _details(page)
    _trees(page)
    _keys(page)


def _bar(page: MapperPage) -> None:
    bar = page.bar
    bar.back.clicked.connect(page.left)
    bar.done.clicked.connect(page.left)
    bar.undo.clicked.connect(page.undo_wanted)
    bar.redo.clicked.connect(page.redo_wanted)
    bar.by_name.clicked.connect(page.acts.map_by_name)
    bar.history.clicked.connect(page.history.open)
    bar.by_example.clicked.connect(lambda: page.by_example.open())  # noqa: PLW0108 - "clicked" says more than it takes
    bar.earlier.clicked.connect(lambda: bar.samples.step(-1))
    bar.later.clicked.connect(lambda: bar.samples.step(1))
    bar.problems_wanted.connect(page.choosing.show_first_problem)
    bar.samples.offer_chosen.connect(lambda offer: page.live.load_offer(offer))  # noqa: PLW0108 - the signal is untyped
    bar.samples.sample_chosen.connect(lambda sample: page.take_sample(sample))  # noqa: PLW0108
    bar.samples.file_wanted.connect(page.sampling.open_file)
    bar.samples.typing_wanted.connect(page.sampling.type_mail)
    page.steps_menu.aboutToShow.connect(lambda: page.menus.fill_steps(page.steps_menu, page.index, -1))


def _lane(page: MapperPage) -> None:
    live = page.live
    live.tried.connect(lambda tried: page.take_tried(tried))  # noqa: PLW0108 - the signals are untyped
    live.offered.connect(lambda offers: page.sampling.take_offers(offers))  # noqa: PLW0108
    live.loaded.connect(lambda sample: page.sampling.take_loaded(sample))  # noqa: PLW0108
    live.failed.connect(page.said)


def _board(page: MapperPage) -> None:
    board, acts = page.board, page.acts
    board.chosen.connect(page.choosing.chosen)
    board.entered.connect(page.choosing.entered)
    board.add_wanted.connect(page.menus.add_step)
    board.menu_wanted.connect(page.menus.of_rule)
    board.chip_moved.connect(lambda index, step, to: acts.put(edits.step_moved(page.rules, index, step, to), index))
    board.rule_moved.connect(lambda index, to: acts.put(edits.moved(page.rules, index, to), to))
    board.placed.connect(page.place_dots)


def _details(page: MapperPage) -> None:
    details, acts = page.details, page.acts
    details.edited.connect(lambda rule: acts.put(edits.replaced(page.rules, page.index, rule), page.index))
    details.duplicate_wanted.connect(lambda: acts.duplicate(page.index))
    details.delete_wanted.connect(lambda: acts.remove(page.index))


def _trees(page: MapperPage) -> None:
    for pane in (page.source, page.target):
        pane.tree.moved.connect(page.parts_moved)
    page.source.tree.chosen.connect(page.choosing.source_chosen)
    page.target.tree.chosen.connect(page.choosing.target_chosen)
    page.source.tree.menu_wanted.connect(page.menus.of_source)
    page.target.tree.menu_wanted.connect(page.menus.of_target)
    page.source.tree.plus_pressed.connect(page.menus.add_source)
    page.extracting.connect()
    page.target.tree.plus_pressed.connect(page.menus.add_target)


def _keys(page: MapperPage) -> None:
    acts, samples = page.acts, page.bar.samples
    standard = QKeySequence.StandardKey
    everywhere: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Alt+Up", lambda: samples.step(-1)),
        ("Alt+Down", lambda: samples.step(1)),
        (HISTORY_KEYS, page.history.open),
        (EXAMPLE_KEYS, lambda: page.by_example.open()),  # noqa: PLW0108 - the same
        ("Alt+Left", page.left.emit),
        ("F6", lambda: page.choosing.next_pane(1)),
        ("Shift+F6", lambda: page.choosing.next_pane(-1)),
    )
    on_board: tuple[tuple[QKeySequence.StandardKey | str, Callable[[], object]], ...] = (
        (standard.Copy, lambda: acts.copy([page.index])),
        (standard.Cut, acts.cut),
        (standard.Paste, acts.paste),
        (standard.Delete, lambda: acts.remove(page.index)),
        ("Ctrl+D", lambda: acts.duplicate(page.index)),
    )
    for key, act in everywhere:
        _key(QKeySequence(key), page, act)
    for one, act in on_board:
        _key(QKeySequence(one), page.board, act)


def _key(sequence: QKeySequence, owner: QWidget, act: Callable[[], object]) -> None:
    """A key that works while the owner, or something in it, has the focus."""
    shortcut = QShortcut(sequence, owner)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(act)
