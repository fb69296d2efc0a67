"""The tree of a mail's parts (RFC 2045, RFC 2046) as a flat list of leaves, found by their offsets in the raw bytes.

No part is copied or decoded before somebody asks for it, and nothing recurses: a mail of 50 MB costs its offsets, a mail with a thousand
nested multiparts costs a thousand short steps at most.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailflow_gui.mail import headers, large, parameters
from mailflow_gui.mail.swift import swift

MAXIMUM_DEPTH = 50
MAXIMUM_PARTS = 1000

TOO_DEEP = "parts-too-deep"
"""Defect: multiparts nest deeper than 50; the innermost is kept whole, as an attachment."""
TOO_MANY = "parts-too-many"
"""Defect: more than 1,000 parts; the rest is kept whole, as the last attachment."""
BOUNDARY_MISSING = "boundary-missing"
"""Defect: a multipart doesn't say how its parts are divided; it is read as text."""
BOUNDARY_NOT_FOUND = "boundary-not-found"
"""Defect: a multipart without any part; it is read as text."""
NOT_CLOSED = "multipart-not-closed"
"""Defect: a multipart without its last delimiter: the mail may have been cut off."""
ENCODING_UNKNOWN = "transfer-encoding-unknown"
"""Defect: a Content-Transfer-Encoding nobody knows; the bytes are kept as they are."""
BASE64_BROKEN = "base64-broken"
"""Defect: base64 that ends in the middle of a byte or is padded in the middle; what can be read is kept."""

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_NOT_BASE64 = bytes(
    byte for byte in range(256) if not (chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/="))
)
_SOFT_BREAK = re.compile(rb"=[ \t]++(?=\r?\n)")
"""A soft line break with white space that was added on the way (RFC 2045 6.7)."""
_BEHIND_BOUNDARY = re.compile(rb"(--)?[ \t\r]{0,200}+(?=\n|\Z)")
_SHORT_HEAD = 300
"""Bytes of a part's header that is remembered."""
_STRETCH = 4096
"""Bytes that are searched for a delimiter from a dash on."""
_FEW_DASHES = 8
"""Dashes behind a delimiter that are looked at one by one: a part's header has about as many."""
_MOST_MISSES = 1000
_READABLE = re.compile(rb"\n(?:--|__|[^ \t\r\n]++[ \t]++[^ \t\r\n])")
_LONG_BASE64 = re.compile(rb"(?:^|\n)[A-Za-z0-9+/]{60,}+={0,2}+[ \t\r]*+(?:\n|$)")
_BASE64_AND_BLANKS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
IDENTITY = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"})
"""Transfer encodings that change nothing."""


@swift
@dataclass(frozen=True)
class Part:
    """One leaf of the tree: what its header says, and where its body lies."""

    type: str
    """Media type in lower case."""
    parameters: Mapping[str, str]
    """Of Content-Type, such as ``charset``."""
    disposition: str
    """``attachment``, ``inline`` or empty (RFC 2183)."""
    name: str
    """The file name as written, decoded but not yet safe; may be empty."""
    encoding: str
    """Content-Transfer-Encoding in lower case."""
    content_id: str | None
    containers: tuple[str, ...]
    """Types of the multiparts around it, outermost first."""
    start: int
    end: int


@swift
@dataclass(frozen=True)
class Tree:
    """All leaves of a mail, in order."""

    type: str
    """Media type of the whole mail."""
    parameters: Mapping[str, str]
    parts: tuple[Part, ...]
    defects: frozenset[str]


@swift
@dataclass(frozen=True)
class _Entity:
    """A part still to be looked at."""

    block: headers.Block
    body: int
    """Offset of its body; those in its block may be counted from its own first byte."""
    end: int
    containers: tuple[str, ...]
    whole: bool = False
    """Not to be divided any further."""


def media_type(block: headers.Block, container: str = "") -> tuple[str, Mapping[str, str]]:
    """Type and parameters of an entity; what is missing or broken is plain text (RFC 2045 5.2)."""
    value = block.first.get(b"content-type")
    if value is None:
        return ("message/rfc822" if container == "multipart/digest" else "text/plain"), _NO_PARAMETERS
    return _kept_type(value) if len(value) <= parameters.LONGEST_KEPT else _type(value)


_NO_PARAMETERS: Mapping[str, str] = {}


def _type(value: bytes) -> tuple[str, Mapping[str, str]]:
    found, named = parameters.split(value)
    found = found.replace(" ", "")
    if found == "text":
        found = "text/plain"
    return (found if _TYPE.fullmatch(found) else "text/plain"), named


_kept_type = lru_cache(maxsize=256)(_type)


def grow(raw: bytes, block: headers.Block) -> Tree:
    """The tree of the mail whose header block is ``block``. Never raises."""
    defects: set[str] = set()
    whole, its_parameters = media_type(block)
    if not whole.startswith("multipart/"):
        leaf = _leaf(block, (block.body, len(raw)), (), (whole, its_parameters), defects)
        return Tree(whole, its_parameters, (leaf,), frozenset(defects))
    parts: list[Part] = []
    waiting = [_Entity(block, block.body, len(raw), ())]
    while waiting:
        entity = waiting.pop()
        container = entity.containers[-1] if entity.containers else ""
        found, named = media_type(entity.block, container)
        if found.startswith("multipart/") and not entity.whole:
            boundary = named.get("boundary", "").rstrip()
            children = _divide(raw, entity, (found, boundary), len(parts) + len(waiting), defects)
            if children is not None:
                waiting += reversed(children)
                continue
            found = "text/plain"
        if entity.containers:  # the defects of the mail's own header are its header's
            defects |= entity.block.defects
        parts.append(_leaf(entity.block, (entity.body, entity.end), entity.containers, (found, named), defects))
    return Tree(whole, its_parameters, tuple(parts), frozenset(defects))


def _divide(raw: bytes, entity: _Entity, kind: tuple[str, str], known: int, defects: set[str]) -> list[_Entity] | None:
    """The entities inside a multipart, given its type and boundary; None if it can't be divided."""
    found, boundary = kind
    if not boundary:
        defects.add(BOUNDARY_MISSING)
        return None
    spans, closed = _spans(raw, entity.body, entity.end, boundary.encode("utf-8", "replace"), MAXIMUM_PARTS - known)
    if not spans:
        defects.add(BOUNDARY_NOT_FOUND)
        return None
    if not closed:
        defects.add(NOT_CLOSED)
    if spans[-1][2]:
        defects.add(TOO_MANY)
    containers = (*entity.containers, found)
    too_deep = len(containers) >= MAXIMUM_DEPTH
    children = []
    for start, end, rest in spans:
        block, body = (headers.Block(start, start, start, (), frozenset()), start) if rest else _head(raw, start, end)
        child = _Entity(block, body, end, containers, rest or too_deep)
        if too_deep and media_type(block)[0].startswith("multipart/"):
            defects.add(TOO_DEEP)
        children.append(child)
    return children


def _head(raw: bytes, start: int, end: int) -> tuple[headers.Block, int]:
    """The header block of a part, and where the part's body begins."""
    # The headers of parts are few and short, and the same in many mails: they are read once.
    stop = raw.find(b"\r\n\r\n", start, min(start + _SHORT_HEAD, end)) + 4
    if stop > start + 4:
        block = _kept_head(raw[start:stop])
        # Not if a part begins with a byte order mark, or if another empty line, or what is no field, ends the header sooner.
        if not block.start and block.body == stop - start:
            return block, stop
    block = headers.split(raw, start, end)
    return block, block.body


_kept_head = lru_cache(maxsize=256)(headers.split)


def _spans(raw: bytes, start: int, end: int, boundary: bytes, most: int) -> tuple[list[tuple[int, int, bool]], bool]:
    """Where the parts between the delimiters lie, and whether the last delimiter was found; the third value marks the undivided rest."""
    spans: list[tuple[int, int, bool]] = []
    opened: int | None = None
    for before, behind, last in _delimiters(raw, max(start - 1, 0), end, b"\n--" + boundary):
        if opened is not None:
            spans.append((opened, max(opened, _before_break(raw, before + 1)), False))
        if last:
            return spans, True
        opened = min(behind + 1, end)
        if len(spans) + 1 >= most:
            return [*spans, (opened, end, True)], True
    if opened is not None:
        spans.append((opened, end, False))
    return spans, False


def _delimiters(raw: bytes, start: int, end: int, begin: bytes) -> Iterator[tuple[int, int, bool]]:
    """The delimiter lines, which all ``begin`` alike: where each begins and ends, and whether it is the last one.

    There is none without a dash, and in the base64 of a large attachment there is no dash: it is leapt over.
    """
    at, misses, alone = start, 0, 0
    while misses < _MOST_MISSES:
        dash = raw.find(b"-", at + 1, end)
        if dash < 0:
            return
        at = dash - 1
        if alone < _FEW_DASHES and not raw.startswith(begin, at, end):
            alone += 1  # as in the names of header fields: no reason to search further than to the next one
            at = dash
            continue
        stop = min(at + _STRETCH + len(begin), end)
        place = raw.find(begin, at, stop)
        if place < 0:
            if stop == end:
                return
            at = stop - len(begin) + 1
        elif found := _BEHIND_BOUNDARY.match(raw, place + len(begin), end):
            yield place, found.end(), bool(found[1])
            at, alone = found.end(), 0
        else:
            at = place + 1
            misses += 1
    # A mail can hold a million lines that only begin like a delimiter: one search in C for the rest.
    for found in re.compile(re.escape(begin) + _BEHIND_BOUNDARY.pattern).finditer(raw, at, end):
        yield found.start(), found.end(), bool(found[1])


def _before_break(raw: bytes, at: int) -> int:
    """The line break before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    at -= raw[at - 1 : at] == b"\n"
    return at - (raw[at - 1 : at] == b"\r")


def _leaf(
    block: headers.Block,
    span: tuple[int, int],
    containers: tuple[str, ...],
    kind: tuple[str, Mapping[str, str]],
    defects: set[str],
) -> Part:
    """The leaf whose header is ``block`` and whose body lies in ``span``; ``kind``: its type and parameters."""
    found, named = kind
    fields = block.first
    disposition, name = "", ""
    if written := fields.get(b"content-disposition"):
        disposition, said = parameters.split(written, named.get("charset", ""), defects)
        name = said.get("filename", "")
        if disposition and disposition != "inline":  # an unknown disposition is an attachment (RFC 2183 2.8)
            disposition = "attachment"
    encoding = ""
    if written := fields.get(b"content-transfer-encoding"):
        encoding = parameters.split(written)[0].strip(" .")
    identifier = None
    if written := fields.get(b"content-id"):
        identifier = (parameters.split(written)[0] and _content_id(block)) or None
    return Part(
        type=found,
        parameters=named,
        disposition=disposition,
        name=name or named.get("name", ""),
        encoding="" if found.startswith("multipart/") else encoding,
        content_id=identifier,
        containers=containers,
        start=span[0],
        end=span[1],
    )


def _content_id(block: headers.Block) -> str:
    from mailflow_gui.mail import words

    text = words.decode(block.get("content-id") or b"")
    match = re.search(r"<([^<>\s]+)>", text)
    return match[1] if match else text.strip("<> ")[:500]


def body(raw: bytes, part: Part, defects: set[str]) -> bytes:
    """The decoded bytes of ``part``. Never raises."""
    if part.encoding in IDENTITY:
        return raw[part.start : part.end]
    if part.encoding == "base64":
        footer = _footer(raw, part) if part.type.startswith("text/") else part.end
        if footer < part.end:
            defects.add(BASE64_BROKEN)
        return _base64(raw, part.start, footer, defects) + raw[footer : part.end]
    if part.encoding == "quoted-printable":
        return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", raw[part.start : part.end]))
    if part.encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencode(raw[part.start : part.end], defects)
    defects.add(ENCODING_UNKNOWN)
    return raw[part.start : part.end]


def _footer(raw: bytes, part: Part) -> int:
    """Where readable text begins in a base64 text: lists add a footer without encoding it, and some senders encode nothing at all.

    It begins at a line with blanks or dashes that no long line of base64 follows; at the part's end if there is none.
    """
    found = _READABLE.search(raw, max(part.start - 1, 0), part.end)
    if found is None:
        return part.end
    rest = raw[found.start() + 1 : part.end]
    first = raw[part.start : found.start() + 1].strip() == b""
    if _LONG_BASE64.search(rest) or (first and not rest.translate(None, _BASE64_AND_BLANKS)):
        return part.end
    return found.start() + 1


def _base64(raw: bytes, start: int, end: int, defects: set[str]) -> bytes:
    padding = raw.find(b"=", start, end)
    if padding < 0 or not raw[padding:end].strip(b"= \t\r\n"):
        try:
            if type(raw) is not bytes:
                return _base64_in_pieces(raw, start, end)
            return binascii.a2b_base64(memoryview(raw)[start:end])  # a large attachment is not copied to be decoded
        except binascii.Error:
            pass
    defects.add(BASE64_BROKEN)
    letters = raw[start:end].translate(None, _NOT_BASE64)
    return b"".join(_unpadded(piece) for piece in re.findall(rb"[^=]+", letters))


def _base64_in_pieces(raw: bytes, start: int, end: int) -> bytes:
    """Faultless base64 of a mail that isn't in memory."""
    decoded = io.BytesIO()
    held = b""
    for at in range(start, end, large.PIECE):
        held += raw[at : min(at + large.PIECE, end)].translate(None, _NOT_BASE64)
        whole = len(held) - len(held) % 4
        decoded.write(binascii.a2b_base64(held[:whole]))
        held = held[whole:]
    decoded.write(binascii.a2b_base64(held))
    return decoded.getvalue()


def _unpadded(letters: bytes) -> bytes:
    """Base64 letters without padding; a last letter that holds no whole byte is dropped."""
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uuencode(data: bytes, defects: set[str]) -> bytes:
    decoded = bytearray()
    inside = False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip() in (b"end", b"`"):
            break
        else:
            try:
                decoded += binascii.a2b_uu(line)
            except binascii.Error:
                defects.add(ENCODING_UNKNOWN)
    return bytes(decoded) if inside else data
