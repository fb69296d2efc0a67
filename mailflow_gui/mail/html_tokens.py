"""HTML cut into tags and text in linear time, before anything that lays it out sees it: a stranger wrote it.

Layout engines and parsers have their own poison: a tag with 100,000 attributes, a margin of 100,000 lines repeated 10,000 times, a
table with a million cells. What reaches them from here is names of elements and text, in numbers that they can bear.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator

MAXIMUM_ELEMENTS = 50_000
"""Elements in one HTML text that are laid out."""
MAXIMUM_CELLS = 20_000
"""Table cells in one HTML text that are laid out: the work grows faster than their number."""

_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]{0,40})[^\s/>]*+
    ((?:[\s/]++ | [^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+" | '[^']*+' | (?!["'])[^\s>]++))? | =)*+)>""",
    re.VERBOSE,
)
"""A tag as browsers cut it: a ``>`` in a quoted value doesn't end it."""
_HIDDEN = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in ("script", "style", "title")}
"""Elements whose content is not text, by where they end."""
_MARKUP = re.compile(r"[!?a-zA-Z]|/\S")
"""What makes a less-than sign more than that."""
_NAMED = re.compile(r"/?[a-zA-Z]")
_COMMENT_END = re.compile(r"--!?>")
_INVISIBLE = re.compile(r"\bdisplay\s*+:\s*+none\b", re.IGNORECASE)
_PREFORMATTED = re.compile(r"\bwhite-space\s*+:\s*+(?:pre|break-spaces)", re.IGNORECASE)
_LONG_REFERENCE = re.compile(r"&#(?:[0-9]{30,}+|[xX][0-9a-fA-F]{30,}+);?")
"""A number that no character has, and that Python refuses to read when it is longer still."""
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9]*")
_DROPPED = frozenset({"html", "head", "body"})
"""Text stands behind their ends too (footers of lists, notes of virus scanners), where a parser may lose it."""
_BLOCKS = frozenset({"center", "details", "dir", "dl", "fieldset", "form", "menu", "search", "section"})
"""Blocks that the layout engine doesn't know."""
_LINES = frozenset({"dd", "dt", "hr", "legend", "optgroup", "option", "summary"})
"""Elements that begin and end a line; often nobody closes them."""
_WIDE_SPACE = "\U0010fffd"
"""Stands for U+3000 while others lay out: it indents Japanese paragraphs, and layout takes it for a blank."""

Token = tuple[str, str, str]
"""``text`` and the text; ``open`` or ``close``, the element's name in lower case, and its raw attributes."""


def tokens(html: str) -> Iterator[Token]:
    """Tags and texts of ``html`` in order, without comments, declarations, scripts, styles and the title. Never raises."""
    at = 0
    text_from = 0
    while (start := html.find("<", at)) >= 0:
        following = html[start + 1 : start + 2]
        if not _MARKUP.match(html, start + 1):
            at = start + 1  # just a less-than sign
            continue
        if start > text_from:
            yield "text", html[text_from:start], ""
        tag = _TAG.match(html, start) if following not in ("!", "?") else None
        if tag is not None:
            name = tag[2].lower()
            yield ("close" if tag[1] else "open"), name, tag[3]
            at = tag.end()
            if not tag[1] and name in _HIDDEN:
                closing = _HIDDEN[name].search(html, at)
                at = closing.start() if closing else len(html)
        elif html.startswith("!--", start + 1):
            at = start + 4
            if html.startswith((">", "->"), at):  # an empty comment, closed at once
                at = html.find(">", at) + 1
            else:
                end = _COMMENT_END.search(html, at)
                at = end.end() if end else len(html)
        elif not _NAMED.match(html, start + 1):  # a declaration, or an end tag of nothing
            end_at = html.find(">", start)
            at = end_at + 1 if end_at >= 0 else len(html)
        else:
            at = len(html)  # a tag that never ends: a browser shows nothing from here on either
        text_from = at
    if text_from < len(html):
        yield "text", html[text_from:], ""


def unescape(text: str) -> str:
    """``text`` with its character references replaced. Never raises."""
    return entities.unescape(_LONG_REFERENCE.sub("\ufffd", text))


def simplified(html: str) -> str | None:
    """``html`` with nothing left but bare elements and text, for :func:`restored` after layout; None if it is too much to lay out.

    Ampersands come out escaped twice, for an engine that unescapes once more than its parser.
    """
    pieces: list[str] = []
    elements = cells = 0
    for kind, text, attributes in tokens(html):
        if kind == "text":
            plain = unescape(text).replace("&", "&amp;amp;").replace("<", "&lt;")
            pieces.append(plain.replace("\u3000", _WIDE_SPACE))
            continue
        name = text.rpartition(":")[2]
        if name in _DROPPED or not _PLAIN_NAME.fullmatch(name):
            continue
        elements += kind == "open"
        cells += kind == "open" and name in ("td", "th")
        if elements > MAXIMUM_ELEMENTS or cells > MAXIMUM_CELLS:
            return None
        if name in _LINES:
            pieces.append("<div></div>")
            continue
        if name in _BLOCKS:
            name = "div"
        pieces.append(f"</{name}>" if kind == "close" else f"<{name}{_style(attributes)}>")
    return "".join(pieces)


def restored(text: str) -> str:
    """What :func:`simplified` replaced, put back after layout."""
    return text.replace(_WIDE_SPACE, "\u3000")


def _style(attributes: str) -> str:
    if not attributes:
        return ""
    if _INVISIBLE.search(attributes):
        return ' style="display:none"'
    return ' style="white-space:pre"' if _PREFORMATTED.search(attributes) else ""
