"""The text of a mail: which part it is, and how it reads (text/plain, format=flowed, or HTML turned to text)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailflow_gui.mail import charsets, html_tokens, tree
from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.tree import Part, Tree

HTML_UNREADABLE = "html-unreadable"
"""Defect: HTML too large or too broken to be laid out; its bare text is taken."""

MAXIMUM_HTML = 2_000_000
"""Characters of HTML that are laid out; longer ones are only stripped of their tags."""

_ALTERNATIVES_ONLY = frozenset({"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"})
"""Further forms of the same text: neither the text nor an attachment."""
_ASCII_IN_ALL = frozenset({"ascii", "utf-8", "cp1252"})
"""Codecs that read ASCII as ASCII, and can't be meant for anything else."""
_META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,8}=\s{0,8}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_BREAKING = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "blockquote",
        "pre",
        "ul",
        "ol",
        "hr",
        "dt",
        "dd",
    ]
)


@swift
@dataclass(frozen=True)
class Bodies:
    """A mail's leaves by their use."""

    text: Part | None
    html: Part | None
    attachments: tuple[Part, ...]


def choose(raw: bytes, grown: Tree) -> Bodies:
    """The first text/plain and the first text/html that are no attachments; everything else is one.

    An empty text/plain counts only if no other one comes before the HTML: some programs put one before each attachment.
    Further forms of the same text in multipart/alternative (RFC 2046 5.1.4) are left out, all other parts are kept.
    """
    parts = grown.parts
    if len(parts) == 1 and parts[0].type == "text/plain" and parts[0].disposition != "attachment":
        return Bodies(parts[0], None, ())  # as most mails are; what follows comes to the same
    text: Part | None = None
    html: Part | None = None
    attachments = []
    for part in parts:
        free = part.disposition != "attachment"
        if part.type == "text/plain" and free and _first(raw, part, text, html):
            text = part
        elif (
            part.type == "text/html"
            and free
            and html is None
            and not (part.name and text is not None and not _twin(part))
        ):
            html = part
        elif not (part.type in _ALTERNATIVES_ONLY and free and _twin(part)):
            attachments.append(part)
    return Bodies(text, html, tuple(attachments))


def _first(raw: bytes, part: Part, text: Part | None, html: Part | None) -> bool:
    """Whether a text/plain part is the mail's text, given what was found before it."""
    if text is None:
        return not (part.name and html is not None)
    blank = text.end - text.start < 1000 and not raw[text.start : text.end].strip()
    return blank and html is None and not part.name and not text.name


def _twin(part: Part) -> bool:
    return "multipart/alternative" in part.containers


def plain(raw: bytes, part: Part, defects: set[str]) -> str:
    """A text/plain part as people read it, lines ending in LF."""
    text = _characters(tree.body(raw, part, defects), part.parameters, defects)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def markup(raw: bytes, part: Part, defects: set[str]) -> str:
    """A text/html part, lines ending in LF. It is a stranger's markup: never show it unsanitised."""
    data = tree.body(raw, part, defects)
    named = part.parameters
    if charsets.codec(named.get("charset") or "us-ascii") in (None, "ascii") and not data.isascii():
        match = _META.search(data[:4096])
        if match and charsets.codec(match[1].decode("ascii")):
            named = {**named, "charset": match[1].decode("ascii")}
    return _characters(data, named, defects)


def _characters(data: bytes, named: Mapping[str, str], defects: set[str]) -> str:
    charset = named.get("charset", "")
    if data.isascii() and b"\x1b" not in data and charsets.codec(charset or "us-ascii") in _ASCII_IN_ALL:
        text = _lines(data).decode("ascii")  # most texts; their line ends are found sooner in bytes
        return text.replace("\0", "") if "\0" in text else text
    text, defect = charsets.decode(data, charset)
    if defect:
        defects.add(defect)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text = text.replace("\0", "")
    return text.removeprefix("\ufeff")


def _lines(data: bytes) -> bytes:
    """ASCII with its lines ending in LF."""
    # Single bytes are replaced many times sooner than pairs: taking out each CR, and seeing that putting one before each LF gives the
    # same again, costs a fraction of looking at each line.
    lines = data.replace(b"\r", b"")
    if len(lines) == len(data) or lines.replace(b"\n", b"\r\n") == data:
        return lines
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Paragraphs of format=flowed text on one line each (RFC 3676 4)."""
    lines: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        quoted = len(line) - len(content)
        content = content.removeprefix(" ")
        if paragraph and (quoted != depth or content == "-- "):
            lines.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
        depth = quoted
        flows = content.endswith(" ") and content != "-- "
        paragraph.append(content[:-1] if flows and delete_space else content)
        if not flows:
            lines.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
    if paragraph:
        lines.append(_quoted(depth, "".join(paragraph)))
    return "\n".join(lines)


def _quoted(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content


def from_html(html: str, defects: set[str] | None = None) -> str:
    """HTML as text: blocks, lists and tables laid out; never scripts, styles or links' targets. Never raises."""
    if not html.strip():
        return ""
    html = html.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    laid_out = _laid_out(html) if len(html) <= MAXIMUM_HTML else None
    if laid_out is None or not laid_out.strip():
        bare = strip_tags(html)
        if bare and defects is not None:
            defects.add(HTML_UNREADABLE)
        return bare
    return "\n".join(line.rstrip() for line in laid_out.strip("\n").split("\n")).rstrip() + "\n"


def _laid_out(html: str) -> str | None:
    import inscriptis  # type: ignore[import-untyped]  # it ships neither stubs nor py.typed
    from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]  # as above
    from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]  # as above

    simple = html_tokens.simplified(html)
    if simple is None:
        return None
    try:
        layout = ParserConfig(
            css=CSS_PROFILES["strict"]
        )  # the other profile puts blanks around each span, and so into words
        return html_tokens.restored(str(inscriptis.get_text(simple, layout)))
    except Exception:  # noqa: BLE001  # strangers' HTML finds faults in any layout engine; its text is kept all the same
        return None


def strip_tags(html: str) -> str:
    """The bare text of HTML of any size and depth, in linear time."""
    pieces = [
        text if kind == "text" else "\n" * (text in _BREAKING) for kind, text, _attributes in html_tokens.tokens(html)
    ]
    lines = (" ".join(line.split()) for line in html_tokens.unescape("".join(pieces)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
