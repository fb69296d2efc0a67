"""Renumbering: a server has given the mails of a folder new UIDs (a new UIDVALIDITY), and those that we know must be found again.

A mail is known by its Message-ID; where that is missing or not unique, by its header block. What is found takes on its new UID, in the
ledger as in the items that are still to be flagged. What isn't known must have come since the folder was looked at last; if anything may be
older, a person is asked, and nothing is sent.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailflow_gui.engine.watching import Watching
from mailflow_gui.journal import renumbered
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.renumbered import Known
from mailflow_gui.mail.fingerprint import header_hash
from mailflow_gui.mail.imap import ImapSession, Selected
from mailflow_gui.mail.imap_fetch import Identity

log = logging.getLogger(__name__)

Hashes = Callable[[Sequence[int]], Mapping[int, str]]
"""The header hashes of mails, by UID."""


@dataclass(frozen=True)
class Matched:
    """What became of the mails that we know."""

    found: Mapping[int, Known]
    """By new UID."""
    missing: tuple[Known, ...]


def adopt(
    watching: Watching,
    journal: Journal,
    session: ImapSession,
    selected: Selected,
    candidates: Callable[[], Sequence[int]],
) -> bool:
    """Find the known mails of a renumbered folder and give them their new UIDs; False: a person must decide.

    ``candidates``: the UIDs that the watch would receive if it had never received anything.
    """
    row = watching.row
    if row.uid_validity is None:
        return False  # it was read by POP3 until now
    known = renumbered.known(journal.read(), row.id, row.uid_validity)
    present = session.identities(session.search({}))
    matched = match(known, present, lambda uids: _hashes(session, uids))
    unknown = [uid for uid in candidates() if uid not in matched.found and uid in present]
    last = renumbered.last_success(journal.read(), row.id)
    if unknown and not _surely_new(unknown, present, matched, last, gone=_takes_mails_away(watching)):
        log.warning(
            "%s of %s was renumbered: %d mails found again, %d may be old",
            row.key.folder,
            row.key.account,
            len(matched.found),
            len(unknown),
        )
        return False
    pairs = [(uid, each) for uid, each in matched.found.items()]
    baseline = _baseline(row.baseline, present, (*matched.found, *unknown))
    old, new = row.uid_validity, selected.uid_validity
    journal.write(
        lambda transaction: renumbered.adopt(transaction, row.id, old, new, pairs, baseline=baseline)
    ).result()
    log.info("%s of %s was renumbered: %d mails found again", row.key.folder, row.key.account, len(pairs))
    return True


def match(known: Iterable[Known], present: Mapping[int, Identity], hashes: Hashes) -> Matched:
    """Find known mails among those present, each once."""
    of_known: dict[str, list[Known]] = defaultdict(list)
    for each in known:
        of_known[each.message_id].append(each)
    of_present: dict[str, list[int]] = defaultdict(list)
    for uid in sorted(present):
        of_present[present[uid].message_id].append(uid)
    found: dict[int, Known] = {}
    unsure: list[tuple[list[Known], list[int]]] = []
    for message_id, some in of_known.items():
        uids = of_present.get(message_id, [])
        if message_id and len(some) == len(uids) == 1:
            found[uids[0]] = some[0]
        elif uids:
            unsure.append((some, uids))
    asked = hashes([uid for _some, uids in unsure for uid in uids]) if unsure else {}
    for some, uids in unsure:
        found |= _match_alike(some, uids, asked)
    taken = {each.uid for each in found.values()}
    return Matched(found, tuple(each for some in of_known.values() for each in some if each.uid not in taken))


def _match_alike(some: Sequence[Known], uids: Sequence[int], asked: Mapping[int, str]) -> dict[int, Known]:
    """Mails of one Message-ID, or of none: first those whose headers are the same, then, if they have an ID at all, the oldest first."""
    found: dict[int, Known] = {}
    left = list(some)
    for uid in uids:
        same = next((each for each in left if each.header and each.header == asked.get(uid)), None)
        if same is not None:
            left.remove(same)
            found[uid] = same
    if some[0].message_id:
        found |= dict(zip([uid for uid in uids if uid not in found], left, strict=False))
    return found


def _surely_new(
    unknown: Iterable[int], present: Mapping[int, Identity], matched: Matched, last: float | None, *, gone: bool
) -> bool:
    """Whether all of ``unknown`` came after the folder was looked at last, as far as the server's dates can be trusted."""
    if last is None or (not matched.found and matched.missing and not gone):
        return False  # all that should be there isn't: nothing that this folder says is like before
    last = float(int(last))  # the server's dates have no fractions
    if any(present[uid].received >= last + 1 for uid in matched.found):
        return False  # the dates were made anew, too
    highest = max(matched.found, default=0)
    return all(uid > highest and present[uid].received >= last for uid in unknown)


def _baseline(old: int, present: Iterable[int], ours: Iterable[int]) -> int:
    """Up to which UID mails are passed over now: those below the first of ``ours``, if some were there before the watch began."""
    return min(ours, default=max(present, default=0) + 1) - 1 if old else 0


def _takes_mails_away(watching: Watching) -> bool:
    return watching.watch.after_receiving.action in {"move", "delete"}


def _hashes(session: ImapSession, uids: Sequence[int]) -> Mapping[int, str]:
    return {uid: header_hash(header) for uid, header in session.headers(uids).items()}
