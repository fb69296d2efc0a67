"""Journals filled through the journal's own functions, with mails of every state."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mailflow_gui.errors import Rejected, Reply, Transient
from mailflow_gui.journal import deliveries, flows, items, watches
from mailflow_gui.journal.deliveries import Frozen, Planned
from mailflow_gui.journal.items import Received
from mailflow_gui.journal.journal import Journal, Transaction

FLOW = "0b5d1f0e-7a3c-4a53-9c1e-5f2d7c9a1e01"
CONTENT = json.dumps(
    {
        "mailflow": 1,
        "id": FLOW,
        "name": "Support desk",
        "nodes": [
            {"id": "receive", "type": "receive-email", "name": "Receive Email"},
            {"id": "map", "type": "data-mapper", "name": "Data Mapper"},
            {"id": "send", "type": "send-email", "name": "Send Email"},
        ],
        "edges": [
            {"from": ["receive", "message"], "to": ["map", "message"]},
            {"from": ["map", "email"], "to": ["send", "email"]},
        ],
    }
)
PASSED = '[["map", "passed", null], ["send", "passed", null]]'
MAIL = (
    b"From: =?utf-8?B?5bGx55SwIOiKseWtkA==?= <hanako@example.jp>\r\nTo: shop@example.org\r\nSubject: %s\r\n"
    b"Date: Fri, 14 Mar 2025 09:41:07 +0900\r\nMessage-ID: <%d@example.jp>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
)


def begin(transaction: Transaction) -> str:
    """The flow, its version and a run."""
    version = flows.keep(
        transaction, FLOW, name="Support desk", path="desk.mailflow", content=CONTENT, accounts=("inbox",)
    )
    flows.begin_run(transaction, FLOW, version, "once", dry=False)
    return version


def receive(
    transaction: Transaction,
    number: int,
    *,
    subject: str = "Hello",
    sender: str = "Li Wei <li.wei@example.com>",
    raw: bytes | None = None,
    flow: str = FLOW,
    version: str = "",
    dry: bool = False,
    parents: tuple[str, ...] = (),
) -> int:
    """One item, just received; ``raw`` is made up if it isn't given; ``parents``: the Message-IDs of the mails before it."""
    watch = watches.watch(transaction, watches.WatchKey(flow, "receive", "inbox", "INBOX", dry))
    content = raw if raw is not None else MAIL % (subject.encode("ascii", "replace"), number)
    item = items.receive(
        transaction,
        Received(
            watch=watch.id,
            flow=flow,
            node="receive",
            account="inbox",
            folder="INBOX",
            uid_validity=1,
            uid=number,
            key=f"{number:040d}",
            version=version,
            run=1,
            dry=dry,
            once=True,
            flags=(),
            message_id=f"<{number}@example.jp>",
            subject=subject,
            sender=sender,
            size=len(content),
            raw=content,
            parents=parents,
        ),
    )
    assert item is not None
    return item


def plan(transaction: Transaction, item: int, recipients: Iterable[str] = ("team@example.org",)) -> int:
    """Freeze one outgoing mail of an item."""
    transaction.database.execute("UPDATE items SET steps = ? WHERE id = ?", (PASSED, item))
    planned = Planned(
        frozen=Frozen(
            node="send",
            way="receive.message>map.email>send",
            account="outgoing",
            sender="shop@example.org",
            message_id=f"<{item}.out@example.org>",
            eight_bit=False,
            smtputf8=False,
            when_uncertain="hold",
        ),
        recipients=tuple(recipients),
        content=(b"Subject: out\r\n\r\nout\r\n",),
    )
    (mail,) = deliveries.plan(transaction, FLOW, item, [planned])
    assert mail is not None
    return mail


def sent(transaction: Transaction, number: int, **more: str) -> int:
    """An item whose mail was sent."""
    item = receive(transaction, number, **more)  # type: ignore[arg-type]  # texts only
    deliveries.put(transaction, plan(transaction, item), ["team@example.org"], "sent", receipt="250 2.0.0 OK queued")
    items.settle(transaction, item, "sent", flagging=False)
    return item


def failed(transaction: Transaction, number: int, **more: str) -> int:
    """An item whose only recipient was refused."""
    item = receive(transaction, number, **more)  # type: ignore[arg-type]  # as above
    mail = plan(transaction, item)
    error = Rejected(
        "recipient-refused",
        account="outgoing",
        recipient="team@example.org",
        host="smtp.example.org",
        reason="<b>No such user</b> here",
        reply=Reply(code=550, enhanced="5.1.1", text="<b>No such user</b> here", operation="RCPT"),
    )
    deliveries.put(transaction, mail, ["team@example.org"], "failed")
    deliveries.note(
        transaction, error, flow=FLOW, operation="RCPT", item=item, mail=mail, node="send", account="outgoing"
    )
    items.put_error(transaction, item, error, "reject-message")
    items.settle(transaction, item, "failed", flagging=False)
    return item


def retrying(transaction: Transaction, number: int, due: float, **more: str) -> int:
    """An item that is tried again at ``due``."""
    item = receive(transaction, number, **more)  # type: ignore[arg-type]  # as above
    mail = plan(transaction, item)
    error = Transient(
        "server-busy",
        account="outgoing",
        host="smtp.example.org",
        reason="Try later",
        reply=Reply(code=421, enhanced="4.7.0", text="Try later", operation="MAIL"),
    )
    deliveries.put(transaction, mail, ["team@example.org"], "queued", due=due)
    deliveries.note(
        transaction, error, flow=FLOW, operation="MAIL", item=item, mail=mail, node="send", account="outgoing"
    )
    items.put_error(transaction, item, error, "retry-backoff")
    items.put_state(transaction, item, "queued", due)
    return item


def uncertain(transaction: Transaction, number: int, **more: str) -> int:
    """An item whose mail was maybe sent."""
    item = receive(transaction, number, **more)  # type: ignore[arg-type]  # as above
    deliveries.put(transaction, plan(transaction, item), ["team@example.org"], "uncertain")
    items.put_state(transaction, item, "uncertain")
    return item


def skipped(transaction: Transaction, number: int, **more: str) -> int:
    """An item that nothing was sent for."""
    item = receive(transaction, number, **more)  # type: ignore[arg-type]  # as above
    items.settle(
        transaction, item, "skipped", flagging=False, steps='[["map", "passed", null], ["send", "skipped", null]]'
    )
    return item


def one_of_each(journal: Journal) -> dict[str, int]:
    """Six messages, one in each state a person may meet; by the state's JSON name."""

    def fill(transaction: Transaction) -> dict[str, int]:
        version = begin(transaction)
        return {
            "sent": sent(transaction, 1, subject="Password reset", version=version),
            "skipped": skipped(transaction, 2, subject="Out of office", version=version),
            "failed": failed(transaction, 3, subject="Your order 100%", version=version),
            "uncertain": uncertain(transaction, 4, subject="Doubtful", version=version),
            "retrying": retrying(
                transaction, 5, 4102444800.0, subject="お問い合わせの件", sender="山田 花子 <hanako@example.jp>"
            ),
            "running": receive(transaction, 6, subject="Re: Invoice", version=version),
        }

    return journal.write(fill).result()
