"""Transformations for answers: quoted text, subjects' prefixes."""

from __future__ import annotations

import re

from mailflow_gui.language import N_
from mailflow_gui.mapping.budget import charge
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import check_size

_PREFIX = re.compile(
    r"\s*(?:re|fwd?|aw|wg|antw|sv|vs|vb|rv|tr|ref|r|返信|転送|回复|答复|转发|轉寄)\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]\s*",
    re.IGNORECASE,
)
"""Reply and forward marks of mail programs in the languages they are seen in; ours, anchored and linear."""

_DIVIDER = re.compile(
    r"\s*-{2,20}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|元のメッセージ|転送メッセージ|"
    r"オリジナルメッセージ|original-nachricht|mensaje original|messaggio originale)\s*-{2,20}\s*",
    re.IGNORECASE,
)
_INTRODUCTION_END = re.compile(
    r"(?:\bwrote|\bschrieb.{0,80}|a écrit|escribió|ha scritto|のメール|書きました|書き込みました)\s?[:：]\s*$",
    re.IGNORECASE,
)
_INTRODUCTION_START = re.compile(r"(?:on|am|le|el|il)\s.*\d|.*\d{4}|.*<[^<>]+@[^<>]+>|.*さん", re.IGNORECASE)
_OUTLOOK = re.compile(r"(?:from|von|de|差出人|送信者)\s?[:：]", re.IGNORECASE)
_OUTLOOK_NEXT = re.compile(r"(?:sent|date|gesendet|envoyé|enviado|送信日時|日時|to|宛先)\s?[:：]", re.IGNORECASE)
_FOLDED_START = re.compile(r"(?:on|am|le|el|il)\s[^\n]{0,200}\d|\d{4}\s?[年/.-]", re.IGNORECASE)
_LINE = 60
"""Units of work for a line, beside those for its characters."""
_BLANK_LIMIT = 3
"""Blank lines between an introduction and its quotation."""
_LINE_LIMIT = 400
"""Lines that introduce a quotation are short; longer ones aren't looked at."""


@transformation("strip-reply-prefix", N_("Strip “Re:” and “Fwd:”"), weight=10)
def strip_reply_prefix(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The subject without the marks of replies and forwards at its start (also 返信, AW, Re[2], full-width colons)."""
    at = 0
    while match := _PREFIX.match(value, at):
        at = match.end()
    return value[at:] if at else value


@transformation("strip-quoted-text", N_("Strip quoted text"), weight=5)
def strip_quoted_text(value: str, parameters: Parameters, context: MappingContext) -> str:
    """What the writer added: without lines quoted by ``>``, the lines that introduce them, and copies of older mails below."""
    charge(_LINE * value.count("\n"))
    check_size(len(value))
    kept: list[str] = []
    lines = value.splitlines()
    for at, line in enumerate(lines):
        if _begins_copy(line, lines[at + 1] if at + 1 < len(lines) else ""):
            break
        if line.startswith((">", "＞")):
            _drop_introduction(kept)
        else:
            kept.append(line)
    return "\n".join(kept).strip()


def _begins_copy(line: str, following: str) -> bool:
    if len(line) > _LINE_LIMIT:
        return False
    return bool(_DIVIDER.fullmatch(line) or (_OUTLOOK.match(line) and _OUTLOOK_NEXT.match(following)))


def _drop_introduction(kept: list[str]) -> None:
    """Take back the "On … somebody wrote:" that stands before a quotation, on one line or folded onto two."""
    last = len(kept)
    while last and len(kept) - last < _BLANK_LIMIT and not kept[last - 1].strip():
        last -= 1
    if last > 1 and _FOLDED_START.match(kept[last - 2]) and _introduces(f"{kept[last - 2]} {kept[last - 1]}"):
        del kept[last - 2 :]
    elif last and _introduces(kept[last - 1]):
        del kept[last - 1 :]


def _introduces(line: str) -> bool:
    return bool(len(line) <= _LINE_LIMIT and _INTRODUCTION_END.search(line) and _INTRODUCTION_START.match(line))


@transformation("quote-for-reply", N_("Quote for a reply"), weight=5)
def quote_for_reply(value: str, parameters: Parameters, context: MappingContext) -> str:
    """Each line with ``> `` before it, already quoted ones with ``>`` (RFC 3676 4.5)."""
    charge(_LINE * value.count("\n"))
    check_size(len(value) + 2 * (value.count("\n") + 1))
    return "\n".join((">" if line.startswith(">") else "> " if line else ">") + line for line in value.splitlines())
