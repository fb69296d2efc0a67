"""Header fields as they go on the wire: sanitised, encoded (RFC 2047, RFC 2231), folded (RFC 5322 2.2.3).

A *token* is a piece of a field's value that is never broken; lines break only between tokens. Whatever a value holds, it can't start
another field: line breaks and control characters are taken out before anything else, and :func:`assert_names` looks again at the
finished block.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote

from mailflow_gui.errors import MailFlowError, Rejected
from mailflow_gui.mail.compose_charset import Charset, encode, well_formed
from mailflow_gui.mail.envelope import envelope_address
from mailflow_gui.mail.values import Address

LINE = 78
"""Characters a line should not exceed (RFC 5322 2.1.1)."""
LONGEST = 998
"""Characters a line must not exceed."""
LONGEST_TEXT = 16_384
"""Characters of a field of free text; readers cut longer ones."""
LARGEST_HEADER = 100_000
"""Characters of all fields together; Postfix takes what is beyond 102,400 for the mail's text."""
MAXIMUM_IDS = 30
"""Message-IDs in References; of more, the first and the newest are kept (RFC 5322 3.6.4 lets software trim)."""

_SHORT_NAME = 100
"""Characters of a display name with which a field is remembered."""
_ENCODED_WORD = 75  # RFC 2047 2
_BREAKS = re.compile("[ \t]*[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+[ \t]*|\t")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}\Z")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>\Z")
_UNFOLDED = re.compile(r"(?:[!-9;-~]++:[^\r\n\0]*+\r\n)*+")
_FOLDED = re.compile(r"(?:[!-9;-~]++:[^\r\n\0]*+\r\n(?:[ \t]++[!-~][^\r\n\0]*+\r\n)*+)*+")
"""Fields, folded or not; the first line of each has its name, and no further one is blank."""
_SINGLE_BLANK = re.compile("(?<! ) (?! )")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9._-]{1,60}\Z")

_OURS = frozenset(
    (
        *(
            "from",
            "sender",
            "to",
            "cc",
            "bcc",
            "reply-to",
            "subject",
            "date",
            "message-id",
            "in-reply-to",
            "references",
        ),
        *("received", "return-path", "delivered-to", "x-original-to", "apparently-to", "envelope-to"),
        *("dkim-signature", "domainkey-signature", "authentication-results", "received-spf"),
        *("mime-version", "auto-submitted"),
    )
)
_OURS_PREFIXES = ("content-", "resent-", "arc-", "x-mailflow-")


def clean(value: str) -> str:
    """``value`` on one line: line breaks and tabs become a space, other control characters go, outer blanks too."""
    if value.isascii() and value.isprintable():
        return value.strip(" ")
    return _CONTROLS.sub("", _BREAKS.sub(" ", well_formed(value))).strip(" ")


def check_name(name: str) -> None:
    """Make sure that ``name`` may be given to a further header field.

    :raises Rejected: ``header-name-invalid`` if it is no field name (RFC 5322 3.6.8), ``header-reserved`` if MailFlow, the mail's
        own structure or the servers on its way write that field.
    """
    if not _FIELD_NAME.match(name):
        raise Rejected("header-name-invalid", name=clean(name)[:80])
    lower = name.lower()
    if lower in _OURS or lower.startswith(_OURS_PREFIXES):
        raise Rejected("header-reserved", name=name)


def field(name: str, tokens: Iterable[str]) -> str:
    """One folded field with its line end; the blank between two tokens is where a line may break."""
    lines = [f"{name}:"]
    for token in tokens:
        if len(lines[-1]) + 1 + len(token) > LINE and lines[-1] != f"{name}:":
            lines.append(f" {token}")
        else:
            lines[-1] += f" {token}"
    return "\r\n".join(lines) + "\r\n"


def unstructured(name: str, value: str, charset: Charset) -> str:
    """A field of free text, such as Subject (RFC 5322 2.2.1).

    :raises Rejected: ``header-too-long``.
    """
    if len(value) > LONGEST_TEXT:
        raise Rejected("header-too-long", name=name, maximum=LONGEST_TEXT)
    value = clean(value)
    if value.isascii() and "=?" not in value:
        if len(name) + 2 + len(value) <= LINE:
            return f"{name}: {value}".rstrip() + "\r\n"
        # Lines break at single blanks only: some readers make one blank of all that follows a line break.
        tokens = _SINGLE_BLANK.split(value)
        if max(map(len, tokens)) < LONGEST - len(name) - 2:
            return field(name, tokens)
    return field(name, encoded_words(value, charset, len(name) + 2))


def encoded_words(value: str, charset: Charset, used: int) -> list[str]:
    """``value`` as encoded words (RFC 2047), each complete in itself; the first leaves room for ``used`` characters on its line."""
    data, charset = encode(value, charset)
    frame = len(f"=?{charset}?B??=")
    words = []
    while data:
        room = (max(min(_ENCODED_WORD, LINE - used), frame + 24) - frame) // 4 * 3
        piece, data = _jis_piece(data, room) if charset == "iso-2022-jp" else _utf8_piece(data, room)
        words.append(f"=?{charset}?B?{b64encode(piece).decode('ascii')}?=")
        used = 1
    return words


def _utf8_piece(data: bytes, room: int) -> tuple[bytes, bytes]:
    """At most ``room`` bytes, cut between characters."""
    end = min(room, len(data))
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end], data[end:]


