"""What an editor of templates offers at a place of the text: fields, filters with their parameters, tags. Pure: text in, choices out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.mapping.templates import meanings
from mailflow_gui.mapping.templates.names import written
from mailflow_gui.mapping.templates.naming import ALIASES, parameter_names
from mailflow_gui.mapping.transformations import TRANSFORMATIONS

TAGS = tuple(meanings.TAGS)
"""The tags that templates know."""

Kind = Literal["field", "filter", "tag", "own"]

_WORD = re.compile(r"(?:[^\W\d][\w-]*\.)*(?:[^\W\d][\w-]*)?\Z")
_REST = re.compile(r"[\w.-]*")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")
_OPERAND_ENDS = re.compile(r"[\w\])\"'.-]\Z")
_BEFORE_OPERANDS = re.compile(r"(?:^|[^\w-])(?:in|and|or|not|contains|if|elsif|unless|case|when|echo)\Z")
_FILTER_USED = re.compile(r"\|\s*(\w+)\s*:[^|]*\Z")
_NAMED = re.compile(r"\{%-?\s*(?:assign|capture|for)\s+([^\W\d][\w-]*)")
_LOOP = re.compile(r"\{%-?\s*for\s+([^\W\d][\w-]*)\s+in\s+([\w.-]+)")
_TAG = re.compile(r"\{%-?\s*(\w+)")
_BLOCKS = ("if", "unless", "case", "for", "capture", "comment")
_INNER = {"if": ("elsif", "else"), "unless": ("elsif", "else"), "case": ("when", "else"), "for": ("break", "continue")}
_WITH_EXPRESSION = frozenset({"if", "elsif", "unless", "case", "when", "for", "assign", "capture", "echo"})


@dataclass(frozen=True)
class FilterDescription:
    """A filter as an editor offers it."""

    name: str
    parameters: tuple[str, ...]
    """In order; each can also be given by name."""
    text: str
    """What it does, in English (marked for translation)."""
    required: tuple[str, ...] = ()
    """The parameters that it can't do without."""
    quoted: bool = False
    """Whether it is of little use without a text as its first parameter."""

    @property
    def call(self) -> str:
        """``replace_all: find, with``: as it is written, what may be left out in brackets."""
        spelt = {"table": "text, found, …"}
        words = [spelt.get(one, one) if one in self.required else f"[{one}]" for one in self.parameters]
        return f"{self.name}: {', '.join(words)}" if words else self.name


@dataclass(frozen=True)
class Offered:
    """A field, or a flow property, that a template may read."""

    name: str
    """As templates know it: ``from.name``, ``properties.prefix``."""
    title: str = ""
    """As people read it."""
    value: str = ""
    """What it is in the sample, on one line."""
    icon: str = ""


@dataclass(frozen=True)
class Choice:
    """One thing that is offered."""

    kind: Kind
    name: str
    text: str
    """What is written in place of the typed word."""
    back: int = 0
    """How far the cursor then stands before the end of ``text``."""
    about: str = ""
    """Of a field its title; of a filter its parameters."""
    meaning: str = ""
    """Of a filter or a tag, in English (marked for translation)."""
    value: str = ""
    icon: str = ""

    @property
    def call_without_name(self) -> str:
        """Of a filter its parameters."""
        return self.about.partition(": ")[2] if self.kind == "filter" else ""


@dataclass(frozen=True)
class Completion:
    """What fits a place, and the stretch of text whose place a choice takes."""

    start: int
    end: int
    choices: tuple[Choice, ...]
    before: str = ""
    """Written before a choice: the space behind the brackets."""
    after: str = ""
    """Written behind a choice: the brackets that close."""
    fresh: bool = False
    """Whether nothing of a word stands there yet, and a sign just opened the place: then the list shows itself."""

    def applied(self, text: str, choice: Choice) -> tuple[str, int]:
        """The text with a choice taken, and where the cursor stands then."""
        head = text[: self.start] + self.before + choice.text
        return head + self.after + text[self.end :], len(head) - choice.back


