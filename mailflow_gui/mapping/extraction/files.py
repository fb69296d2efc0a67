"""Fields from files that a mail brings: JSON by dotted path, CSV by column."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

from mailflow_gui.mail import charsets
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping import patterns
from mailflow_gui.mapping.extraction.keys import KEYS_LIMIT, Found, add, key
from mailflow_gui.mapping.extraction.settings import CsvExtraction, JsonExtraction
from mailflow_gui.mapping.values import MisfitError, Value, check_count

FILE_LIMIT = 5_000_000
"""Most bytes of a file that is read."""

_DEPTH = 20
_CELLS = 1_000_000
"""Most values of a table in a file."""
_DELIMITERS = ",;\t|"
_SNIFFED_LINES = 20


def named(value: Value, names: str) -> Attachment | None:
    """The first file whose name fits."""
    files = [entry for entry in (value if isinstance(value, tuple) else (value,)) if isinstance(entry, Attachment)]
    wanted = [patterns.glob(name) for name in names.replace(",", " ").split()]
    return next((file for file in files if any(pattern.found(file.name) for pattern in wanted)), None)


def from_json(file: Attachment, settings: JsonExtraction) -> Found:
    """Everything in the file by dotted path: ``customer.name``; a list of objects gives a list for each of their keys.

    :raises MappingError: it is no JSON, too large or too deep.
    """
    text, _defect = charsets.decode(_content(file), "utf-8")
    try:
        data = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MisfitError("mapping-extraction-not-json", file=file.name[:60]) from error
    found: Found = {}
    _flatten(data, "", found, 0, file.name)
    return found


def _no_constant(name: str) -> Value:
    raise ValueError(name)  # NaN and Infinity are no JSON (RFC 8259 6)


def _flatten(data: object, path: str, found: Found, depth: int, name: str) -> None:
    if depth > _DEPTH or len(found) > KEYS_LIMIT:
        raise MisfitError("mapping-extraction-too-large", file=name[:60])
    if isinstance(data, dict):
        for label, value in data.items():
            _flatten(value, _joined(path, str(label)), found, depth + 1, name)
    elif isinstance(data, list):
        check_count(len(data))
        if data and all(isinstance(entry, dict) for entry in data):
            labels = dict.fromkeys(label for entry in data for label in entry)
            if len(labels) * len(data) > _CELLS:
                raise MisfitError("mapping-extraction-too-large", file=name[:60])
            for label in labels:
                column = [entry.get(label) for entry in data]
                if len(found) > KEYS_LIMIT:
                    raise MisfitError("mapping-extraction-too-large", file=name[:60])
                found.setdefault(_joined(path, label), tuple(_plain(value) for value in column))
        else:
            found.setdefault(path or "items", tuple(_plain(entry) for entry in data))
    else:
        found.setdefault(path or "value", _plain(data))


def _joined(path: str, label: str) -> str:
    return f"{path}.{key(label)}" if path else key(label)


def _plain(data: object) -> Value:
    """A value as it is; what is nested deeper than fields are is JSON again."""
    if data is None or isinstance(data, (str, bool, float)):
        return data
    if isinstance(data, int):
        return data if abs(data) < 10**300 else str(data)
    if isinstance(data, list) and all(entry is None or isinstance(entry, (str, bool, int, float)) for entry in data):
        return tuple(_plain(entry) for entry in data)
    return json.dumps(data, ensure_ascii=False)


def from_csv(file: Attachment, settings: CsvExtraction) -> Found:
    """Each column as a list of texts, under its heading or its number.

    :raises MappingError: it is no CSV, or too large.
    """
    text = _text(_content(file), settings.charset)
    delimiter = settings.delimiter or _sniffed(text)
    try:
        rows: list[list[str]] = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            check_count(len(rows))
            if any(cell.strip() for cell in row):
                rows.append(row)
    except csv.Error as error:
        raise MisfitError("mapping-extraction-not-csv", file=file.name[:60]) from error
    if not rows:
        return {}
    width = max(map(len, rows[:_SNIFFED_LINES])) if not settings.header else len(rows[0])
    if width > KEYS_LIMIT or width * len(rows) > _CELLS:
        raise MisfitError("mapping-extraction-too-large", file=file.name[:60])
    heads = rows.pop(0) if settings.header else [str(number) for number in range(1, width + 1)]
    found: Found = {}
    for at, head in enumerate(heads):
        add(
            found, head if key(head) else str(at + 1), tuple(row[at].strip() if at < len(row) else None for row in rows)
        )
    return found


def _text(content: bytes, charset: str) -> str:
    """The file's text: by its byte order mark, else as told, else UTF-8 if it is, else Japanese Windows, else a guess."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(codec, "replace")
    if charset:
        return charsets.decode(content, charset)[0]
    for codec in ("utf-8", "cp932"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue  # the next is tried; the last resort guesses
    return charsets.decode(content)[0]


def _sniffed(text: str) -> str:
    """The delimiter that stands equally often in each of the first lines, outside of quotes; a comma where none does."""
    lines = [line for line in text[:50_000].splitlines() if line.strip()][:_SNIFFED_LINES]
    counts = [Counter(c for part in line.split('"')[::2] for c in part if c in _DELIMITERS) for line in lines]
    scores = {
        sign: (sum(count[sign] == counts[0][sign] for count in counts), counts[0][sign])
        for sign in _DELIMITERS
        if counts and counts[0][sign]
    }
    return max(scores, key=lambda sign: scores[sign]) if scores else ","


def _content(file: Attachment) -> bytes:
    if file.size > FILE_LIMIT:
        raise MisfitError("mapping-extraction-too-large", file=file.name[:60])
    return file.content
