"""A stranger's HTML made fit to be shown: few tags, no style, nothing that loads, nothing deep or long enough to hang the window.

Two steps. :class:`_Writer` reads the tags in one pass, linear whatever they are, and writes a small well-nested document of at most so
many elements, so deep, so long. nh3 then judges that document by the rules of browsers and lets through the same few tags and attributes.
Pictures that the mail brings along (``cid:``, small ``data:``) get names of ours; any other picture leaves only its description.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

import nh3

from mailflow_gui.qt.inspector import plain, table_choice
from mailflow_gui.qt.inspector.table_choice import Table

MAXIMUM_INPUT = 2_000_000
"""Characters that are looked at."""
MAXIMUM_TEXT = 40_000
"""Characters of text that are shown, some twenty pages: Qt lays out a text in one go, and the window waits for it. Plain text has more."""
MAXIMUM_ELEMENTS = 5_000
MAXIMUM_DEPTH = 40
MAXIMUM_WORD = 200
"""Characters without a space: Qt's line breaking is quadratic in them."""
MAXIMUM_PICTURES = 40
MAXIMUM_PICTURE = 5_000_000
"""Bytes of one picture."""
SCHEME = "inline"
"""Pictures are named ``inline:0``, ``inline:1`` …"""

_INLINE = {
    "a",
    "abbr",
    "b",
    "big",
    "cite",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "kbd",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
}
_INLINE |= {"sub", "sup", "tt", "u", "var"}
_BLOCKS = {
    "address",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "ul",
}
_TABLE = {"table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_ALONE = {"br", "hr", "img"}
_TAGS = _INLINE | _BLOCKS | _TABLE | _ALONE
_SILENT = {
    "script",
    "style",
    "title",
    "head",
    "template",
    "noscript",
    "textarea",
    "select",
    "object",
    "svg",
    "math",
    "iframe",
    "xmp",
}
_CELLS = {"td", "th"}

_TOKEN = re.compile(
    r"""(?s)<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]*)(?P<inside>(?>[^<>"']+|"[^"]*"|'[^']*')*)>?"""
    r"""|(?P<text>[^<]+|<)"""
)
_ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORD = re.compile(r"\S+")
_LINK = re.compile(r"(?i)(?:https?://|mailto:)\S+\Z")
_DATA = re.compile(r"(?is)data:image/(?:png|jpe?g|gif|bmp|webp)((?:;[^,;]*)*),")


@dataclass(frozen=True)
class Safe:
    """What can be shown."""

    html: str
    pictures: Mapping[str, bytes]
    """Name (``inline:0``) to bytes, not yet decoded."""
    left_out: int
    """Pictures that would have had to be loaded from elsewhere."""
    cut: bool
    """Whether it was too long, and its end is missing."""


def make(markup: str, embedded: Mapping[str, bytes]) -> Safe:
    """Clean ``markup``. ``embedded``: the mail's own pictures by Content-ID, without angle brackets."""
    writer = _Writer(embedded)
    writer.read(markup[:MAXIMUM_INPUT])
    cleaned = nh3.clean(
        "".join(writer.out),
        tags=_TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        attribute_filter=_judge,
        url_schemes={"http", "https", "mailto", SCHEME},
        link_rel=None,
        strip_comments=True,
    )
    return Safe(cleaned, writer.pictures, writer.left_out, writer.cut or len(markup) > MAXIMUM_INPUT)


def _judge(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if tag == "img" and re.fullmatch(rf"{SCHEME}:\d+", value) else None
    if attribute == "href":
        return value if _LINK.match(value) else None
    return value


@dataclass
class _Writer:
    """Reads tags, writes the few that are shown, each closed."""

    embedded: Mapping[str, bytes]
    out: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    left_out: int = 0
    cut: bool = False
    _open: list[str] = field(default_factory=list)
    _tables: list[Table] = field(default_factory=list)
    """All, in the order of their beginnings."""
    _inside: list[Table] = field(default_factory=list)
    """Those that are open."""
    _left_out: int = 0
    """Open tables too deep inside to be written; their cells become lines."""
    _elements: int = 0
    _text: int = 0
    _run: int = 0
    """Characters since the last space, whatever tags stood between them."""

    def read(self, markup: str) -> None:
        """Go through the whole text once."""
        place = 0
        while place < len(markup) and not self.cut:
            match = _TOKEN.match(markup, place)
            if match is None:
                break
            place = match.end()
            tag = (match["tag"] or "").lower()
            if match["text"]:
                self._write(html.unescape(match["text"]))
            elif tag in _SILENT and not match["end"]:
                closing = re.compile(rf"(?i)</{tag}\b[^>]*>?").search(markup, place)
                # A head that nobody closes ends where the body begins; anything else that isn't closed hides the rest, as in browsers.
                closing = closing or (re.compile(r"(?i)<body\b").search(markup, place) if tag == "head" else None)
                place = len(markup) if closing is None else closing.start() if closing[0][1] != "/" else closing.end()
            elif tag in _TAGS:
                self._tag(tag, match)
        while self._open:
            self._close()
        table_choice.choose(self._tables, self.out)

    def _write(self, text: str) -> None:
        if self._open and self._open[-1] in {"table", "thead", "tbody", "tfoot", "tr"}:
            if not text.strip():
                return
            if self._open[-1] != "tr":
                self._begin("tr")
            self._begin("td")
        room = MAXIMUM_TEXT - self._text
        if len(text) > room:
            text, self.cut = text[:room], True
        self._text += len(text)
        self.out.append(html.escape(self._broken(plain.lines(text))))

    def _broken(self, text: str) -> str:
        """``text`` with places where its long words may be broken."""

        def broken(match: re.Match[str]) -> str:
            word = match[0]
            self._run = (self._run if match.start() == 0 else 0) + len(word)
            if self._run <= MAXIMUM_WORD:
                return word
            self._run = 0
            return "\u200b" + "\u200b".join(word[start : start + 80] for start in range(0, len(word), 80))

        found = _WORD.sub(broken, text)
        if text[-1:].isspace():
            self._run = 0
        return found

    def _tag(self, tag: str, match: re.Match[str]) -> None:
        if tag in _ALONE:
            if not match["end"]:
                self._alone(tag, match["inside"])
        elif match["end"]:
            self._end(tag)
        else:
            self._start(tag, match["inside"])

    def _alone(self, tag: str, inside: str) -> None:
        if not self._counted():
            return
        if tag == "img":
            self._picture(_attributes(inside))
        else:
            self.out.append(f"<{tag}>")

    def _start(self, tag: str, inside: str) -> None:
        if tag in _TABLE and (self._left_out or (tag == "table" and len(self._open) > MAXIMUM_DEPTH - 3)):
            self._left_out += tag == "table"
            self._alone("br", "")
            return
        if tag in _TABLE and tag != "table":
            if not self._inside:
                return
            self._up_to_table(tag)
        elif (
            tag in {*_BLOCKS, "table"}
            and self._open
            and (self._open[-1] == "p" or self._open[-1] == tag in {"li", "dt", "dd"})
        ):
            # Browsers end a paragraph where a block begins; a list entry ends where the next one does.
            self._close()
        if len(self._open) < MAXIMUM_DEPTH and self._counted():
            self._begin(tag, _kept(tag, inside))

    def _up_to_table(self, tag: str) -> None:
        ends = {"td": _CELLS, "th": _CELLS, "tr": {*_CELLS, "tr"}}.get(tag, _TABLE - {"table"})
        here = len(self._open) - 1 - self._open[::-1].index("table")
        inner = self._open[here + 1 :]
        for depth, name in enumerate(inner):
            if name in ends:
                while len(self._open) > here + 1 + depth:
                    self._close()
                return

    def _begin(self, tag: str, attributes: str = "") -> None:
        self._open.append(tag)
        if tag == "table":
            self._inside.append(Table(self._inside[-1] if self._inside else None))
            self._tables.append(self._inside[-1])
        if tag in _TABLE:
            self._inside[-1].note(len(self.out), tag, closing=False)
        self.out.append(f"<{tag}{attributes}>")

    def _end(self, tag: str) -> None:
        if tag in _TABLE and self._left_out:
            self._left_out -= tag == "table"
            return
        if tag not in self._open:
            return
        last = len(self._open) - 1 - self._open[::-1].index(tag)
        # A stray end of something outside doesn't end the table it stands in.
        if tag not in _TABLE and "table" in self._open[last:]:
            return
        while len(self._open) > last:
            self._close()

    def _close(self) -> None:
        tag = self._open.pop()
        if tag in _TABLE:
            self._inside[-1].note(len(self.out), tag, closing=True)
        if tag == "table":
            self._inside.pop()
        self.out.append(f"</{tag}>")

    def _counted(self) -> bool:
        self._elements += 1
        self.cut = self.cut or self._elements > MAXIMUM_ELEMENTS
        return not self.cut

    def _picture(self, attributes: Mapping[str, str]) -> None:
        source, alternative = attributes.get("src", "").strip(), plain.one_line(attributes.get("alt", ""), 200)
        content = self._content(source)
        if content is None or len(self.pictures) >= MAXIMUM_PICTURES or len(content) > MAXIMUM_PICTURE:
            self.left_out += bool(source) and not source.lower().startswith(("cid:", "data:"))
            if alternative:
                self._write(f"[{alternative}]")
            return
        name = f"{SCHEME}:{len(self.pictures)}"
        self.pictures[name] = content
        self.out.append(f'<img src="{name}" alt="{html.escape(alternative)}">')

    def _content(self, source: str) -> bytes | None:
        if source[:4].lower() == "cid:":
            return self.embedded.get(unquote(source[4:]))
        match = _DATA.match(source)
        if match is None or len(source) > 2 * MAXIMUM_PICTURE:
            return None
        if ";base64" not in match[1].lower():
            return unquote_to_bytes(source[match.end() :])
        try:
            return base64.b64decode(re.sub(r"[^A-Za-z0-9+/=]", "", unquote(source[match.end() :])))
        except (binascii.Error, ValueError):
            return None


def _attributes(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(inside[:MAXIMUM_INPUT]):
        value = next((part for part in match.groups()[1:] if part is not None), "")
        found.setdefault(match[1].lower(), html.unescape(value))
    return found


def _kept(tag: str, inside: str) -> str:
    if tag == "a":
        link = re.sub(r"\s", "", _attributes(inside).get("href", ""))[:4000]
        return f' href="{html.escape(link)}"' if _LINK.match(link) else ""
    if tag in _CELLS:
        spans = {name: value for name, value in _attributes(inside).items() if name in {"colspan", "rowspan"}}
        return "".join(
            f' {name}="{min(int(value), 20)}"' for name, value in spans.items() if re.fullmatch(r"[1-9]\d{0,3}", value)
        )
    return ""