def filter_descriptions() -> tuple[FilterDescription, ...]:
    """All filters by name, Liquid's usual names among them."""
    found = []
    for name, transformation in TRANSFORMATIONS.items():
        parameters = parameter_names(transformation)
        fields = transformation.parameters.model_fields
        required = tuple(field.alias or key for key, field in fields.items() if field.is_required() and key != "name")
        first = next((field for key, field in fields.items() if key != "name"), None)
        quoted = first is not None and first.annotation is str and (first.is_required() or first.default == "")
        text = meanings.FILTERS.get(name.replace("-", "_"), "")
        names = (name.replace("-", "_"), *(alias for alias, target in ALIASES.items() if target == name))
        found += [FilterDescription(one, parameters, text, required, quoted) for one in names]
    own = (("default", ("other",)), ("escape", ()), ("first", ()), ("last", ()), ("safe", ()))
    found += [
        FilterDescription(name, parameters, meanings.FILTERS[name], parameters, bool(parameters))
        for name, parameters in own
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def filter_at(text: str, cursor: int) -> FilterDescription | None:
    """The filter whose parameters are being written at the cursor."""
    place = _opened(text, cursor)
    used = _FILTER_USED.search(_masked(text[place[1] : cursor])) if place is not None else None
    return next((one for one in filter_descriptions() if used is not None and one.name == used[1]), None)


def complete(text: str, cursor: int, fields: Sequence[Offered]) -> Completion | None:
    """What may stand at the cursor; None where nothing is to be offered: in plain text, in quotation marks, behind a finished word."""
    place = _opened(text, cursor)
    if place is None:
        return None
    kind, begin = place
    begin += text[begin:cursor].startswith("-")
    written_so_far = text[begin:cursor]
    masked = _masked(written_so_far)
    if '"' in masked or "'" in masked or masked.lstrip().startswith("#"):
        return None
    match = _WORD.search(masked)
    word = written_so_far[match.start() :] if match is not None else ""
    start = cursor - len(word)
    lead = masked[: len(masked) - len(word)]
    rest = _REST.match(text, cursor) if word else None
    end = rest.end() if rest is not None else cursor
    choices: Iterator[Choice]
    is_closed, is_tag = _closed(text, end), kind == "%" and not lead.strip()
    if is_tag:
        choices = _tags(text[:begin].rpartition("{%")[0], is_closed=is_closed)
    elif lead.rstrip().endswith("|"):
        choices = map(_filter, filter_descriptions())
    elif not _wants_operand(kind, lead):
        return None
    else:
        choices = _names(text[:begin], fields)
    fitting = ranked(choices, word)
    if not fitting or (len(fitting) == 1 and fitting[0].text.rstrip(" '") == text[start:end]):
        return None
    after = "" if is_closed or is_tag else " }}" if kind == "{" else " %}"
    fresh = not word and (
        not lead.strip() or lead.rstrip().endswith("|") or bool(_BEFORE_OPERANDS.search(lead.rstrip()))
    )
    before = " " if not lead or lead.endswith("|") else ""
    return Completion(start, end, tuple(fitting), before, after, fresh)


def ranked(choices: Iterable[Choice], word: str) -> list[Choice]:
    """Those that fit a word, the best first: names that begin with it, then parts of names, then titles, then what has it inside."""
    wanted = word.casefold()
    found: list[tuple[int, Choice]] = []
    for one in choices:
        name, title = one.name.casefold(), one.about.casefold() if one.kind == "field" else ""
        if name.startswith(wanted):
            found.append((0, one))
        elif any(part.startswith(wanted) for part in re.split(r"[._-]", name)) or title.startswith(wanted):
            found.append((1, one))
        elif wanted in name or wanted in title:
            found.append((2, one))
    return [one for _rank, one in sorted(found, key=lambda pair: pair[0])]


def _opened(text: str, cursor: int) -> tuple[str, int] | None:
    """Whether the cursor stands within ``{{`` or ``{%``, and where its inside begins."""
    output, tag = text.rfind("{{", 0, cursor), text.rfind("{%", 0, cursor)
    at = max(output, tag)
    if at < 0 or cursor < at + 2 or ("}}" if output > tag else "%}") in text[at + 2 : cursor]:
        return None
    if _blocks(text[:at])[-1:] == ["comment"] and not re.match(r"\{%-?\s*e?n?d?", text[at:cursor]):
        return None
    return ("{" if output > tag else "%"), at + 2


def _masked(text: str) -> str:
    """The text with what stands in quotation marks blotted out, as long as before."""
    return _STRINGS.sub(lambda found: "0" * len(found[0]), text)


def _closed(text: str, at: int) -> bool:
    """Whether the brackets that are open at a place are closed behind it, before others open."""
    ends = [place for sign in ("}}", "%}") if (place := text.find(sign, at)) >= 0]
    opens = [place for sign in ("{{", "{%") if (place := text.find(sign, at)) >= 0]
    return bool(ends) and (not opens or min(ends) < min(opens))


def _wants_operand(kind: str, lead: str) -> bool:
    """Whether a value may stand behind ``lead``: in a tag that takes one, and not right behind another."""
    if kind == "%" and not _takes_expression(lead):
        return False
    end = lead.rstrip()
    return not _OPERAND_ENDS.search(end) or bool(_BEFORE_OPERANDS.search(end))


def _takes_expression(lead: str) -> bool:
    words = lead.split()
    if not words or words[0] not in _WITH_EXPRESSION:
        return False
    if words[0] == "for":
        return len(words) >= 3 and words[2] == "in"
    return "=" in lead if words[0] == "assign" else words[0] != "capture"


def _blocks(text: str) -> list[str]:
    """The blocks that are open at the end of a text, the innermost last."""
    found: list[str] = []
    for match in _TAG.finditer(text):
        name = match[1]
        if found and found[-1] == "comment" and name != "endcomment":
            continue
        if name in _BLOCKS:
            found.append(name)
        elif found and name == f"end{found[-1]}":
            found.pop()
    return found


def _tags(before: str, *, is_closed: bool) -> Iterator[Choice]:
    """What goes on with or ends the block that is open comes first; a branch of a block that isn't open isn't offered."""
    blocks = _blocks(before)
    inner = blocks[-1] if blocks else ""
    first = (*_INNER.get(inner, ()), f"end{inner}") if inner else ()
    branches = {name for names in _INNER.values() for name in names} | {f"end{name}" for name in _BLOCKS}
    if "for" in blocks:
        first = (*first, *(one for one in ("break", "continue") if one not in first))
    for name in (*first, *(one for one in TAGS if one not in branches)):
        space = " " if name in _WITH_EXPRESSION else ""
        end = f"{{% end{name} %}}" if name in _BLOCKS and not is_closed else ""
        tail = "" if is_closed else f" %}}{end}"
        back = len(tail) if space else len(end)
        yield Choice("tag", name, name + space + tail, back=back, meaning=meanings.TAGS[name])


def _filter(one: FilterDescription) -> Choice:
    text = f"{one.name}: ''" if one.quoted else f"{one.name}: " if one.required else one.name
    return Choice("filter", one.name, text, back=int(one.quoted), about=one.call, meaning=one.text)


def _names(before: str, fields: Sequence[Offered]) -> Iterator[Choice]:
    """The template's own names, the parts of what a loop goes through, then the fields."""
    own = dict.fromkeys(match[1] for match in _NAMED.finditer(before))
    loops = {match[1]: match[2] for match in _LOOP.finditer(before)}
    for name in reversed(own):
        yield Choice("own", name, name)
        for one in fields:
            if name in loops and one.name.startswith(f"{loops[name]}."):
                inner = f"{name}.{one.name.removeprefix(loops[name] + '.')}"
                yield Choice("own", inner, inner, about=one.title)
    for one in fields:
        if text := written(one.name):
            yield Choice("field", one.name, text, about=one.title, value=one.value, icon=one.icon)
