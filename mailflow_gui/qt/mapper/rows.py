"""What the two trees show: rows with their values, made from the catalogue of fields, the flow, the rules and the sample's values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailflow_gui.language import _, ngettext
from mailflow_gui.mapping.fields import MESSAGE_FIELDS, TARGET_FIELDS, is_field
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.extractions.rows import extracted_row
from mailflow_gui.qt.mapper.row import Row
from mailflow_gui.qt.mapper.trying import Tried

MESSAGE, ADDED, PROPERTIES, CONSTANTS, MISSING_ONES = "message", "added", "properties", "constants", "missing"
MAIL, OTHERS = "mail", "others"
HEADERS = "headers"
_REQUIRED = ("from", "to")


def source_key(source: Mapping[str, Any]) -> str:
    """The key of the row that stands for a source."""
    if isinstance(source.get("field"), str):
        return f"field:{source['field']}"
    if isinstance(source.get("property"), str):
        return f"property:{source['property']}"
    return "constant:" + json.dumps(source.get("constant"), ensure_ascii=False)


def source_of(key: str) -> dict[str, Any] | None:
    """The source that a row stands for; None for a heading."""
    kind, colon, name = key.partition(":")
    if not colon:
        return None
    if kind == "constant":
        return {"constant": json.loads(name)}
    return {kind: name} if kind in ("field", "property") else None


def field_names() -> tuple[str, ...]:
    """The fields that every received mail has."""
    return tuple(one.name for one in MESSAGE_FIELDS)


def source_rows(
    rules: Sequence[Any],
    tried: Tried,
    properties: Mapping[str, Any],
    constants: Sequence[Any],
    behind: frozenset[str] | None,
    *,
    extractions: Sequence[Any] | None = None,
) -> tuple[Row, ...]:
    """The source tree. ``constants``: texts that a person typed and no rule uses yet; ``behind``: what an earlier mapper leaves;
    ``extractions``: the node's own, None where it can have none."""
    used = {source_key(source) for rule in rules for source in _all_sources(rule)}
    roots: list[Row] = []
    if behind is None and not tried.mapped:
        roots.append(_message(tried, used))
        added = [name for name in tried.added if not is_field(name)]
    else:
        added = sorted({*tried.added, *(behind or ())})
    if extractions is not None:  # what a person set up is wanted first; an invitation to do so may wait
        roots.insert(0 if extractions else len(roots), extracted_row(extractions, tried.found, used))
    if added:
        rows = tuple(
            _field(name, catalogue.field_title(name), catalogue.field_icon(name), tried, used) for name in added
        )
        roots.append(Row(ADDED, _("From earlier steps"), "arrow-left-right", children=rows, is_root=True))
    roots.append(
        Row(
            PROPERTIES,
            _("Flow properties"),
            "variable",
            children=tuple(
                Row(f"property:{name}", name, _kind(value), _line(value), used=f"property:{name}" in used)
                for name, value in properties.items()
            ),
            is_root=True,
            adds=_("Add a flow property"),
        )
    )
    texts = dict.fromkeys([key for key in used if key.startswith("constant:")])
    texts |= dict.fromkeys("constant:" + json.dumps(one, ensure_ascii=False) for one in constants)
    roots.append(
        Row(
            CONSTANTS,
            _("Constants"),
            "pin",
            children=tuple(_constant(key, used) for key in sorted(texts)),
            is_root=True,
            adds=_("Add a constant"),
        )
    )
    known = {row.key for root in roots for row in _flat(root)}
    lost = sorted(key for key in used if key not in known)
    if lost:
        rows = tuple(
            Row(key, key.partition(":")[2] or _("no name"), "unplug", wrong=_("Not found"), used=True) for key in lost
        )
        roots.append(Row(MISSING_ONES, _("No longer there"), "triangle-alert", children=rows, is_root=True))
    return tuple(roots)


