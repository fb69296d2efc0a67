"""What an editor of expressions in CEL offers at a place of the text: fields, functions, and what can be asked of a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailflow_gui.language import N_
from mailflow_gui.mapping.cel_writing import field_in_cel
from mailflow_gui.mapping.templates.completion import Choice, Completion, Offered, ranked

METHODS: dict[str, tuple[str, str]] = {
    "contains": ('contains("")', N_("Whether a text stands in it; of a list, in one of its entries.")),
    "startsWith": ('startsWith("")', N_("Whether it begins with a text.")),
    "endsWith": ('endsWith("")', N_("Whether it ends with a text.")),
    "matches": ('matches("")', N_("Whether a pattern fits anywhere in it.")),
    "equals": ('equals("")', N_("Whether it is a text, or one of several: equals([\"a\", \"b\"]).")),
    "casefold": ("casefold()", N_("The same with upper and lower case alike.")),
    "lowerAscii": ("lowerAscii()", N_("The text in small letters.")),
    "getFullYear": ("getFullYear()", N_("The year of a date.")),
    "getDayOfWeek": ("getDayOfWeek()", N_("The day of the week of a date: 0 is Sunday.")),
    "getHours": ("getHours()", N_("The hour of a date, from 0 to 23, in UTC.")),
}  # fmt: skip
"""What can be asked of a field: how it is written, and what it says."""

FUNCTIONS: dict[str, tuple[str, str]] = {
    "isBlank": ("isBlank()", N_("Whether there is nothing to see: absent, empty, or white space only.")),
    "size": ("size()", N_("How many entries a list has, or characters a text.")),
    "int": ("int()", N_("A text as a whole number.")),
    "double": ("double()", N_("A text as a number.")),
    "string": ("string()", N_("A value as text.")),
    "timestamp": ('timestamp("")', N_("A moment, such as 2026-01-31T00:00:00Z, to compare dates with.")),
}
"""Functions that take a field."""

_WORD = re.compile(r"(?:[^\W\d]\w*\.)*(?:[^\W\d]\w*)?\Z")
_STRINGS = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_OPERAND_ENDS = re.compile(r"[\w\])\"'.]\Z")
_METHOD = re.compile(r"[\])\w]\.(\w*)\Z")


def complete(text: str, cursor: int, fields: Sequence[Offered]) -> Completion | None:
    """What may stand at the cursor; None where nothing is to be offered: in quotation marks, behind a finished word."""
    head = _STRINGS.sub(lambda found: "0" * len(found[0]), text[:cursor])
    if '"' in head or "'" in head:
        return None
    match = _WORD.search(head)
    word = text[match.start() : cursor] if match is not None else ""
    begin = cursor - len(word)
    rest = re.match(r"\w*", text[cursor:]) if word else None
    end = cursor + (rest.end() if rest is not None else 0)
    asked = _METHOD.search(head)
    if asked is not None and _is_field(head[: asked.start(1) - 1], word.rpartition(".")[0], fields):
        part = asked[1]
        found = [*ranked(_methods(), part), *_parts(word, fields)]
        start, fresh = cursor - len(part), not part
        whole = word.rpartition(".")[0] + "."
        # A field's part takes the place of its last name only, as a method does.
        choices = [one if one.kind != "field" else _shortened(one, whole) for one in found]
    else:
        lead = head[:begin].rstrip()
        if _OPERAND_ENDS.search(lead) and not lead.endswith(" in") and lead.rpartition(" ")[2] != "in":
            return None
        start, fresh = begin, False
        choices = ranked([*_fields(fields), *_functions()], word)
    if not choices or (len(choices) == 1 and choices[0].text == text[start:end]):
        return None
    return Completion(start, end, tuple(choices), fresh=fresh)


def _is_field(head: str, path: str, fields: Sequence[Offered]) -> bool:
    """Whether a value stands before the full stop."""
    return head.endswith((")", "]")) or any(one.name == path or one.name.startswith(f"{path}.") for one in fields)


def _parts(word: str, fields: Sequence[Offered]) -> list[Choice]:
    return [one for one in _fields(fields) if one.name.casefold().startswith(word.casefold()) and one.text == one.name]


def _shortened(one: Choice, whole: str) -> Choice:
    return Choice("field", one.name, one.text[len(whole) :], about=one.about, value=one.value, icon=one.icon)


def _fields(fields: Sequence[Offered]) -> Iterator[Choice]:
    for one in fields:
        written = "" if one.name.startswith("properties.") else field_in_cel(one.name)
        if written:
            yield Choice("field", one.name, written, about=one.title, value=one.value, icon=one.icon)


def _methods() -> Iterator[Choice]:
    for name, (call, meaning) in METHODS.items():
        yield Choice("filter", name, call, back=2 if '"' in call else 0, about=call, meaning=meaning)


def _functions() -> Iterator[Choice]:
    for name, (call, meaning) in FUNCTIONS.items():
        yield Choice("filter", name, call, back=2 if '"' in call else 1, about=call, meaning=meaning)
