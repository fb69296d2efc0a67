"""The journal's tables. Times are seconds since 1970 (REAL, UTC); texts of errors are kept as code + arguments (JSON)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from mailflow_gui.journal import names

SCHEMA_VERSION = 6


def _any_of(column: str, *states: str) -> str:
    """SQL: an item is in one of ``states``. Not ``IN (…)``, for which SQLite makes a table of the states with every row that it writes."""
    return f"({' OR '.join(f'{column} = {state!r}' for state in states)})"


_UNFINISHED = ("received", "planned", "queued", "held", "uncertain")
UNFINISHED = _any_of("items.state", *_UNFINISHED)
"""SQL: the item hasn't settled. The very condition of the partial index, without which SQLite doesn't use it."""
STUCK_STATES = _any_of("state", "queued", "held", "uncertain", "failed")
"""SQL: the item needs another try, a person, or both."""
STUCK = f"met IS NOT NULL AND {STUCK_STATES}"
"""SQL: such an item, and it is known what it met. The very words of the partial index, without which SQLite doesn't use it."""

_NAME = (
    "CASE WHEN {row}.reply_code AND {row}.enhanced != '' THEN {row}.reply_code || ' ' || {row}.enhanced"
    " ELSE coalesce(nullif({row}.enhanced, ''), CAST(nullif({row}.reply_code, 0) AS TEXT), {row}.code) END"
)
"""SQL: what an error is called: by the most specific code of its server, else by MailFlow's own (:func:`reclassed.codes`)."""

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE flows(flow TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, seen REAL NOT NULL) WITHOUT ROWID;
-- A flow that ran before its file had an id is known by its path for ever: id -> that path.
CREATE TABLE flow_ids(id TEXT PRIMARY KEY, flow TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE flow_accounts(flow TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY(flow, account)) WITHOUT ROWID;
CREATE TABLE versions(hash TEXT PRIMARY KEY, flow TEXT NOT NULL, content TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE runs(
    id INTEGER PRIMARY KEY, flow TEXT NOT NULL, version TEXT NOT NULL, mode TEXT NOT NULL, dry INTEGER NOT NULL,
    started REAL NOT NULL, ended REAL, outcome TEXT);

CREATE TABLE watches(
    id INTEGER PRIMARY KEY, flow TEXT NOT NULL, node TEXT NOT NULL, account TEXT NOT NULL, folder TEXT NOT NULL, dry INTEGER NOT NULL,
    uid_validity INTEGER, baseline INTEGER NOT NULL DEFAULT 0, low_water INTEGER NOT NULL DEFAULT 0, started INTEGER NOT NULL DEFAULT 0,
    existing TEXT, last_success REAL,
    UNIQUE(flow, node, account, folder, dry));

-- The ledger: every mail a watch has taken on, for ever.
-- epoch = UIDVALIDITY (0 for POP3); uid = UID or POP3 key; item NULL = passed over.
CREATE TABLE ledger(
    watch INTEGER NOT NULL, epoch INTEGER NOT NULL, uid NOT NULL, item INTEGER, PRIMARY KEY(watch, epoch, uid)) WITHOUT ROWID;

CREATE TABLE items(
    id INTEGER PRIMARY KEY, watch INTEGER NOT NULL, flow TEXT NOT NULL, node TEXT NOT NULL, account TEXT NOT NULL, folder TEXT NOT NULL,
    uid_validity INTEGER, uid NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL, run INTEGER NOT NULL, dry INTEGER NOT NULL,
    received REAL NOT NULL, flags TEXT NOT NULL, message_id TEXT NOT NULL, subject TEXT NOT NULL, sender TEXT NOT NULL,
    size INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    state TEXT NOT NULL, due REAL, steps TEXT NOT NULL DEFAULT '', settled REAL, flagging INTEGER NOT NULL DEFAULT 0,
    code TEXT, arguments TEXT, class TEXT);
CREATE INDEX items_unfinished ON items(flow, state, due) WHERE state IN ('received', 'planned', 'queued', 'held', 'uncertain');
CREATE INDEX items_unflagged ON items(watch) WHERE flagging = 1;
CREATE INDEX items_failed ON items(state, code) WHERE state = 'failed';

CREATE TABLE mails(
    id INTEGER PRIMARY KEY, item INTEGER NOT NULL, node TEXT NOT NULL, way TEXT NOT NULL, account TEXT NOT NULL, sender TEXT NOT NULL,
    message_id TEXT NOT NULL, eight_bit INTEGER NOT NULL, smtputf8 INTEGER NOT NULL, when_uncertain TEXT NOT NULL,
    maximum_per_minute INTEGER, maximum_per_day INTEGER, copy_to TEXT, copy TEXT,
    segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    UNIQUE(item, node, way));

CREATE INDEX mails_copies_owed ON mails(id) WHERE copy = 'pending';
CREATE INDEX mails_by_message_id ON mails(message_id);

CREATE TABLE deliveries(
    mail INTEGER NOT NULL, recipient TEXT NOT NULL, item INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt REAL, due REAL, at REAL NOT NULL, receipt TEXT, PRIMARY KEY(mail, recipient)) WITHOUT ROWID;

-- When mails were sent under a limit, and what was answered to whom.
CREATE TABLE limited(flow TEXT NOT NULL, node TEXT NOT NULL, at REAL NOT NULL, mail INTEGER NOT NULL);
CREATE INDEX limited_lately ON limited(flow, node, at);
CREATE TABLE replies(
    flow TEXT NOT NULL, node TEXT NOT NULL, thread TEXT NOT NULL, sender TEXT NOT NULL, at REAL NOT NULL, mail INTEGER NOT NULL);
CREATE INDEX replies_in_thread ON replies(flow, node, thread);
CREATE INDEX replies_to_sender ON replies(flow, node, sender, at);

-- Every error, with its raw words; never deleted while its item is unresolved.
CREATE TABLE attempts(
    id INTEGER PRIMARY KEY, at REAL NOT NULL, flow TEXT, item INTEGER, mail INTEGER, recipient TEXT, node TEXT, account TEXT,
    operation TEXT, code TEXT NOT NULL, arguments TEXT NOT NULL, class TEXT, reply_code INTEGER, enhanced TEXT, text TEXT);
CREATE INDEX attempts_of_item ON attempts(item);
CREATE INDEX attempts_by_code ON attempts(code);

CREATE TABLE account_states(
    account TEXT PRIMARY KEY, state TEXT NOT NULL, code TEXT, arguments TEXT, failures INTEGER NOT NULL, since REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE requests(
    id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, argument TEXT NOT NULL, done REAL);
"""


_UPGRADES: Mapping[int, str] = {
    # To version 2: what a mail is known by when its number has changed, threads, classes that people gave.
    2: """
ALTER TABLE items ADD COLUMN header TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN thread TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN parents TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN answers INTEGER;
ALTER TABLE items ADD COLUMN incomplete TEXT;
UPDATE items SET incomplete = json_array(code, json(coalesce(arguments, '{}')))
    WHERE state = 'failed' AND code IN ('received-too-large', 'received-refused');
CREATE INDEX items_by_message_id ON items(message_id);
CREATE INDEX items_in_thread ON items(thread) WHERE thread != '';
-- Mails without an item (passed over); gone: no longer in the maildrop, as far as was seen (POP3).
ALTER TABLE ledger ADD COLUMN message_id TEXT;
ALTER TABLE ledger ADD COLUMN header TEXT;
ALTER TABLE ledger ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mails ADD COLUMN recovered TEXT;
-- What a person says that a code means, from then on.
CREATE TABLE reclassed(
    code TEXT NOT NULL, host TEXT NOT NULL, class TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY(code, host)) WITHOUT ROWID;
""",
    # To version 3: errors by name and hour, and what each open message met last, counted while they are written.
    3: f"""
ALTER TABLE items ADD COLUMN met TEXT;
ALTER TABLE items ADD COLUMN met_account TEXT;
CREATE INDEX items_met ON items(met, state, flow, met_account, id) WHERE {STUCK};
CREATE INDEX items_discarded ON items(id) WHERE state = 'skipped' AND code = 'discarded';
-- loose: when it was last met without a message.
CREATE TABLE error_hours(
    hour INTEGER NOT NULL, name TEXT NOT NULL, class TEXT NOT NULL, flow TEXT NOT NULL, node TEXT NOT NULL, account TEXT NOT NULL,
    code TEXT NOT NULL, arguments TEXT NOT NULL, reply_code INTEGER, enhanced TEXT, count INTEGER NOT NULL, first REAL NOT NULL,
    last REAL NOT NULL, loose REAL, PRIMARY KEY(hour, name, class, flow, node, account)) WITHOUT ROWID;
CREATE INDEX error_hours_by_name ON error_hours(name, hour);
UPDATE items SET
    met = (SELECT {_NAME.format(row="attempts")} FROM attempts WHERE item = items.id ORDER BY attempts.id DESC LIMIT 1),
    met_account = (SELECT account FROM attempts WHERE item = items.id ORDER BY attempts.id DESC LIMIT 1)
    WHERE {STUCK_STATES};
INSERT INTO error_hours
    SELECT CAST(at / 3600 AS INTEGER) AS hour, {_NAME.format(row="attempts")} AS name, coalesce(class, '') AS class,
        coalesce(flow, '') AS flow, coalesce(node, '') AS node, coalesce(account, '') AS account,
        code, arguments, reply_code, enhanced, count(*), min(at), max(at), max(CASE WHEN item IS NULL THEN at END)
    FROM attempts GROUP BY 1, 2, 3, 4, 5, 6;
CREATE TRIGGER attempts_count AFTER INSERT ON attempts BEGIN
    INSERT INTO error_hours VALUES (
        CAST(NEW.at / 3600 AS INTEGER), {_NAME.format(row="NEW")}, coalesce(NEW.class, ''), coalesce(NEW.flow, ''),
        coalesce(NEW.node, ''), coalesce(NEW.account, ''), NEW.code, NEW.arguments, NEW.reply_code, NEW.enhanced, 1, NEW.at, NEW.at,
        CASE WHEN NEW.item IS NULL THEN NEW.at END)
    ON CONFLICT DO UPDATE SET code = excluded.code, arguments = excluded.arguments, reply_code = excluded.reply_code,
        enhanced = excluded.enhanced, count = count + 1, last = excluded.last, loose = coalesce(excluded.loose, loose); END;
CREATE TRIGGER attempts_met AFTER INSERT ON attempts WHEN NEW.item IS NOT NULL BEGIN
    UPDATE items SET met = {_NAME.format(row="NEW")}, met_account = NEW.account WHERE id = NEW.item; END;
""",
    # To version 4: which messages answer a mail of ours.
    4: """
CREATE INDEX items_answering ON items(answers) WHERE answers IS NOT NULL;
""",
    # To version 5: names in the place of indexes (module names). filings: up to which messages and mails they are filed.
    5: f"""
DROP INDEX IF EXISTS items_by_message_id;
DROP INDEX IF EXISTS items_in_thread;
DROP INDEX IF EXISTS mails_by_message_id;
CREATE TABLE names(
    run INTEGER NOT NULL, hash INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(run, hash, row)) WITHOUT ROWID;
CREATE TABLE filings(id INTEGER PRIMARY KEY, items INTEGER NOT NULL, mails INTEGER NOT NULL);
INSERT OR IGNORE INTO names
    SELECT 0, hash_of(message_id, {names.RECEIVED}) AS hash, id FROM items WHERE message_id != '' UNION ALL
    SELECT 0, hash_of(thread, {names.THREAD}), id FROM items WHERE thread NOT IN ('', message_id) UNION ALL
    SELECT 0, hash_of(message_id, {names.SENT}), id FROM mails WHERE message_id != '' ORDER BY 2, 3;
INSERT INTO filings(items, mails)
    SELECT coalesce((SELECT max(id) FROM items), 0), coalesce((SELECT max(id) FROM mails), 0);
""",
    # To version 6: conditions of indexes that cost less with every row.
    6: f"""
DROP INDEX items_unfinished;
CREATE INDEX items_unfinished ON items(flow, state, due) WHERE {_any_of("state", *_UNFINISHED)};
DROP INDEX items_met;
CREATE INDEX items_met ON items(met, state, flow, met_account, id) WHERE {STUCK};
""",
}
"""Statements that lead to each version from the one before it."""


def create(database: sqlite3.Connection) -> None:
    """Make the tables in an empty database, inside the transaction that the caller has begun."""
    _run(database, _TABLES)
    upgrade(database, 1)


def upgrade(database: sqlite3.Connection, found: int) -> None:
    """Bring the tables from version ``found`` up to this one, inside the transaction that the caller has begun."""
    database.create_function("hash_of", 2, names.hash_of, deterministic=True)
    for target in range(found + 1, SCHEMA_VERSION + 1):
        _run(database, _UPGRADES[target])
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def upgrade_alone(database: sqlite3.Connection) -> None:
    """Bring an older version's tables up to date, all or nothing; another process may be quicker."""
    database.execute("BEGIN IMMEDIATE")
    try:
        upgrade(database, version(database))
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _run(database: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";\n"):  # not executescript(), which would commit
        database.execute(statement)


def version(database: sqlite3.Connection) -> int:
    """The schema version of a database; 0 = empty.

    :raises sqlite3.DatabaseError: not a database.
    """
    return int(database.execute("PRAGMA user_version").fetchone()[0])