def _message(tried: Tried, used: set[str]) -> Row:
    names = dict.fromkeys(tried.headers)
    for key in used:
        _root, _dot, name = key.removeprefix("field:").partition(".")
        if key.startswith("field:headers.") and name.lower() not in {one.lower() for one in names}:
            names[name] = None
    headers = tuple(
        _field(
            f"{HEADERS}.{name}", plain.one_line(name, 60), "type", tried, used, also=f"field:{HEADERS}.{name.lower()}"
        )
        for name in names
    )
    rows = []
    for one, parts in catalogue.fields_by_root():
        children: tuple[Row, ...] = tuple(
            _field(part.name, _(part.title), catalogue.ICONS[part.type], tried, used) for part in parts
        )
        if one.name == HEADERS:
            children = headers
        rows.append(
            _field(
                one.name,
                _(one.title),
                catalogue.ICONS[one.type],
                tried,
                used,
                children=children,
                folded=one.name != "from" and not any(child.used for child in children),
            )
        )
    return Row(MESSAGE, _("Received message"), "braces", children=tuple(rows), is_root=True)


def _field(
    name: str,
    title: str,
    icon: str,
    tried: Tried,
    used: set[str],
    *,
    also: str = "",
    children: tuple[Row, ...] = (),
    folded: bool = False,
) -> Row:
    key = f"field:{name}"
    found = tried.fields.get(name)
    value = ""
    if found is not None:
        value = _("empty") if found.blank else found.line.strip()
        if found.about and not found.blank and name in ("attachments", HEADERS):
            value = f"{found.about} · {value}" if name == "attachments" else _count(len(tried.headers))
    return Row(key, title, icon, value, children, used=key in used or also in used, folded=folded, hint=name)


def _count(headers: int) -> str:
    return ngettext("{count} header", "{count} headers", headers).format(count=headers)


def target_rows(
    rules: Sequence[Any], tried: Tried, complaints: Mapping[str, str], typed: frozenset[str]
) -> tuple[Row, ...]:
    """The target tree. ``complaints``: what is wrong with targets; ``typed``: fields that the sender fills itself."""
    filled: dict[str, int] = {}
    for place, rule in enumerate(rules):
        filled.setdefault(edits.target_of(rule), place)
    known = {one.name for one in TARGET_FIELDS}
    single = [name for name in filled if name.startswith(f"{HEADERS}.")]
    others = [name for name in filled if name and name not in known and name not in single]

    def row(name: str, title: str, icon: str, children: tuple[Row, ...] = (), adds: str = "") -> Row:
        required = name in _REQUIRED
        wrong = complaints.get(name, "")
        value = _result(tried, filled[name]) if name in filled else _("typed in the sender") if name in typed else ""
        return Row(
            f"target:{name}",
            title,
            icon,
            value,
            children,
            used=name in filled,
            wrong=wrong,
            required=required,
            adds=adds,
            hint=name,
        )

    rows = []
    for one in TARGET_FIELDS:
        children: tuple[Row, ...] = ()
        if one.name == HEADERS:
            children = tuple(row(name, name.partition(".")[2], "type") for name in single)
        adds = _("Add a header") if one.name == HEADERS else ""
        rows.append(row(one.name, _(one.title), catalogue.ICONS[one.type], children, adds))
    own = tuple(row(name, name, "tag") for name in others)
    return (
        Row(MAIL, _("Email to send"), "braces", children=tuple(rows), is_root=True),
        Row(OTHERS, _("Fields for later steps"), "tag", children=own, is_root=True, adds=_("Add a field")),
    )


def _result(tried: Tried, place: int) -> str:
    if place >= len(tried.outcomes):
        return ""
    outcome = tried.outcomes[place]
    if not outcome.mapped:
        return "–"
    result = outcome.result
    return result.line.strip() or _("empty")


def flat(rows: Sequence[Row]) -> Iterator[Row]:
    """Every row, those inside others after them."""
    for row in rows:
        yield from _flat(row)


def _flat(row: Row) -> Iterator[Row]:
    yield row
    for child in row.children:
        yield from _flat(child)


def _all_sources(rule: Any) -> Iterator[Mapping[str, Any]]:
    yield from edits.sources_of(rule)
    if isinstance(rule, Mapping):
        yield from (one for one in catalogue.entries(rule, "otherwise") if isinstance(one, Mapping))


def _constant(key: str, used: set[str]) -> Row:
    value = json.loads(key.partition(":")[2])
    return Row(key, _line(value) or _("empty text"), _kind(value), used=key in used)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "toggle-left"
    if isinstance(value, int | float):
        return "hash"
    return "list" if isinstance(value, list | tuple) else "at-sign" if _is_address(value) else "type"


def _is_address(value: Any) -> bool:
    text = str(value)
    return "@" in text and " " not in text and len(text) < 100


def _line(value: Any) -> str:
    return plain.one_line(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value), 200)
