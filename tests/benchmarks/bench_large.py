"""Large numbers: ``python -m tests.benchmarks.bench_large [MAILS] [ROWS]``; runs only by its name, for it takes a quarter of an hour.

A mailbox of 100,000 mails: when the first one leaves, how much memory the runner takes, and what a mail costs at the end of them against
one at their beginning, and against one of 1,000. A run of 1,000 mails is quicker by nature: its last hundreds are only sent, for nothing
is left to be received and mapped meanwhile. Then the same 1,000 with a journal that holds 1,000,000 messages already.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mailflow_gui.journal import names as journal_names
from tests.benchmarks import figures
from tests.benchmarks.bench_engine import MOST_MB
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import small
from tests.benchmarks.pipeline import Run, Setup, engine, files, sink
from tests.servers.dovecot import Dovecot, dovecot

FEW = 1000
ROUNDS = 5
"""Runs of the few mails, of which the one in the middle counts."""


def main(count: int = 100_000, rows: int = 1_000_000) -> None:
    """Print one table."""
    with dovecot() as server, sink() as at, tempfile.TemporaryDirectory() as directory:
        few, many = server.new_user(), server.new_user()
        _fill(server, few, FEW)
        _fill(server, many, count)
        empty, full = Path(directory) / "empty", Path(directory) / "full"
        small_runs = [engine(Setup(server, few, at, empty)) for _round in range(ROUNDS)]
        large_run = engine(Setup(server, many, at, Path(directory) / "large"))
        setup = Setup(server, few, at, full)
        engine(setup)
        _grow(full, rows)
        full_runs = []
        for _round in range(ROUNDS):
            _forget(full)
            full_runs.append(engine(setup, keep_home=True))
    small_run, full_run = _middle(small_runs), _middle(full_runs)
    base = _steady_cpu(small_run)
    tenth = count // 10
    late = large_run.seconds_each(count - FEW - tenth, count - FEW) / large_run.seconds_each(FEW, FEW + tenth)
    figures.tell(
        [
            Figure(f"{count:,} mails: until the first one arrives", large_run.first, "s", 2),
            Figure(f"{count:,} mails: resident memory", large_run.rss_mb, "MB", MOST_MB),
            Figure(f"{count:,} mails: mails a second, steady", large_run.steady_rate, "/s"),
            Figure(
                f"{count:,} mails: seconds for one of the last {tenth:,}, × one of the first {tenth:,}", late, "×", 1.1
            ),
            Figure(f"{count:,} mails: seconds for one, × that of {FEW:,}", _slower(large_run, small_run), "×", 1.1),
            Figure(
                f"journal of {rows:,}: seconds for one, × that of an empty one", _slower(full_run, small_run), "×", 1.1
            ),
            Figure(f"{FEW:,} mails: CPU for 1,000", base, "s"),
            Figure(f"{count:,} mails: CPU for 1,000", _steady_cpu(large_run), "s"),
            Figure(f"journal of {rows:,}: CPU for 1,000", _steady_cpu(full_run), "s"),
        ]
    )


def _middle(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=lambda run: run.steady_rate)[len(runs) // 2]


def _slower(run: Run, other: Run) -> float:
    return other.steady_rate / run.steady_rate


def _steady_cpu(run: Run) -> float:
    """With the start, which a thousand mails feel and a hundred thousand don't."""
    return run.cpu_per_1000


def _fill(server: Dovecot, user: str, count: int) -> None:
    """Put plain mails straight into the Maildir, which Dovecot then finds there; APPEND would take minutes."""
    server.deliver(user, small(0))
    folder = next(server.directory.rglob(f"{user}/Maildir/cur"))
    owner = folder.stat()
    for number in range(1, count):
        path = folder / f"{1_700_000_000 + number}.M{number}P1.bench:2,"
        path.write_bytes(small(number))
        if os.geteuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid)


def _grow(home: Path, rows: int) -> None:
    """Settled messages of long ago, each with its mail, its delivery and its entry in the ledger."""
    database = sqlite3.connect(files(home).journal_file)
    with database:
        (item, mail) = database.execute("SELECT max(items.id), max(mails.id) FROM items, mails").fetchone()
        for table, key in (("items", "id"), ("mails", "id"), ("deliveries", "mail"), ("ledger", "uid")):
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            changed = {key: f"{key} + n.value", "item": "item + n.value", "uid": "uid + n.value"}
            changed |= {"message_id": "message_id || n.value"} if table in ("items", "mails") else {}
            values = ", ".join(changed.get(name, name) for name in names)
            one = {
                "items": f"id = {item}",
                "mails": f"id = {mail}",
                "deliveries": f"mail = {mail}",
                "ledger": f"item = {item}",
            }
            database.execute(
                "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?)"
                f" INSERT INTO {table}({', '.join(names)}) SELECT {values} FROM {table}, n WHERE {one[table]}",
                (rows,),
            )
        while journal_names.file(database):
            pass
    database.close()


def _forget(home: Path) -> None:
    """The mails that are in the mailbox count as new again."""
    database = sqlite3.connect(files(home).journal_file)
    with database:
        database.execute("DELETE FROM ledger WHERE uid <= ?", (FEW,))
        database.execute("UPDATE watches SET low_water = 0, baseline = 0")
    database.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
