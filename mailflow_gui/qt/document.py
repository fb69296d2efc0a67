"""The document: the flow that a window shows, its file, and whether what is on the canvas is saved.

The canvas owns the flow while it is edited; the document asks it for a snapshot when one is saved, checked, kept or run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from mailflow_gui.errors import FlowFileError, StorageError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType, SinkType, SourceType
from mailflow_gui.language import _
from mailflow_gui.paths import Home
from mailflow_gui.qt import drafts
from mailflow_gui.qt.drafts import Draft, Drafts
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.trust import Trust

log = logging.getLogger(__name__)

AUTOSAVE_MILLISECONDS = 3000
"""After the first edit that isn't kept yet."""

_FIRST_POSITIONS = ((0.0, 0.0), (544.0, 0.0))


class Document(QObject):
    """The open flow, if any."""

    changed = Signal()
    """Another flow, path, name, or another answer to :attr:`unsaved` or :attr:`trusted`."""
    kept = Signal(bool)
    """Unsaved work was put into the home (True), or couldn't be."""

    def __init__(self, home: Home, snapshot: Callable[[], Flow], parent: QObject | None = None) -> None:
        """:param snapshot: gives the flow as the canvas shows it now."""
        super().__init__(parent)
        self._snapshot = snapshot
        self._trust = Trust(home)
        self._drafts = Drafts(home)
        self._base: Flow | None = None
        self._unsaved = False
        self._to_keep = False
        self.path: Path | None = None
        self.trusted = True
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(AUTOSAVE_MILLISECONDS)
        self._keeping.timeout.connect(self.keep)

    @property
    def is_open(self) -> bool:
        """Whether there is a flow."""
        return self._base is not None

    @property
    def opened(self) -> Flow | None:
        """The flow as it was opened or saved last; None: none is open."""
        return self._base

    @property
    def unsaved(self) -> bool:
        """Whether closing now would lose something."""
        return self._base is not None and self._unsaved

    @property
    def name(self) -> str:
        """The flow's name."""
        return self._base.name if self._base is not None else ""

    @property
    def title(self) -> str:
        """The window's title, with Qt's place for the unsaved mark."""
        return f"{_in_title(self.name)}[*] – MailFlow" if self.is_open else "MailFlow"

    # ---- opening

    def new(self, node_types: Sequence[AnyNodeType]) -> Flow:
        """A new flow: a source and a sink, ready to wire. Nothing of it is worth asking about until it is edited."""
        return self._take(new_flow(node_types), None, trusted=True, unsaved=False)

    def open(self, path: Path) -> Flow:
        """The flow in a file.

        :raises FlowFileError: the file can't be used; this document stays as it is.
        """
        flow = read(path)
        return self._take(flow, path, trusted=self._trust.is_accepted(flow, path), unsaved=False)

    def template(self, path: Path) -> Flow:
        """A new flow made after an example: no file of its own yet, no id.

        :raises FlowFileError: the file can't be used; this document stays as it is.
        """
        flow = replace(flow_file.read(path), id=None)
        return self._take(flow, None, trusted=self._trust.is_accepted(flow, path), unsaved=False)

    def recover(self, draft: Draft) -> Flow:
        """Go on with unsaved work of an earlier window."""
        flow = self._take(draft.flow, draft.path, trusted=draft.trusted, unsaved=True)
        self.keep()
        drafts.discard(draft)
        return flow

    def close(self) -> None:
        """No flow any more; unsaved work is given up."""
        self._drafts.forget()
        self._keeping.stop()
        self._base, self.path, self.trusted, self._unsaved, self._to_keep = None, None, True, False, False
        self.changed.emit()

    def _take(self, flow: Flow, path: Path | None, *, trusted: bool, unsaved: bool) -> Flow:
        self._drafts.forget()
        self._keeping.stop()
        self._base, self.path, self.trusted, self._unsaved, self._to_keep = flow, path, trusted, unsaved, unsaved
        self.changed.emit()
        return flow

    # ---- while it is edited

    def flow(self) -> Flow:
        """The flow as the canvas shows it, with this document's id and name.

        :raises RuntimeError: none is open.
        """
        if self._base is None:
            raise RuntimeError("no flow is open")
        return replace(self._snapshot(), id=self._base.id, name=self._base.name)

    def edited(self, *, clean: bool) -> None:
        """The canvas has changed; ``clean``: back to what is saved."""
        if self._base is None:
            return
        if self._unsaved != (not clean):
            self._unsaved = not clean
            self.changed.emit()
        self._to_keep = True
        if not self._keeping.isActive():
            self._keeping.start()

    def rename(self, name: str) -> None:
        """Give the flow another name."""
        if self._base is not None and name.strip() and name != self._base.name:
            self._base = replace(self._base, name=name.strip())
            self._unsaved = self._to_keep = True
            self._keeping.start()
            self.changed.emit()

    def keep(self) -> None:
        """Put unsaved work into the home."""
        if self._base is None or not self._to_keep:
            return
        self._to_keep = False
        if not self._unsaved:
            self._drafts.forget()
            return
        try:
            self._drafts.keep(self.flow(), self.path, trusted=self.trusted)
        except StorageError:
            self._to_keep = True
            self._keeping.start()  # there may be room again later
            self.kept.emit(False)
        else:
            self.kept.emit(True)

    def accept(self) -> None:
        """A person has read what the flow does and accepts it.

        :raises StorageError: that can't be remembered.
        """
        self._trust.accept(self.flow())
        self.trusted = True
        self.changed.emit()

    # ---- saving

    def save(self, path: Path | None = None) -> Path:
        """Write the flow: to its own file, or as a new flow with a new id to another one. The first save makes the id.

        :raises StorageError: no room or no right to write there; nothing was changed.
        """
        flow = self.flow()
        target = path or self.path
        if target is None:
            raise RuntimeError("a flow without a file needs a path")
        if self.path is None:
            flow = replace(flow, name=_name_for(flow.name, target))
        elif path is not None and path.resolve() != self.path.resolve():
            flow = replace(flow, id=None, name=_name_for("", target))
        flow = flow_file.with_id(flow)
        flow_file.write(flow, target)
        if self.trusted:
            try:
                self._trust.accept(flow)
            except (
                StorageError
            ) as error:  # the work is safe, which counts more: a person is asked when it is opened again
                log.warning("the saved flow can't be remembered as accepted: %s", error.text)
        self._base, self.path, self._unsaved, self._to_keep = flow, target, False, False
        self._keeping.stop()
        self._drafts.forget()
        self.changed.emit()
        return target

    def left(self) -> list[Draft]:
        """Unsaved work of earlier windows."""
        return self._drafts.left()


