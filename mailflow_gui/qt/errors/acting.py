"""What a person does about errors: requests for one message, for marked ones, for a whole group; classes for codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal import error_groups
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.reader import Reader
from mailflow_gui.journal.reclassed import Reclassed
from mailflow_gui.journal.requests import Kind
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.errors import asking, words
from mailflow_gui.qt.errors.questions import Questions
from mailflow_gui.qt.inspector import plain, saving
from mailflow_gui.qt.inspector import reading as inspected
from mailflow_gui.qt.inspector.lane import Lane

if TYPE_CHECKING:
    from mailflow_gui.qt.errors.centre import ErrorCentre


class Acting:
    """Works for the error centre; writes in a lane."""

    def __init__(self, centre: ErrorCentre, reader: Reader, lane: Lane) -> None:
        self._centre, self._reader, self._lane = centre, reader, lane
        self.questions = Questions(centre)

    def _writer(self, kind: Kind) -> tuple[Callable[[Transaction], int], int]:
        """What asks for all marked messages, or for all of the group; and how many they are."""
        look = self._centre.look
        assert look is not None
        marked = sorted(self._centre.messages.messages.marked)
        if marked:
            return (lambda transaction: error_groups.ask_for(transaction, kind, marked)), len(marked)
        if look.wanted.text or look.wanted.dead or look.group is None:
            ids = list(look.ids)
            return (lambda transaction: error_groups.ask_for(transaction, kind, ids)), len(ids)
        name, flow, account = look.group.name, look.wanted.flow, look.wanted.account
        return (lambda transaction: error_groups.ask_for_all(transaction, kind, name, flow=flow, account=account)), len(
            look.ids
        )

    def ask(self, kind: Kind) -> None:
        """Ask for the marked messages, or for all of the group."""
        if self._centre.look is None:
            return
        write, _count = self._writer(kind)
        self._do(write, lambda count: self._centre.said.emit(_done(kind, count)))

    def discard(self) -> None:
        """The same, after a question that names their number."""
        if self._centre.look is None:
            return
        _write, count = self._writer("discard")
        if self.questions.discard(count):
            self.ask("discard")

    def ask_about(self, item: int, action: str) -> None:
        """Ask for one message."""
        row = self._centre.messages.messages.row(item)
        subject = plain.one_line(row.listed.subject, 80) if row is not None else ""
        if not self.questions.about_one(action, subject):
            return
        kind: Kind = {"discard": "discard", "resolve-sent": "resolve-sent", "resolve-resend": "resolve-resend"}.get(  # type: ignore[assignment]  # the actions are kinds of requests
            action, "retry"
        )

        def tell(count: int) -> None:
            done = {
                "retry": _("It is tried again, now or by the next run."),
                "discard": _("It is discarded."),
                "resolve-sent": _("It counts as sent."),
                "resolve-resend": _("It is sent again, now or by the next run."),
            }[kind]
            self._centre.said.emit(done if count else _("It is in another state by now."))

        self._do(lambda transaction: error_groups.ask_for(transaction, kind, [item]), tell)

    def give_class(self, outcome: str) -> None:
        """Class the code of the group in hand, from now on."""
        look = self._centre.look
        if look is None or look.group is None:
            return
        name, before = look.group.name, look.given.get(look.group.name)
        text = _("{code} is now classed: {name}.").format(code=name, name=_(words.look(outcome).title))

        def undo() -> None:
            self._put_back(name, before)

        self._do(asking.rule("reclass", name, outcome), lambda _count: self._centre.undoable.emit(text, undo))

    def take_back(self) -> None:
        """The code of the group in hand is classed as MailFlow knows it again."""
        look = self._centre.look
        given = look.given.get(look.group.name) if look is not None and look.group is not None else None
        if given is None:
            return

        def undo() -> None:
            self._put_back(given.code, given)

        self._do(
            asking.rule("reclass-undo", given.code, "", given.host),
            lambda _count: self._centre.undoable.emit(
                _("{code} is classed as MailFlow knows it again.").format(code=given.code), undo
            ),
        )

    def _put_back(self, name: str, before: Reclassed | None) -> None:
        taken_back = asking.rule("reclass-undo", name)
        write = taken_back if before is None else asking.rule("reclass", before.code, before.outcome, before.host)
        self._do(write, lambda _count: self._centre.said.emit(_("Taken back.")))

    def _do(self, write: Callable[[Transaction], int], then: Callable[[int], object]) -> None:
        home = self._reader.home

        def done(count: int | Exception) -> None:
            if isinstance(count, Exception):
                if not isinstance(count, MailFlowError):
                    raise count
                self._centre.said.emit(f"{count.text} {count.advice}".strip())
                return
            self._centre.messages.messages.mark(list(self._centre.messages.messages.marked), on=False)
            then(count)
            self._centre.refresh(anew=True)

        self._lane.do(lambda: asking.ask(home, write), done)

    def save(self, item: int) -> None:
        """Save a mail as a file."""
        row = self._centre.messages.messages.row(item)
        path = self.questions.file_for(row.listed.subject if row is not None else "")
        if not path:
            return

        def save() -> None:
            detail = inspected.read_detail(self._reader, item)
            if detail is not None:
                saving.save(inspected.read_source(self._reader, detail.item), Path(path))

        def saved(done: Exception | None) -> None:
            if isinstance(done, MailFlowError):
                self._centre.said.emit(f"{done.text} {done.advice}".strip())
            elif isinstance(done, Exception):
                raise done
            else:
                self._centre.said.emit(_("Saved: {name}").format(name=Path(path).name))

        self._lane.do(save, saved)


def _done(kind: Kind, count: int) -> str:
    number = f"{count:,}"
    if kind == "retry":
        return ngettext(
            "{count} message is tried again, now or by the next run.",
            "{count} messages are tried again, now or by the next run.",
            count,
        ).format(count=number)
    if kind == "reject":
        return ngettext(
            "{count} message is kept as a dead letter.", "{count} messages are kept as dead letters.", count
        ).format(count=number)
    return ngettext("{count} message discarded.", "{count} messages discarded.", count).format(count=number)
