"""Address lists of a header (RFC 5322 3.4), read strictly and in one pass: a list can be long or made to deceive.

Quoted strings, comments, groups and encoded words are understood. What is no mailbox never becomes one: it is kept as a name without
an address, so ``alice@example.org)bob@evil.com`` is shown and not mailed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow_gui.mail import words
from mailflow_gui.mail.values import Address

INVALID = "address-invalid"
"""Defect: text in an address header that is no mailbox."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)
    | "(?P<quoted>(?:[^"\\]|\\.)*+)(?:"|\\?$)
    | (?P<open>\()
    | (?P<special>[<>,;:\[\]\\)@"])
    | (?P<word>=\?[^?\s]{1,98}\?[bBqQ]\?[^?\s]*+\?=)
    | (?P<atom>[^ \t"(<>,;:\[\]\\)@]+)""",
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = re.compile(
    r"(?:([^\s\"(<>,;:\[\]\\)@]+(?: [^\s\"(<>,;:\[\]\\)@]+){0,9}) )?(<)?([\w.+=-]{1,64}@[A-Za-z0-9.-]{1,255})(?(2)>)"
)
"""One plain mailbox, as nearly all fields hold: the quick way, with the very result of the long one."""
_COMMENT = re.compile(r"[()]|\\.", re.DOTALL)
_LOCAL = re.compile(r"[^\x00-\x20\x7f-\x9f()<>\[\]:;@\\,\"\s]+")
_DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[^\x00-\x20\x7f-\x9f()<>\[\]:;@\\,\"\s]+|\[[0-9A-Za-z.:]+\]")

_Token = tuple[str, str]
"""Kind (``space``, ``quoted``, ``comment``, ``special``, ``atom``) and text."""


def parse(value: str, defects: set[str] | None = None) -> tuple[Address, ...]:
    """All mailboxes in ``value`` (unfolded, encoded words still encoded), those of groups too. Never raises."""
    simple = _SIMPLE.fullmatch(value)
    if simple and (simple[2] or not simple[1]):
        return (Address(_phrase([("atom", simple[1])]) if simple[1] else "", simple[3]),)
    return _parse(value, defects)


def _parse(value: str, defects: set[str] | None) -> tuple[Address, ...]:
    """The long way, for everything."""
    found: list[Address] = []
    item: list[_Token] = []
    angle = at_seen = False
    for token in [*_tokens(value), ("special", ",")]:
        kind, text = token
        if kind == "special" and not (angle and text in ":;,"):
            if text == "<":
                angle = True
            elif text == ">":
                angle = False
            elif text == "@":
                at_seen = True
            elif text == ":" and not at_seen:
                item = []  # the name of a group begins its members
                continue
            elif text in ",;":
                _finish(item, found, defects)
                item, at_seen = [], False
                continue
        item.append(token)
    if item and item[-1] == ("special", ","):  # an angle bracket that never closes
        item.pop()
    _finish(item, found, defects)
    return tuple(found)


def _tokens(value: str) -> Iterator[_Token]:
    at = 0
    while at < len(value):
        match = _TOKEN.match(value, at)
        if match is None:  # every character is in one of the classes; this is only for the type checker's peace
            return
        kind = match.lastgroup or "special"
        at = match.end()
        if kind == "open":
            text, at = _comment(value, at)
            yield "comment", text
        elif kind == "word":  # senders forget to encode the comma in it
            yield "atom", match["word"]
        elif kind == "quoted":
            yield "quoted", re.sub(r"\\(.)", r"\1", match["quoted"], flags=re.DOTALL)
        else:
            yield kind, match[kind]


def _comment(value: str, start: int) -> tuple[str, int]:
    """The text of a comment that opened before ``start``, and where it ends; comments nest (RFC 5322 3.2.2)."""
    depth = 1
    for match in _COMMENT.finditer(value, start):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if not depth:
                return value[start : match.start()], match.end()
    return value[start:], len(value)


def _finish(item: list[_Token], found: list[Address], defects: set[str] | None) -> None:
    """One list member: ``name <address>``, ``address (name)`` or something that is neither."""
    if all(kind in ("space", "comment") for kind, _text in item):
        return
    address = _angle(item) if ("special", "<") in item else _bare(item)
    if address is None:
        name = words.clean(words.decode_words("".join(_written(token) for token in item), defects))
        address = Address(name, "")
        if defects is not None:
            defects.add(INVALID)
    if address.name or address.address:
        found.append(address)


def _angle(item: list[_Token]) -> Address | None:
    start = item.index(("special", "<"))
    inside = item[start + 1 :]
    if ("special", ">") not in inside:
        return None
    end = inside.index(("special", ">"))
    if any(kind not in ("space", "comment") for kind, _text in inside[end + 1 :]):
        return None
    inside = inside[:end]
    if ("special", ":") in inside:  # a source route (RFC 5322 4.4)
        inside = inside[inside.index(("special", ":")) + 1 :]
    written = _addr_spec(inside)
    if written is None:
        return None
    name = _phrase(item[:start]) or _comments(item)
    return Address(name, written)


def _bare(item: list[_Token]) -> Address | None:
    written = _addr_spec(item)
    return Address(_comments(item), written) if written and ("special", "@") in item else None


def _addr_spec(tokens: list[_Token]) -> str | None:
    """``local@domain``, ``local`` alone (``<MAILER-DAEMON>``), ``""`` for ``<>``; None if it is neither."""
    tokens = _trim([token for token in tokens if token[0] != "comment"])
    if not tokens:
        return ""
    if tokens.count(("special", "@")) > 1:
        return None
    at = tokens.index(("special", "@")) if ("special", "@") in tokens else len(tokens)
    local, domain = _trim(tokens[:at]), _trim(tokens[at + 1 :])
    text = _local(*local[0]) if len(local) == 1 else None
    if text is None or at == len(tokens):
        return text
    written = "".join(part for _kind, part in domain)
    if any(kind in ("space", "quoted") for kind, _text in domain) or not _DOMAIN.fullmatch(written):
        return None
    return f"{text}@{written}"


def _local(kind: str, text: str) -> str | None:
    """The part before the @, quoted again only if it must be; None if it can't be one."""
    if kind == "atom":
        return text if _LOCAL.fullmatch(text) and "=?" not in text else None
    if kind != "quoted" or not text or words.clean(text) != text:
        return None
    if _DOT_ATOM.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _trim(tokens: list[_Token]) -> list[_Token]:
    start, end = 0, len(tokens)
    while start < end and tokens[start][0] == "space":
        start += 1
    while end > start and tokens[end - 1][0] == "space":
        end -= 1
    return tokens[start:end]


def _phrase(tokens: list[_Token]) -> str:
    """A display name. Encoded words are decoded last: a decoded comma or bracket is never syntax. Quoted ones are decoded too."""
    text = "".join(" " if kind == "comment" else part for kind, part in tokens)
    return re.sub(r"[ \t]+", " ", words.clean(words.decode_words(text)))


def _comments(tokens: list[_Token]) -> str:
    text = " ".join(part for kind, part in tokens if kind == "comment")
    return words.clean(words.decode_words(re.sub(r"\\(.)", r"\1", text)))


def _written(token: _Token) -> str:
    kind, text = token
    return f"({text})" if kind == "comment" else text
