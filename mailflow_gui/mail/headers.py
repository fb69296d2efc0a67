"""The header block of a mail (RFC 5322 2.1, 2.2): where it ends, its fields, and what the usual fields say.

Nothing here looks at the body. Fields stay raw bytes until somebody asks: most of a header is never read.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.views import view

MAXIMUM_BLOCK = 256 * 1024
"""Bytes of header block that are looked at."""
MAXIMUM_FIELD = 16 * 1024
"""Bytes of one field's value that are looked at."""

TOO_LARGE = "header-too-large"
"""Defect: the header block is longer than 256 kB; what is beyond is not read."""
FIELD_TOO_LONG = "header-field-too-long"
"""Defect: a field is longer than 16 kB; what is beyond is not read."""
MALFORMED_LINE = "header-malformed-line"
"""Defect: a line among the fields is none; it is left out."""
SEPARATOR_MISSING = "header-separator-missing"
"""Defect: the body begins without an empty line before it."""
DATE_INVALID = "date-invalid"
"""Defect: the Date field is no date."""

_NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
_FIELDS = re.compile(rb"^([!-9;-~]++):([^\r]*+(?:\r\n[ \t][^\r]*+)*+)(?:\r\n|\Z)", re.MULTILINE)
"""The fields of a block without any fault, as nearly all are: what this leaves out, or puts together wrongly, is seen by the lengths."""
_NEXT_FIELD = re.compile(rb"\r?\n(?![ \t])")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_IDS = re.compile(r"<([^<>]{1,2000})(?:>|$)")
_PLAIN_ID = re.compile(rb"(?:\r?\n)?[ \t]*(<[!#-;=@-~]{1,2000}>)[ \t]*")
_BARE_ID = re.compile(r"[^\s@<>,;()\"]+@[^\s@<>,;()\"]+")
_COMMENT = re.compile(r"\s*+\([^()]*\)")
_FRACTION = re.compile(r"(:\d\d)\.\d+")
_HALF_DAY = re.compile(r"\b(\d{1,2})(:\d\d(?::\d\d)?) ?([AP])M\b", re.IGNORECASE)
_HOURS = re.compile(r"(:\d\d) ?([+-]\d\d)$")
_OFFSET = re.compile(r"(?:(?<=\s)|(?<=:\d\d))(?:GMT|UTC?)?([+-]\d\d):?(\d\d)\b", re.IGNORECASE)
_ISO = re.compile(r"\d{4}([-/])\d\d\1\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)? ?(?:Z|[+-]\d\d:?\d\d)?")
_ZONES = {"JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "IST": 5.5, "MSK": 3, "EET": 2, "EEST": 3, "CET": 1, "MET": 1}
_ZONES |= {"CEST": 2, "MEST": 2, "BST": 1, "WET": 0, "WEST": 1, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
"""Zones by name that the standard library doesn't know (it knows those of RFC 5322 4.3)."""


@swift
@dataclass(frozen=True)
class Block:
    """A header block, cut from a mail or from one of its parts."""

    start: int
    """Offset of its first byte."""
    end: int
    """Offset behind its last field, before the empty line."""
    body: int
    """Offset of the body."""
    lines: Sequence[tuple[bytes, bytes]]
    """Names as written and raw values (still folded and encoded), in order."""
    defects: frozenset[str]
    sound: bool = field(default=False, compare=False, repr=False)
    """Known to be nothing but fields, whose lines all end in CRLF; where that isn't set, it may be so all the same."""

    @view
    def fields(self) -> tuple[tuple[str, bytes], ...]:
        """:attr:`lines`, the names as text."""
        return tuple([(name.decode("ascii"), value) for name, value in self.lines])

    def get(self, name: str) -> bytes | None:
        """The raw value of the first field called ``name`` (lower case), or None."""
        return self.first.get(name.encode("utf-8", "replace"))

    def all(self, name: str) -> Sequence[bytes]:
        """The raw values of all fields called ``name`` (lower case), in order."""
        wanted = name.encode("utf-8", "replace")
        first = self.first.get(wanted)
        if first is None:
            return ()
        if len(self.first) == len(self.lines):
            return (first,)
        size = len(wanted)  # nearly always different, and quicker to compare
        return [value for written, value in self.lines if len(written) == size and written.lower() == wanted]

    def count(self, name: str) -> int:
        """How many fields are called ``name`` (lower case)."""
        return len(self.all(name))

    @view
    def first(self) -> Mapping[bytes, bytes]:
        """The raw value of the first field of each name, in lower case."""
        return {name.lower(): value for name, value in reversed(self.lines)}


_SOUND: frozenset[str] = frozenset()


def split(raw: bytes, start: int = 0, end: int | None = None) -> Block:
    """Find and cut the header block that begins at ``start``. Never raises."""
    end = len(raw) if end is None else end
    if not start and raw.startswith(b"\xef\xbb\xbf"):  # a mail that an editor saved with a byte order mark
        start = 3
    # As nearly all mails have it: a short header that ends so. An empty line of another kind before it would show as a fault.
    stop = raw.find(b"\r\n\r\n", start, min(end, start + MAXIMUM_FIELD + 4))
    if stop >= 0 and (found := _sound(raw, start, stop, stop + 4)) is not None:
        return found
    stop, body = _blank_line(raw, start, end)
    return _sound(raw, start, stop, body) or _split(raw, start, stop, body)


def _sound(raw: bytes, start: int, stop: int, body: int) -> Block | None:
    """The quick way, for a short block without any fault, else None."""
    if stop - start > MAXIMUM_FIELD:
        return None
    block = raw[start:stop]
    fields = _FIELDS.findall(block)
    # Each field has its colon, each but the last the break behind it.
    whole = sum([len(name) + len(value) for name, value in fields]) + 3 * len(fields) - 2 == len(block)
    if whole and fields and block.count(b"\n") == block.count(b"\r"):
        return Block(start, stop, body, fields, _SOUND, sound=True)
    return None


def _split(raw: bytes, start: int, stop: int, body: int) -> Block:
    """The long way, for every block."""
    defects: set[str] = set()
    if stop - start > MAXIMUM_BLOCK:
        defects.add(TOO_LARGE)
        cut = raw.rfind(b"\n", start, start + MAXIMUM_BLOCK)
        stop = start + MAXIMUM_BLOCK if cut < 0 else cut
    block = raw[start:stop]
    if b"\r" in block and b"\n" not in block:  # an old Macintosh
        block = block.replace(b"\r", b"\n")
    fields: list[tuple[bytes, bytes]] = []
    lines = _NEXT_FIELD.split(block) if block else []
    strange: tuple[int, int] | None = None  # the number of a line that is no field, and how many fields came before it
    for number, line in enumerate(lines):
        match = _NAME.match(line)
        if match is None:
            if line.strip() and not (number == 0 and line.startswith((b"From ", b">From "))):  # mbox
                strange = strange or (number, len(fields))
        else:
            value = line[match.end() :]
            if len(value) > MAXIMUM_FIELD:
                defects.add(FIELD_TOO_LONG)
                value = value[: MAXIMUM_FIELD + 1]  # one more, so that readers see that it was cut
            fields.append((match[0][:-1].rstrip(), value))
    if strange is not None:
        if strange[1] == len(fields):  # nothing but strange lines from here: this is the body already
            defects.add(SEPARATOR_MISSING)
            stop = body = start + _offset(block, lines[: strange[0]])
        else:
            defects.add(MALFORMED_LINE)
    return Block(start, stop, body, fields, frozenset(defects))


def _offset(block: bytes, lines: Sequence[bytes]) -> int:
    """Where the line behind ``lines`` begins, the first ones of a block."""
    at = 0
    for line in lines:
        at += len(line) + (2 if block[at + len(line) : at + len(line) + 1] == b"\r" else 1)
    return at


def _blank_line(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header ends (before the break that ends its last line) and where the body begins."""
    if raw.startswith(b"\r\n", start, end):
        return start, start + 2
    if raw.startswith(b"\n", start, end):
        return start, start + 1
    if match := _EMPTY_LINE.search(raw, start, end):
        at = match.start()
        return at - (raw[at - 1 : at] == b"\r"), match.end()
    if raw.find(b"\n", start, end) < 0 and (old := raw.find(b"\r\r", start, end)) >= 0:
        return old, old + 2
    return end, end


def date(text: str) -> datetime | None:
    """A Date field's value (RFC 5322 3.3), aware; an unknown zone (-0000 or none) is UTC. None if it is no date."""
    if len(text) > 200:
        return None
    if _ISO.fullmatch(text):
        return _iso(text)
    # A zone may stand in a comment only, so comments go where a zone follows or the text is no date with them.
    bare = _FRACTION.sub(r"\1", _HALF_DAY.sub(_of_24_hours, _COMMENT.sub("", text).rstrip()))
    bare = _OFFSET.sub(r" \1\2", _HOURS.sub(r"\1 \g<2>00", bare)).replace(" Sept ", " Sep ")
    return _date(bare, text) or _date(text, text)


def _of_24_hours(time: re.Match[str]) -> str:
    hour = int(time[1])
    if hour <= 12:
        hour = hour % 12 + 12 * (time[3] in "pP")
    return f"{hour}{time[2]}"


def _iso(text: str) -> datetime | None:
    """ISO 8601, which some programs write where RFC 5322 has a form of its own."""
    try:
        found = datetime.fromisoformat(text.replace("/", "-").replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(text: str, whole: str) -> datetime | None:
    """The date in ``text``; ``whole`` is where the name of a zone is looked for, comments too."""
    try:
        parts = email.utils.parsedate_tz(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # the standard library stumbles over some nonsense
        return None
    if parts is None:
        return None
    seconds = parts[9] or 0
    if not seconds:
        words = whole.upper().replace("(", " ").replace(")", " ").split()
        seconds = next((int(_ZONES[word] * 3600) for word in words if word in _ZONES), 0)
    try:
        zone = timezone(timedelta(seconds=seconds)) if seconds else UTC
        year = parts[0] + 1900 if 100 <= parts[0] < 1000 else parts[0]  # RFC 5322 4.3
        return datetime(year, *parts[1:5], min(parts[5], 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def plain_message_id(value: bytes) -> str:
    """The Message-ID in a raw value that is nothing else, as nearly all are; empty for any other value.

    The quick way: it is the one that :func:`message_ids` finds in the decoded value.
    """
    plain = _PLAIN_ID.fullmatch(value)
    return plain[1].decode("ascii") if plain else ""


def message_ids(text: str) -> tuple[str, ...]:
    """All Message-IDs in ``text``, with their angle brackets, each once, in order (RFC 5322 3.6.4)."""
    if "<" not in text:  # some programs leave the brackets out
        bare = text.replace(",", " ").split()
        return tuple(dict.fromkeys(f"<{part}>" for part in bare)) if all(map(_BARE_ID.fullmatch, bare)) else ()
    found = (_id(match[1], closed=match[0].endswith(">")) for match in _IDS.finditer(text))
    return tuple(dict.fromkeys(identifier for identifier in found if identifier))


def _id(inside: str, *, closed: bool) -> str:
    """What stands between angle brackets as a Message-ID; empty if it is none. Some programs fold lines inside an id."""
    if '"' not in inside:
        parts = inside.split()
        inside = "".join(parts)
        if ("@" not in inside and len(parts) > 1) or (not closed and len(parts) > 1):
            return ""
    return f"<{inside}>" if inside.strip() and (closed or "@" in inside) else ""
