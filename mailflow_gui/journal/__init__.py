"""What happened; survives a crash.

*Journal*: one SQLite file (WAL, synchronous FULL) with one writer thread that groups commits, and append-only *spool* segments beside it
for raw mails and frozen outgoing bytes, fsynced before the group that refers to them. What the journal says has happened; events are hints.

States of an item: received -> planned -> (queued | held | uncertain) -> sent | skipped | failed; it is *settled* in the last three, and
only then does its flag move on the server. States of a delivery (one outgoing mail x one recipient): planned -> uncertain -> sent, or
queued (again later), held (its account waits), failed.

What a mail costs doesn't grow with the journal: rows are added at the end of their tables, and what comes in no order, such as
Message-IDs, is filed many at once (*names*).

All access goes through the functions of this package.
"""