def _jis_piece(data: bytes, room: int) -> tuple[bytes, bytes]:
    """At most ``room`` bytes that begin and end in ASCII, as RFC 1468 and RFC 2047 want each word."""
    text = data.decode("iso2022_jp")
    count = min(len(text), room)
    while len(piece := text[:count].encode("iso2022_jp")) > room:
        count -= max(1, (len(piece) - room) // 3)
    return piece, text[count:].encode("iso2022_jp")


@lru_cache(maxsize=4096)
def mailbox(address: Address, charset: Charset) -> tuple[str, ...]:
    """One mailbox (RFC 5322 3.4) as tokens; a domain that isn't ASCII is written in its punycode.

    :raises Rejected: ``address-invalid``: the address can't be mailed to.
    """
    spec = envelope_address(address.address)
    name = clean(address.name)
    if not name:
        return (spec,)
    if name.isascii() and "=?" not in name and len(name) <= 60:
        if _ATOMS.match(name):
            return (*name.split(" "), f"<{spec}>")
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return (f'"{quoted}"', f"<{spec}>")
    return (*encoded_words(name, charset, 12), f"<{spec}>")


def addresses(name: str, mailboxes: Sequence[Address], charset: Charset) -> str:
    """An address field, such as To.

    :raises Rejected: ``address-invalid``: one of the addresses can't be mailed to.
    """
    if len(mailboxes) == 1 and len(mailboxes[0].name) <= _SHORT_NAME:
        return _of_one(name, mailboxes[0], charset)
    tokens: list[str] = []
    for address in mailboxes:
        if tokens:
            tokens[-1] += ","
        tokens += mailbox(address, charset)
    return field(name, tokens)


@lru_cache(maxsize=1024)
def _of_one(name: str, address: Address, charset: Charset) -> str:
    """The same few addresses stand in most of the mails that one flow sends."""
    return field(name, mailbox(address, charset))


def message_ids(name: str, ids: Sequence[str]) -> list[str]:
    """In-Reply-To or References; what isn't a Message-ID is left out, and the whole field where none is left."""
    good = [one for one in dict.fromkeys(ids) if _MESSAGE_ID.match(one)]
    if len(good) > MAXIMUM_IDS:
        good = [good[0], *good[1 - MAXIMUM_IDS :]]
    return [field(name, good)] if good else []


def own_id(message_id: str) -> str:
    """The Message-ID field.

    :raises Rejected: ``message-id-invalid`` if it is no Message-ID.
    """
    if not _MESSAGE_ID.match(message_id):
        raise Rejected("message-id-invalid")
    return f"Message-ID: {message_id}\r\n"


def parameter(name: str, value: str) -> list[str]:
    """A MIME parameter as tokens without their semicolons; in pieces of RFC 2231 where the value is long or not ASCII."""
    value = clean(value)
    if value.isascii() and len(value) <= 60:
        if _PLAIN_VALUE.match(value):
            return [f"{name}={value}"]
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{name}="{escaped}"']
    encoded = "utf-8''" + quote(value, safe="")
    if len(encoded) <= 60:
        return [f"{name}*={encoded}"]
    pieces = []
    while encoded:
        end = 60
        if "%" in encoded[end - 2 : end] and len(encoded) > end:  # never inside %XX
            end = encoded.rindex("%", end - 2, end)
        pieces.append(encoded[:end])
        encoded = encoded[end:]
    return [f"{name}*{index}*={piece}" for index, piece in enumerate(pieces)]


def parameters(value: str, *groups: Sequence[str]) -> list[str]:
    """A structured value and its parameters as the tokens of one field."""
    tokens = [value]
    for token in (one for group in groups for one in group):
        tokens[-1] += ";"
        tokens.append(token)
    return tokens


def assert_fields(block: str, fields: list[str]) -> None:
    """Make sure that a finished header block, made of ``fields``, holds these and no other.

    :raises MailFlowError: ``header-damaged``; a bug of ours, and no mail leaves with it.
    """
    if len(block) <= LONGEST:
        if _UNFOLDED.fullmatch(block) and block.splitlines(keepends=True) == fields:
            return  # nothing is folded, and each field is one line
        if _FOLDED.fullmatch(block) and _logical_lines(block) == fields:
            return
    assert_names(block, [field.partition(":")[0] for field in fields])


def _logical_lines(block: str) -> list[str]:
    """The fields of a block, each with its folded lines."""
    found: list[str] = []
    for line in block.splitlines(keepends=True):
        if line[0] in " \t":
            found[-1] += line
        else:
            found.append(line)
    return found


def assert_names(block: str, names: Sequence[str]) -> None:
    """Make sure that a finished header block holds the fields that were meant, and no other.

    :raises MailFlowError: ``header-damaged``; a bug of ours, and no mail leaves with it.
    """
    lines = block.split("\r\n")
    found = [line.partition(":")[0] for line in lines[:-1] if line[:1] not in (" ", "\t")]
    whole = lines[-1] == "" and "\r" not in (rest := "".join(lines)) and "\n" not in rest and "\0" not in rest
    blank = any(not line or line.isspace() for line in lines[:-1])
    if found != list(names) or not whole or blank or max(map(len, lines)) > LONGEST:
        raise MailFlowError("header-damaged", names=", ".join(dict.fromkeys(found))[:200])
