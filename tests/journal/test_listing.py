"""The newest messages of a flow's sources."""

from __future__ import annotations

from mailflow_gui.journal import items, listing, watches
from mailflow_gui.journal.items import Received
from mailflow_gui.journal.journal import Journal, Transaction, opened
from mailflow_gui.paths import Home


def received(transaction: Transaction, number: int, *, flow: str = "flow", node: str = "receive", dry: bool) -> int:
    watch = watches.watch(transaction, watches.WatchKey(flow, node, "inbox", "INBOX", dry))
    item = items.receive(
        transaction,
        Received(
            watch=watch.id,
            flow=flow,
            node=node,
            account="inbox",
            folder="INBOX",
            uid_validity=1,
            uid=number,
            key=f"{number:040d}",
            version="",
            run=1,
            dry=dry,
            once=True,
            flags=(),
            message_id=f"<{number}@example.jp>",
            subject="",
            sender="",
            size=1,
            raw=b"x",
        ),
    )
    assert item is not None
    return item


def ids(journal: Journal, nodes: tuple[str, ...], limit: int) -> list[int]:
    return listing.received_by(journal.read(), "flow", nodes, limit)


def test_the_newest_messages_of_some_sources_are_found_each_mail_once(home: Home) -> None:
    def fill(transaction: Transaction) -> list[int]:
        return [
            received(transaction, 1, dry=True),
            received(transaction, 2, dry=True),
            received(transaction, 1, dry=False),
            received(transaction, 3, node="other", dry=False),
            received(transaction, 4, flow="another", dry=False),
            received(transaction, 5, dry=False),
        ]

    with opened(home) as journal:
        _first, second, again, other, _another, newest = journal.write(fill).result()
        assert ids(journal, ("receive",), 10) == [newest, again, second]
        assert ids(journal, ("receive",), 2) == [newest, again]
        assert ids(journal, ("receive", "other"), 10) == [newest, other, again, second]
        assert ids(journal, ("gone",), 10) == []
