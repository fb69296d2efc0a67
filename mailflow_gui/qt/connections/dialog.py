"""The dialog in which a connection is made, changed, tried and saved."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.detect import Network
from mailflow_gui.accounts.secrets import Place, SecretStore
from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError, MailFlowError
from mailflow_gui.language import _
from mailflow_gui.paths import Home
from mailflow_gui.qt.connections import draft, facts, saving
from mailflow_gui.qt.connections.draft import NEW_ID, Draft
from mailflow_gui.qt.connections.foot import Foot
from mailflow_gui.qt.connections.form import Form
from mailflow_gui.qt.connections.mnemonics import Mnemonics
from mailflow_gui.qt.connections.page import Page
from mailflow_gui.qt.connections.pieces import Line, flat
from mailflow_gui.qt.connections.result_panel import ResultPanel
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.connections.trying import Outcome, try_all
from mailflow_gui.qt.theme import theme

WIDTH = 668
HEIGHT = 832
FETCHED = ("certificate-untrusted", "certificate-wrong-host", "certificate-expired", "certificate-changed")
"""Codes of failures that a look at the server's certificate may end, where the failure doesn't bring it along."""

_TYPE_AGAIN = ("sign-in-refused", "app-password-needed")
"""Codes of failures that another password may end."""


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
        wanted_id: str = "",
        network: Network | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """:param account: the one to edit, or a new one's beginnings (its id is ``draft.NEW_ID``); None: a blank one.
        :param used_by: names of the flows that use it.
        :param wanted_id: the id that a flow gives the new connection, which then binds by itself.
        :param network: where settings are looked for; None: the world.
        """
        super().__init__(parent)
        self._accounts, self._secrets, self._home = accounts, secrets, home
        self._before = account or draft.blank()
        self._new = self._before.id == NEW_ID
        self._wanted_id = wanted_id
        self._good: tuple[tuple[object, ...], str] | None = None
        self._validating: Task[tuple[Outcome, ...]] | None = None
        self._tried: Draft | None = None
        self._failed = False
        self._ended: list[Stage] = []
        self._under_way: Account = self._before
        self._begun = 0.0
        self._saving: Task[tuple[Account, ...]] | None = None
        self._looking: Task[Place | None] | None = None
        self.setWindowTitle(_("New connection") if self._new else _("Edit connection"))
        self.setWindowIcon(theme.icon("plug"))
        self.form, self.panel = Form(network, self._other_names), ResultPanel()
        self.foot = Foot(used_by, new=self._new)
        self.validate_button, self.cancel_button = self.foot.validate, self.foot.cancel
        self.save_button = self.foot.save
        self._lay_out()
        Mnemonics(self)
        self.form.show_account(self._before, stored=not self._new)
        self.form.edited.connect(self._edited)
        self.panel.trust_wanted.connect(self._look_at_certificate)
        self.panel.proposal_taken.connect(self._take_proposal)
        self.panel.comparison.trusted.connect(self._trust_new_one)
        self.panel.comparison.refused.connect(self._keep_refusing)
        self.form.advanced.unfolded.connect(lambda: self._page.bring(self.form.advanced.command))
        self.panel.resized.connect(self._page.show_panel, Qt.ConnectionType.QueuedConnection)
        self.form.trust.proposed.connect(lambda: self._page.bring(self.form.trust.box, 16))
        self.validate_button.clicked.connect(self._validate_pressed)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.reject)
        self._refresh()
        self.form.first_field().setFocus()
        if not self._new:
            self._look_for_password()

    def say_trouble(self, words: str, *, sign_in: bool) -> None:
        """Say above the fields what is wrong with the saved connection.

        :param sign_in: another password may end it.
        """
        self._page.say_trouble(words)
        if sign_in:
            self.form.password.setFocus()

    @property
    def trouble(self) -> str:
        """What is said to be wrong with the saved connection; empty: nothing."""
        return self._page.trouble

    def start_validating(self) -> None:
        """Try what stands in the fields: once, beside the window."""
        contents = self.form.contents()
        wrong = draft.faults(replace(contents, account=replace(contents.account, name=contents.account.name or "–")))
        account = contents.account
        if account.needs_secret and contents.secret is None and self._new and not account.password_command:
            wrong.setdefault("password", _("Type the password, or leave the user name empty too."))
        self._show_faults(wrong)
        if wrong:
            self.panel.hide()
            return
        self.form.stop()
        self._tried, self._ended, self._under_way, self._begun = contents, [], account, time.monotonic()
        self._failed = False

        def work(task: Task[tuple[Outcome, ...]]) -> tuple[Outcome, ...]:
            found = try_all(contents, self._secrets, task.say, lambda: task.cancelled, new=self._new)
            if found[0].ok and contents.secret is None and not self._new:
                saving.note_validated(self._accounts, self._home, account)
            return found

        self._validating = Task(work, on_done=self._validated, on_failed=self._not_tried, on_word=self._stage_ended)
        self.panel.run(facts.doing("parameters", account), facts.so_far(account, ()))
        self._refresh()
        self._page.show_panel()

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
        at = self._validated_at(contents)
        account, secret = replace(contents.account, validated=at), contents.secret
        twin = contents.twin and replace(contents.twin, validated=at)
        validated = at not in (None, self._before.validated)

        def work(_task: Task[tuple[Account, ...]]) -> tuple[Account, ...]:
            saved = saving.save(
                self._accounts, self._secrets, account, secret, new=self._new, twin=twin, wanted_id=self._wanted_id
            )
            if validated:
                saving.tell_runner(self._home, saved[0].id)
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
        self.form.stop()
        if self._looking is not None:
            self._looking.abandon()
        self.form.password.clear()
        super().done(result)

    def _lay_out(self) -> None:
        self._page = Page(self.form, self.panel, WIDTH)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(self._page, 1)
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
        if self._tried is None or not isinstance(word, tuple):
            return
        account, stage = word
        if account is not self._under_way:
            self._under_way, self._ended = account, []
        self._ended.append(stage)
        self.panel.run(facts.doing(facts.under_way(self._ended), account), facts.so_far(account, self._ended))

    def _validated(self, found: tuple[Outcome, ...]) -> None:
        assert self._tried is not None
        self._validating = None
        seconds = time.monotonic() - self._begun
        last = found[-1]
        self._failed = not last.ok
        if last.ok:
            self._good = (self._tried.tried, datetime.now(UTC).isoformat(timespec="milliseconds"))
            shown = facts.found(found[0].account, found[0].stages) + [
                facts.twin(each.account, each.stages) for each in found[1:]
            ]
            self._page.say_trouble("")
            self.panel.succeed(shown, " ".join(facts.warnings(each.stages) for each in found).strip(), seconds)
            if not self._new:
                self.changed.emit()
        else:
            self._show_failure(last, seconds)
        self._refresh()
        if not last.ok and last.stages[-1].code in _TYPE_AGAIN and self._tried.secret is not None:
            self.form.password.setFocus()
            self.form.password.selectAll()
        if last.ok and self.validate_button.hasFocus():
            self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._page.show_panel()

    def _show_failure(self, outcome: Outcome, seconds: float) -> None:
        assert self._tried is not None
        stage, account = outcome.stages[-1], outcome.account
        is_twin = account is not self._tried.account
        heading = facts.heading(stage.stage, stage.code)
        if is_twin:
            heading = f"{account.protocol.upper()}: {heading}"
        self.panel.fail(
            heading,
            self._tried.without_secret(stage.text),
            stage.advice,
            self._tried.without_secret(facts.technical(account, outcome.stages)),
            seconds,
            stage=None if is_twin else stage,
            trust=not is_twin and (bool(stage.shown_pem) or stage.code in FETCHED),
        )

    def _look_at_certificate(self) -> None:
        stage = self.panel.stage
        if stage is not None and stage.shown_pem:
            self.form.trust.propose(stage.shown_pem)
        else:
            self.form.fetch_certificate()

    def _trust_new_one(self) -> None:
        stage = self.panel.stage
        if stage is not None and stage.shown_pem:
            self.form.trust.accept(stage.shown_pem)
            self.start_validating()

    def _keep_refusing(self) -> None:
        self.panel.hide()
        self.validate_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_proposal(self) -> None:
        stage = self.panel.stage
        if stage is not None and stage.proposal is not None:
            self.form.take(stage.proposal)
            self.start_validating()

    def _not_tried(self, error: MailFlowError) -> None:
        self._validating = None
        self._refresh()
        if isinstance(error, AccountError) and error.code == "secret-missing":
            self.panel.hide()
            self._show_faults({"password": _("No password is saved. Type it, or leave the user name empty too.")})
            return
        self.panel.fail(facts.heading("parameters"), error.text, error.advice, error.detail, None)
        self._page.show_panel()

    def _saved(self, accounts: tuple[Account, ...]) -> None:
        self._saving = None
        self.saved.emit(accounts[0])
        self.changed.emit()
        self.accept()

    def _not_saved(self, error: MailFlowError) -> None:
        self._saving = None
        self._refresh()
        self.panel.fail(_("Not saved"), error.text, error.advice, error.detail, None)
        self._page.show_panel()

    def _edited(self) -> None:
        if self._tried is not None and self.form.contents().tried != self._tried.tried:
            # What the panel says is about other fields.
            self._forget_validation()
            self._tried, self._failed = None, False
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
        contents = self.form.contents()
        good = self._validated_at(contents) is not None
        saving_now = self._saving is not None
        self.form.setEnabled(not saving_now)
        changed = not self._new and Draft(replace(self._before, validated=None)) != replace(
            contents, account=replace(contents.account, validated=None), secret_stored=False, pinned=False
        )
        self.foot.show_state(
            good=good,
            validating=self._validating is not None,
            saving=saving_now,
            failed=self._failed,
            changed=changed,
            twin=contents.twin,
        )

    def _show_faults(self, wrong: Mapping[str, str]) -> None:
        first = self.form.show_faults(wrong)
        if first is not None:
            self._page.bring(first)

    def _other_names(self) -> tuple[str, ...]:
        try:
            return tuple(other.name for other in self._accounts.all() if other.id != self._before.id)
        except MailFlowError:
            return ()  # saving says what is wrong with the file