def read(path: Path) -> Flow:
    """The flow in a file, without opening it.

    :raises FlowFileError: the file can't be used.
    """
    if path.exists() and not path.is_file() and not path.is_dir():  # the window would wait for a pipe's end for ever
        raise FlowFileError("flow-file-unreadable", file=str(path), reason=_("it isn't a file"))
    return flow_file.read(path)


def new_flow(node_types: Sequence[AnyNodeType]) -> Flow:
    """A flow with the first source and the first sink there are, not yet wired."""
    firsts = [
        next((node_type for node_type in node_types if isinstance(node_type, kind)), None)
        for kind in (SourceType, SinkType)
    ]
    nodes = tuple(
        Node(id=node_type.id.partition("-")[0], type=node_type.id, position=position)
        for node_type, position in zip(firsts, _FIRST_POSITIONS, strict=True)
        if node_type is not None
    )
    return Flow(name=_("New flow"), nodes=nodes)


def _in_title(name: str) -> str:
    """A stranger's name without marks of direction, and without Qt's own mark of unsaved work."""
    return plain.one_line(name, 200).replace("[*]", "[*][*]")


def _name_for(name: str, path: Path) -> str:
    """A flow that has only its first name takes its file's."""
    return path.stem if name in {"", _("New flow")} else name
