"""The dialog in which a connection is made, changed, tried and saved."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Place, SecretStore
from mailflow_gui.accounts.sessions import secret_of
from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.accounts.validate import validate
from mailflow_gui.errors import AccountError, MailFlowError
from mailflow_gui.language import _
from mailflow_gui.paths import Home
from mailflow_gui.qt.connections import draft, facts, saving
from mailflow_gui.qt.connections.draft import NEW_ID, Draft
from mailflow_gui.qt.connections.foot import Foot
from mailflow_gui.qt.connections.form import Form
from mailflow_gui.qt.connections.pieces import Body, Line, flat
from mailflow_gui.qt.connections.result_panel import ResultPanel
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.theme import theme

WIDTH = 668
HEIGHT = 832
_ABOUT_CERTIFICATES = ("certificate-untrusted", "certificate-wrong-host")
"""Codes of failures that a look at the server's certificate may end."""


class ConnectionDialog(QDialog):
    """Validate tries and never saves the fields; Save saves and never tries.

    A good validation of what is saved already is noted at once, as the command line does, so that flows that wait for it go on.
    """

    saved = Signal(object)
    """The :class:`Account` as it stands in the file now."""
    changed = Signal()
    """The saved accounts are others now: this one was saved, or was noted to work."""

    def __init__(
        self,
        accounts: AccountStore,
        secrets: SecretStore,
        home: Home,
        account: Account | None = None,
        *,
        used_by: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        """:param account: the one to edit, or a new one's beginnings (its id is ``draft.NEW_ID``); None: a blank one.
        :param used_by: names of the flows that use it.
        """
        super().__init__(parent)
        self._accounts, self._secrets, self._home = accounts, secrets, home
        self._before = account or draft.blank()
        self._new = self._before.id == NEW_ID
        self._good: tuple[tuple[object, ...], str] | None = None
        self._validating: Task[tuple[Stage, ...]] | None = None
        self._tried: Draft | None = None
        self._ended: list[Stage] = []
        self._begun = 0.0
        self._saving: Task[Account] | None = None
        self._looking: Task[Place | None] | None = None
        self.setWindowTitle(_("New connection") if self._new else _("Edit connection"))
        self.setWindowIcon(theme.icon("plug"))
        self.form, self.panel = Form(), ResultPanel()
        self.foot = Foot(used_by, new=self._new)
        self.validate_button, self.cancel_button = self.foot.validate, self.foot.cancel
        self.save_button = self.foot.save
        self._lay_out()
        self.form.show_account(self._before, stored=not self._new)
        self.form.edited.connect(self._edited)
        self.panel.trust_wanted.connect(self.form.fetch_certificate)
        self.panel.resized.connect(self._show_result, Qt.ConnectionType.QueuedConnection)
        self.form.trust.proposed.connect(self._show_certificate)
        self.validate_button.clicked.connect(self._validate_pressed)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.reject)
        self._refresh()
        self.form.name.setFocus()
        if not self._new:
            self._look_for_password()

    def start_validating(self) -> None:
        """Try what stands in the fields: once, beside the window."""
        contents = self.form.contents()
        wrong = draft.faults(replace(contents, account=replace(contents.account, name=contents.account.name or "–")))
        if contents.account.needs_secret and contents.secret is None and self._new:
            wrong.setdefault("password", _("Type the password, or leave the user name empty too."))
        self._show_faults(wrong)
        if wrong:
            self.panel.hide()
            return
        self._tried, self._ended, self._begun = contents, [], time.monotonic()
        account, secret = contents.account, contents.secret

        def work(task: Task[tuple[Stage, ...]]) -> tuple[Stage, ...]:
            used = secret if secret is not None or self._new else secret_of(account, self._secrets)
            stages = validate(account, used, task.say, lambda: task.cancelled)
            if all(stage.ok for stage in stages) and secret is None and not self._new:
                saving.note_validated(self._accounts, self._home, account)
            return stages

        self._validating = Task(work, on_done=self._validated, on_failed=self._not_tried, on_word=self._stage_ended)
        self.panel.run(facts.doing("parameters", account), facts.so_far(account, ()))
        self._refresh()
        self._show_result()

    def stop_validating(self) -> None:
        """Give a validation up; a sign-in that is under way is left to itself."""
        if self._validating is not None:
            self._validating.abandon()
            self._validating = None
            self.panel.stopped()
            self._refresh()

    def save(self) -> None:
        """Save what stands in the fields, tried or not."""
        contents = self.form.contents()
        try:
            others = self._accounts.all()
        except MailFlowError as error:
            self._not_saved(error)
            return
        wrong = draft.faults(contents, others)
        self._show_faults(wrong)
        if wrong:
            return
        self._forget_validation()
        account = replace(contents.account, validated=self._validated_at(contents))
        validated, secret = account.validated not in (None, self._before.validated), contents.secret

        def work(_task: Task[Account]) -> Account:
            saved = saving.save(self._accounts, self._secrets, account, secret, new=self._new)
            if validated:
                saving.tell_runner(self._home, saved.id)
            return saved

        self._saving = Task(work, on_done=self._saved, on_failed=self._not_saved)
        self._refresh()

    def reject(self) -> None:
        if self._saving is not None:
            return  # the keyring may be asking just now; it ends by itself
        if self._validating is not None:
            self.stop_validating()
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._saving is not None:
            event.ignore()
            return
        self._forget_validation()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        self._forget_validation()
        self.form.trust.stop()
        if self._looking is not None:
            self._looking.abandon()
        self.form.password.clear()
        super().done(result)

    def _lay_out(self) -> None:
        body = Body(WIDTH)
        inside = flat(QVBoxLayout(body), 0)
        inside.addWidget(self.form)
        inside.addStretch(1)
        framed = flat(QHBoxLayout(), 0)
        framed.setContentsMargins(8, 8, 0, 0)
        framed.addWidget(self.panel)
        inside.addLayout(framed)
        self._area = QScrollArea()
        body.setProperty("panel", "surface")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._area.setWidget(body)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(self._area, 1)
        layout.addWidget(Line())
        layout.addWidget(self.foot)
        self.setFixedWidth(WIDTH)
        room = self.screen().availableSize().height() - 48
        self.resize(WIDTH, min(HEIGHT, room))

    def _look_for_password(self) -> None:
        account, secrets = self._before, self._secrets
        if not account.needs_secret:
            return
        self._looking = Task(
            lambda _task: secrets.where(account), on_done=self.form.show_place, on_failed=self._place_unknown
        )

    def _place_unknown(self, error: MailFlowError) -> None:
        self.form.show_place(None, str(error))

    def _validate_pressed(self) -> None:
        if self._validating is None:
            self.start_validating()
        else:
            self.stop_validating()

    def _stage_ended(self, word: object) -> None:
        if self._tried is not None and isinstance(word, Stage):
            self._ended.append(word)
            account = self._tried.account
            self.panel.run(facts.doing(facts.under_way(self._ended), account), facts.so_far(account, self._ended))

    def _validated(self, stages: tuple[Stage, ...]) -> None:
        assert self._tried is not None
        self._validating = None
        account, seconds = self._tried.account, time.monotonic() - self._begun
        last = stages[-1]
        if last.ok:
            self._good = (self._tried.tried, datetime.now(UTC).isoformat(timespec="milliseconds"))
            self.panel.succeed(facts.found(account, stages), facts.warnings(stages), seconds)
            if not self._new:
                self.changed.emit()
        else:
            self.panel.fail(
                facts.heading(last.stage),
                self._tried.without_secret(last.text),
                last.advice,
                self._tried.without_secret(facts.technical(account, stages)),
                seconds,
                trust=last.code in _ABOUT_CERTIFICATES,
            )
        self._refresh()
        if last.ok and self.validate_button.hasFocus():
            self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_result()

    def _not_tried(self, error: MailFlowError) -> None:
        self._validating = None
        self._refresh()
        if isinstance(error, AccountError) and error.code == "secret-missing":
            self.panel.hide()
            self._show_faults({"password": _("No password is saved. Type it, or leave the user name empty too.")})
            return
        self.panel.fail(facts.heading("parameters"), error.text, error.advice, error.detail, None, trust=False)
        self._show_result()

    def _saved(self, account: Account) -> None:
        self._saving = None
        self.saved.emit(account)
        self.changed.emit()
        self.accept()

    def _not_saved(self, error: MailFlowError) -> None:
        self._saving = None
        self._refresh()
        self.panel.fail(_("Not saved"), error.text, error.advice, error.detail, None, trust=False)
        self._show_result()

    def _edited(self) -> None:
        if self._tried is not None and self.form.contents().tried != self._tried.tried:
            # What the panel says is about other fields.
            self._forget_validation()
            self._tried = None
            self.panel.hide()
        self._refresh()

    def _forget_validation(self) -> None:
        if self._validating is not None:
            self._validating.abandon()
            self._validating = None

    def _validated_at(self, contents: Draft) -> str | None:
        """When what stands in the fields has validated well, or None."""
        if self._good is not None and self._good[0] == contents.tried:
            return self._good[1]
        unchanged = not self._new and Draft(self._before).tried == contents.tried
        return self._before.validated if unchanged else None

    def _refresh(self) -> None:
        good = self._validated_at(self.form.contents()) is not None
        saving_now = self._saving is not None
        self.form.setEnabled(not saving_now)
        self.foot.show_state(good=good, validating=self._validating is not None, saving=saving_now)

    def _show_faults(self, wrong: Mapping[str, str]) -> None:
        first = self.form.show_faults(wrong)
        if first is not None:
            QTimer.singleShot(0, first, lambda: self._area.ensureWidgetVisible(first, 0, 32))

    def _show_result(self) -> None:
        if self.panel.isVisible():
            self._area.ensureWidgetVisible(self.panel, 0, 16)

    def _show_certificate(self) -> None:
        box = self.form.trust.box
        # Once the layout knows its size.
        QTimer.singleShot(0, box, lambda: self._area.ensureWidgetVisible(box, 0, 16))
