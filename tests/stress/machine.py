"""A person's machine for stress: a home with two saved connections and one flow, made without a command line, and what its journal tells.

The flow is the specification's own: receive, map, send; every mail has a number, which stands in its subject, its Message-ID and its text,
and which subject and text of the sent mail carry on.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailflow_gui import paths
from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.paths import Home
from tests.servers.dovecot import PASSWORD
from tests.servers.recording_smtp import Recorded

RECIPIENTS = ("one@example.com", "two@example.com", "three@example.com")


def mail(number: int, body: str = "Hello.") -> bytes:
    """A small mail that says its number four times."""
    return (
        f"From: Alice <alice@example.org>\r\nTo: box@example.com\r\nSubject: mail {number:06}\r\n"
        f"Message-ID: <{number:06}@source.example>\r\nDate: Fri, 20 Nov 2026 12:00:00 +0000\r\n"
        f"X-Source: {number:06}\r\n\r\nThis is mail {number:06}.\r\n{body}\r\n"
    ).encode()


def number_of(raw: bytes) -> int:
    """The number of a mail that has gone through the flow; -1 if nothing in it tells."""
    found = re.search(rb"mail (\d{6})", raw)
    return int(found[1]) if found else -1


@dataclass
class Machine:
    """One home."""

    directory: Path
    recipients: Sequence[str] = RECIPIENTS[:1]
    scale: str = "1"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        base = self.directory / "home"
        self.home = Home(config=base / "config", data=base / "data", logs=base / "logs").create()
        self.environment = {
            paths.HOME_VARIABLE: str(base),
            "MAILFLOW_TIMEOUT_SCALE": self.scale,
            "MAILFLOW_PASSWORD_INBOX": PASSWORD,
            os_keyring.CHOICE_VARIABLE: "keyring.backends.fail.Keyring",
            **self.environment,
        }
        self._accounts: list[Account] = []

    def add(self, name: str, protocol: Any, port: int, username: str = "", *, maximum_sessions: int = 4) -> None:
        """Save a connection to this machine; its id is its name."""
        signs_in = bool(username)
        account = Account(
            name,
            name,
            protocol,
            "127.0.0.1",
            port,
            "none",
            username,
            maximum_sessions=maximum_sessions,
            signs_in=signs_in,
        )
        AccountStore(self.home.accounts_file).add(account)
        self._accounts.append(account)
        self.environment[f"MAILFLOW_PASSWORD_{name.upper()}"] = PASSWORD

    def flow(
        self,
        receive: Mapping[str, Any] | None = None,
        send: Mapping[str, Any] | None = None,
        rules: Sequence[Mapping[str, Any]] | None = None,
        name: str = "stress",
    ) -> Path:
        """Write the flow between the connections ``inbox`` and ``outgoing``."""
        if rules is None:
            rules = [
                {"target": "to", "sources": [{"constant": list(self.recipients)}]},
                {"target": "subject", "sources": [{"field": "subject"}]},
                {"target": "text", "sources": [{"field": "text"}]},
            ]
        stubs = [
            {"id": each.id, "name": each.name, "protocol": each.protocol, "host": each.host} for each in self._accounts
        ]
        receiving = {"connection": "inbox", "maximum_emails": -1, **(receive or {})}
        sending = {"connection": "outgoing", "from": "bot@example.com", **(send or {})}
        document = {
            "mailflow": 1,
            "id": f"00000000-0000-4000-8000-{sum(name.encode()):012x}",
            "name": name,
            "connections": stubs,
            "nodes": [
                {"id": "receive", "type": "receive-email", "position": [0, 0], "settings": receiving},
                {"id": "map", "type": "data-mapper", "position": [260, 0], "settings": {"rules": list(rules)}},
                {"id": "send", "type": "send-email", "position": [520, 0], "settings": sending},
            ],
            "edges": [
                {"from": ["receive", "message"], "to": ["map", "message"]},
                {"from": ["map", "email"], "to": ["send", "email"]},
            ],
        }
        path = self.directory / f"{name}.mailflow"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def told(self, state: str) -> set[int]:
        """The numbers of the messages that the journal shows a person in a state (its own word for it)."""
        rows = self._query("SELECT subject FROM items WHERE state = ?", state)
        return {int(subject.rpartition(" ")[2]) for (subject,) in rows if subject[-6:].isdigit()}

    def open_ids(self, state: str) -> list[int]:
        """The ids of the messages in a state."""
        return [row[0] for row in self._query("SELECT id FROM items WHERE state = ?", state)]

    def number_of_item(self, item: int) -> int:
        """The number of the mail of an item."""
        ((subject,),) = self._query("SELECT subject FROM items WHERE id = ?", item)
        return int(subject[-6:])

    def errors(self) -> list[tuple[str, str, str]]:
        """Every error that was kept: code, class, and the server's words."""
        return [
            (str(code), str(outcome or ""), str(text or ""))
            for code, outcome, text in self._query("SELECT code, class, text FROM attempts ORDER BY id")
        ]

    def make_due(self) -> None:
        """As if the time of every waiting retry had come. Nobody may be running."""
        if not self.home.journal_file.exists():
            return
        with contextlib.closing(sqlite3.connect(self.home.journal_file)) as database, database:
            for table in ("items", "deliveries"):
                database.execute(f"UPDATE {table} SET due = 0 WHERE due IS NOT NULL")

    def _query(self, query: str, *values: Any) -> list[Any]:
        if not self.home.journal_file.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.home.journal_file)) as database:
            if not database.execute("PRAGMA user_version").fetchone()[0]:
                return []  # killed before it had tables
            return database.execute(query, values).fetchall()


@dataclass(frozen=True)
class Judged:
    """What the receiving server says about the promise."""

    lost: tuple[tuple[int, str], ...]
    """Mail and recipient that neither arrived nor are shown to anybody."""
    twice: tuple[tuple[int, str], ...]
    strange: int
    """Arrived mails that nothing in the mailbox explains."""
    damaged: tuple[int, ...]
    """Arrived mails whose text isn't whole."""
    arrived: int

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.strange or self.damaged)


def judge(
    numbers: Iterable[int],
    recipients: Sequence[str],
    recorded: Iterable[Recorded],
    shown: Iterable[int] = (),
    *,
    whole: bool = True,
) -> Judged:
    """Compare what lay in the mailbox with what arrived; mails in ``shown`` are known to be in doubt, or failed, and may be missing.

    ``whole``: the text of each must have arrived to the last byte, too.
    """
    arrived: Counter[tuple[int, str]] = Counter()
    damaged = []
    for each in recorded:
        number = number_of(each.raw)
        text = each.raw.partition(b"\r\n\r\n")[2]
        if whole and number >= 0 and text != f"This is mail {number:06}.\r\nHello.\r\n".encode():
            damaged.append(number)
        for recipient in each.recipients:
            arrived[number_of(each.raw), recipient] += 1
    wanted = {(number, recipient) for number in numbers for recipient in recipients}
    excused = set(shown)
    lost = sorted(pair for pair in wanted - set(arrived) if pair[0] not in excused)
    twice = sorted(pair for pair, times in arrived.items() if times > 1)
    return Judged(tuple(lost), tuple(twice), len(set(arrived) - wanted), tuple(damaged), len(set(arrived) & wanted))
