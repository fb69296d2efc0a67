"""What a transaction records when a mail was tried: of its deliveries, its errors, and what becomes of its item."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailflow_gui.engine import retry, settling
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate
from mailflow_gui.errors import (
    AccountBroken,
    MailError,
    MailFlowError,
    Reauthenticate,
    Recoverable,
    Rejected,
    Transient,
)
from mailflow_gui.journal import batches, copies, deliveries, doubts, items
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place
from mailflow_gui.mail.compose_answer import without_thread
from mailflow_gui.mail.swift import swift


@swift
@dataclass(frozen=True)
class Sent:
    """A mail that a server has taken over."""

    job: Job
    accepted: tuple[str, ...]
    receipt: str
    """The server's words."""


@dataclass(frozen=True)
class Noting:
    """The notes of one account's senders. Each method runs inside the journal's transaction."""

    gate: Gate
    journal: Journal
    events: Events
    can_look: Callable[[Doubt], bool]

    def uncertain(
        self, transaction: Transaction, job: Job, accepted: Iterable[str], refused: Mapping[str, MailFlowError]
    ) -> None:
        """The final dot is about to be said."""
        if refused:
            self._put_refused(transaction, job, refused)
        if job.frozen.limited:
            deliveries.count_limited(transaction, job.work.running.key, job.frozen.node, job.mail)
        deliveries.put(transaction, job.mail, accepted, "uncertain")

    def limit(self, transaction: Transaction, job: Job, wait: float) -> settling.Concluded:
        """Its node may send again in ``wait`` seconds."""
        deliveries.put(transaction, job.mail, job.recipients, "queued", due=time.time() + wait, counted=False)
        return settling.conclude_mail(transaction, job.work)

    def sent(self, transaction: Transaction, job: Job, accepted: tuple[str, ...], receipt: str) -> settling.Concluded:
        """The server has taken it over."""
        deliveries.put(transaction, job.mail, accepted, "sent", receipt=receipt)
        if job.frozen.copy_to:
            copies.put(transaction, job.mail, "pending")
        if job.alone and accepted == job.recipients:
            items.settle(transaction, job.work.row.id, "sent", flagging=settling.flagging(job.work, "sent"))
            return settling.Concluded("sent")
        return settling.conclude_mail(transaction, job.work)

    def note_all(
        self,
        transaction: Transaction,
        sents: Sequence[Sent],
        uncertain: Sequence[tuple[Job, tuple[str, ...], Mapping[str, MailFlowError]]],
    ) -> list[settling.Concluded]:
        """:meth:`sent` for some mails and :meth:`uncertain` for others (job, accepted, refused), each of them once.

        Returns where the item of each sent mail stands, in the order of ``sents``.
        """
        concluded = []
        whole: list[tuple[int, str]] = []
        settled: dict[bool, list[int]] = {True: [], False: []}
        for sent in sents:
            job = sent.job
            if _is_whole(job, sent.accepted) and not job.frozen.copy_to:
                whole.append((job.mail, sent.receipt))
                settled[settling.flagging(job.work, "sent")].append(job.work.row.id)
                concluded.append(_SENT)
            else:
                concluded.append(self.sent(transaction, job, sent.accepted, sent.receipt))
        said = []
        for job, accepted, refused in uncertain:
            if _is_whole(job, accepted) and not refused and not job.frozen.limited:
                said.append(job.mail)
            else:
                self.uncertain(transaction, job, accepted, refused)
        batches.note(transaction, whole, said)
        for flagging, its_items in settled.items():
            items.settle_all(transaction, its_items, "sent", flagging=flagging)
        return concluded

    def doubt(
        self, transaction: Transaction, job: Job, accepted: Iterable[str], error: MailFlowError
    ) -> settling.Concluded:
        """The answer to the final dot was lost."""
        for recipient in accepted:
            self._note(transaction, job, error, recipient)
        if job.frozen.when_uncertain == "resend" and not any(
            self.can_look(doubt) for doubt in doubts.of_item(transaction.database, job.work.row.id)
        ):
            deliveries.put(transaction, job.mail, accepted, "queued", due=time.time() + retry.BASE)
        items.put_error(transaction, job.work.row.id, error, deliveries.outcome_of(error))
        return settling.conclude_mail(transaction, job.work)

    def held(self, transaction: Transaction, job: Job, error: MailFlowError) -> settling.Concluded:
        """The account waits for a person."""
        self._note(transaction, job, error, None)
        deliveries.put(transaction, job.mail, job.recipients, "held")
        items.put_error(transaction, job.work.row.id, error, deliveries.outcome_of(error))
        return settling.conclude_mail(transaction, job.work)

    def refused(self, transaction: Transaction, job: Job, refused: Mapping[str, MailFlowError]) -> settling.Concluded:
        """It didn't leave."""
        self._put_refused(transaction, job, refused)
        return settling.conclude_mail(transaction, job.work)

    def _put_refused(self, transaction: Transaction, job: Job, refused: Mapping[str, MailFlowError]) -> None:
        """Each refused recipient fails alone, or is tried again later."""
        known = {row.recipient: row for row in deliveries.deliveries_of(transaction.database, job.mail)}
        now = time.time()
        recovered = False
        for recipient, error in refused.items():
            self._note(transaction, job, error, recipient)
            retried = isinstance(error, MailError) and isinstance(error, Transient)
            job.work.running.nodes.failed(job.frozen.node, error, state="warning" if retried else "failing")
            row = known[recipient]
            if isinstance(error, MailError) and isinstance(error, Transient):
                began = row.first_attempt or now
                if now - began < retry.GIVE_UP_AFTER:
                    due = now + max(retry.sending_delay(error, row.attempts + 1), self.gate.wait)
                    deliveries.put(transaction, job.mail, (recipient,), "queued", due=due)
                    items.put_error(transaction, job.work.row.id, error, error.outcome)
                    continue
                error = Rejected("gave-up", account=job.frozen.account, reply=error.reply, reason=error.text)  # noqa: PLW2901 - the final error takes its place
                self._note(transaction, job, error, recipient)
            if isinstance(error, Recoverable) and recovered:  # the others that were refused with it
                deliveries.put(transaction, job.mail, (recipient,), "queued", due=0.0, counted=False)
                continue
            if isinstance(error, Recoverable) and self._recover(transaction, job, recipient, error):
                recovered = True
                continue
            if isinstance(error, (Reauthenticate, AccountBroken)):  # only where a person says that it means so
                deliveries.put(transaction, job.mail, (recipient,), "held")
                items.put_error(transaction, job.work.row.id, error, error.outcome)
                continue
            deliveries.put(transaction, job.mail, (recipient,), "failed")
            items.put_error(transaction, job.work.row.id, error, "reject-message")

    def _recover(self, transaction: Transaction, job: Job, recipient: str, error: Recoverable) -> bool:
        """What an answer answers is gone: once, it goes as a new mail. False: it is no answer, or has gone so already."""
        content = (self.journal.content(job.content),) if isinstance(job.content, Place) else job.content
        changed = without_thread(content)
        if changed is None or not deliveries.recover(transaction, job.mail, recipient, changed, error.code):
            return False
        told = MailFlowError("recovered-as-new")
        items.put_error(transaction, job.work.row.id, told, error.outcome)
        self._note(transaction, job, told, recipient)
        self.events.publish(
            "recovered", flow=job.work.running.name, node=job.frozen.node, item=job.work.row.id, mail=job.mail
        )
        return True

    def _note(self, transaction: Transaction, job: Job, error: MailFlowError, recipient: str | None) -> None:
        deliveries.note(
            transaction,
            error,
            flow=job.work.running.key,
            operation="send",
            item=job.work.row.id,
            mail=job.mail,
            recipient=recipient,
            node=job.frozen.node,
            account=job.frozen.account,
        )


_SENT = settling.Concluded("sent")


def _is_whole(job: Job, accepted: tuple[str, ...]) -> bool:
    """The usual: a new mail, the only one of its item, that its server took for all of its recipients."""
    return job.alone and accepted == job.recipients
