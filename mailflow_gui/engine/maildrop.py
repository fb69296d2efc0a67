"""A maildrop as one session sees it: its mails, and which of them a watch doesn't know yet.

UIDLs should be unique and last (RFC 1939 7). Servers reuse them, give one to two mails, change them all, or have none. So a header is
looked at (TOP) wherever a UIDL alone doesn't tell: it stands twice in the list or is missing, was seen before with another size or on a
mail that has left, or is new just when others have left.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailflow_gui.engine.watching import MAXIMUM_SIZE
from mailflow_gui.errors import Recoverable
from mailflow_gui.journal.maildrops import Key
from mailflow_gui.mail.fingerprint import header_hash
from mailflow_gui.mail.pop3 import Listed, Pop3Session

_FIRST = "header-"
"""What the first version's keys begin with where they were made of a header."""


class Maildrop:
    """The mails of one session, in the server's order."""

    def __init__(self, session: Pop3Session) -> None:
        self.session = session
        self.listed = session.list()
        self._names = Counter(mail.uidl for mail in self.listed)
        self._hashes: dict[int, str] = {}
        self._bare_hashes: dict[int, str] = {}
        self._vanished: set[int] = set()

    def plain(self, mail: Listed) -> bool:
        """Whether its UIDL names this mail alone."""
        return bool(mail.uidl) and self._names[mail.uidl] == 1

    def read_headers(self, mails: Iterable[Listed]) -> None:
        """Look at headers, as many as possible at a time, for :meth:`key`."""
        wanted = [mail for mail in mails if mail.number not in self._hashes and mail.number not in self._vanished]
        without: list[Listed] = []
        for mail, header in self.session.headers(wanted):
            if header is None:
                without.append(mail)
            else:
                self._hashes[mail.number] = header_hash(header)
                self._bare_hashes[mail.number] = hashlib.sha256(header).hexdigest()[:32]
        for mail in without:
            try:  # a server without TOP gives whole mails
                self._hashes[mail.number] = header_hash(self.session.fetch(mail.number, MAXIMUM_SIZE))
            except Recoverable:
                self._vanished.add(mail.number)

    def keys(self, mails: Iterable[Listed]) -> dict[Listed, str]:
        """The keys of mails whose headers have been read; those that have vanished meanwhile are left out."""
        alike: Counter[tuple[str, int, str]] = Counter()
        wanted = {mail.number for mail in mails}
        found = {}
        for mail in self.listed:
            if mail.number in self._hashes:
                same = (mail.uidl or "", mail.size, self._hashes[mail.number])
                if mail.number in wanted:
                    found[mail] = str(Key(*same, number=alike[same]))
                alike[same] += 1
        return found

    def first_keys(self) -> dict[Listed, str]:
        """The keys that the journal's first version gave to mails whose UIDL is missing or doubled, as far as headers have been read."""
        found: dict[Listed, str] = {}
        given: set[str] = set()
        for mail in self.listed:
            if mail.number in self._bare_hashes and not self.plain(mail):
                key = f"{_FIRST}{self._bare_hashes[mail.number]}:{mail.size}"
                while key in given:
                    key += "+"
                given.add(key)
                found[mail] = key
        return found

    def all_keys(self) -> list[str]:
        """The keys of all mails; every header is read."""
        self.read_headers(self.listed)
        return list(self.keys(self.listed).values())

    def find(self, keys: Iterable[str]) -> dict[str, Listed]:
        """The mails behind keys, as far as they are there; that they are the very same is made sure of by their headers."""
        wanted = set(keys)
        names = {Key.read(key).uidl for key in wanted}
        some = [mail for mail in self.listed if (mail.uidl or "") in names]
        self.read_headers(some)
        found = {key: mail for mail, key in self.keys(some).items() if key in wanted}
        if any(key.startswith(_FIRST) for key in wanted):
            self.read_headers(self.listed)
            found |= {key: mail for mail, key in self.first_keys().items() if key in wanted}
        for key in wanted - found.keys():
            parts = Key.read(key)
            if not parts.header:  # from a journal of before headers were kept
                same = [mail for mail in some if (mail.uidl, mail.size) == (parts.uidl, parts.size)]
                found |= dict.fromkeys([key], same[0]) if same else {}
        return found


@dataclass
class Looked:
    """What a look into a maildrop has shown to a watch."""

    new: list[tuple[Listed, str | None]] = field(default_factory=list)
    """Mails it doesn't know, and their keys as far as they had to be made already."""
    gone: set[str] = field(default_factory=set)
    """Keys of known mails that have left."""
    back: set[str] = field(default_factory=set)
    """Keys of known mails that had left and are there again."""
    renamed: list[tuple[str, str]] = field(default_factory=list)
    """Known mails that the server calls otherwise now: old key, new key."""


def look(maildrop: Maildrop, present: set[str], with_uidl: Callable[[str], Sequence[Key]]) -> Looked:
    """Compare a maildrop with what a watch knows of it.

    ``present``: the keys of the known mails that were there at the last look; ``with_uidl``: the known mails, also those that have left,
    with some UIDL.
    """
    names: dict[tuple[str, int], list[str]] = defaultdict(list)
    for text in present:
        key = Key.read(text)
        names[key.uidl, key.size].append(text)
    left = set(present)
    unknown = []
    for mail in maildrop.listed:
        known = names.get((mail.uidl or "", mail.size)) if maildrop.plain(mail) else None
        if known:
            left.difference_update(known)
        else:
            unknown.append(mail)
    earlier = {mail.uidl or "": with_uidl(mail.uidl or "") for mail in unknown}
    unsure = [mail for mail in unknown if left or earlier[mail.uidl or ""] or not maildrop.plain(mail)]
    maildrop.read_headers(unsure)
    return _sorted(maildrop, unknown, set(unsure), left, earlier)


def _sorted(
    maildrop: Maildrop,
    unknown: Iterable[Listed],
    unsure: set[Listed],
    left: set[str],
    earlier: Mapping[str, Sequence[Key]],
) -> Looked:
    """``left``: the keys of mails that a look by UIDL alone didn't find."""
    keys, first = maildrop.keys(unsure), maildrop.first_keys()
    known = {str(key) for some in earlier.values() for key in some}
    there = set(keys.values()) & (known | left)
    looked = Looked(back=there - left)
    left -= there
    by_header: dict[str, list[Key]] = defaultdict(list)
    for text in sorted(left):
        old = Key.read(text)
        by_header[old.header].append(old)
    for mail in unknown:
        name = keys.get(mail)
        if mail not in unsure:
            looked.new.append((mail, None))
        elif name is None or name in there:
            continue  # it has vanished while we looked, or is known
        elif first.get(mail) in left:
            left.discard(first[mail])
            looked.renamed.append((first[mail], name))
        elif unnamed := [old for old in earlier[mail.uidl or ""] if not old.header and old.size == mail.size]:
            looked.back |= {str(old) for old in unnamed}  # known from before headers were kept
            left.difference_update(map(str, unnamed))
        else:
            key = Key.read(name)
            same = [old for old in by_header[key.header] if key.size == old.size or key.uidl == old.uidl]
            if same:
                by_header[key.header].remove(same[0])
                left.discard(str(same[0]))
                looked.renamed.append((str(same[0]), name))
            else:
                looked.new.append((mail, name))
    looked.gone = left
    return looked
