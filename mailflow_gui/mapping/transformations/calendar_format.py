"""Dates as text by letters (Unicode's date field symbols, as Java and AtlasMap use them), 和暦 too; no platform's ``strftime``.

``G`` era, ``y`` year, ``M`` month, ``d`` day, ``D`` day of year, ``E`` weekday, ``H`` 0-23, ``h`` 1-12, ``m``, ``s``, ``S``, ``a``
half of the day, ``XXX`` +09:00, ``xx`` +0900, ``z`` zone name. ``'quoted'`` text and everything that isn't a Latin letter stand as is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mailflow_gui.mapping.values import MisfitError

Calendar = Literal["gregorian", "japanese"]
Language = Literal["en", "ja"]

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*")
"""Quoted text, or a run of one letter."""

_ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ja": ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class _Moment:
    at: datetime
    era: str
    initial: str
    year: int
    japanese: bool
    language: Language


def formatted(
    value: datetime | date, template: str, calendar: Calendar = "gregorian", language: Language = "en"
) -> str:
    """``value`` by ``template``; a date without a time is midnight.

    :raises MappingError: a letter that means nothing, or a quote that isn't closed.
    """
    if template.count("'") % 2:
        raise MisfitError("mapping-bad-date-format", format=template[:60])
    at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001 (a plain date)
    moment = _moment(at, calendar, language)

    def one(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1].replace("''", "'") or "'"
        letter, width = match[0][0], len(match[0])
        write = _LETTERS.get(letter)
        if write is None or width > 9:
            raise MisfitError("mapping-bad-date-format", format=template[:60])
        text = write(moment, width)
        first_year = letter == "y" and width == 1 and moment.japanese and moment.year == 1
        return "元" if first_year and template[match.end() : match.end() + 1] == "年" else text

    return _TOKEN.sub(one, template)


def _moment(at: datetime, calendar: Calendar, language: Language) -> _Moment:
    if calendar == "japanese":
        for start, era, initial in _ERAS:
            if at.date() >= start:
                return _Moment(at, era, initial, at.year - start.year + 1, True, language)
        return _Moment(at, "西暦", "AD", at.year, False, language)
    return _Moment(at, "西暦" if language == "ja" else "AD", "AD", at.year, False, language)


def _year(moment: _Moment, width: int) -> str:
    if width == 2:
        return f"{moment.year % 100:02d}"
    return str(moment.year).zfill(width)


def _month(moment: _Moment, width: int) -> str:
    month = moment.at.month
    if width < 3:
        return str(month).zfill(width)
    if moment.language == "ja":
        return f"{month}月"
    return _MONTHS[month - 1][: 3 if width == 3 else None]


def _weekday(moment: _Moment, width: int) -> str:
    name = _WEEKDAYS[moment.language][moment.at.weekday()]
    if width >= 4:
        return name
    return name[:1] if moment.language == "ja" else name[:3]


def _half(moment: _Moment, width: int) -> str:
    names = ("午前", "午後") if moment.language == "ja" else ("AM", "PM")
    return names[moment.at.hour >= 12]


def _offset(colon: bool) -> Callable[[_Moment, int], str]:
    def write(moment: _Moment, width: int) -> str:
        offset = moment.at.utcoffset()
        if offset is None:
            return ""
        minutes = round(offset.total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        return (
            f"{'-' if minutes < 0 else '+'}{hours:02d}{':' if width == 3 or (colon and width != 2) else ''}{rest:02d}"
        )

    return write


def _padded(read: Callable[[datetime], int]) -> Callable[[_Moment, int], str]:
    return lambda moment, width: str(read(moment.at)).zfill(width)


_LETTERS: dict[str, Callable[[_Moment, int], str]] = {
    "G": lambda moment, width: moment.initial if width == 1 else moment.era,
    "y": _year,
    "u": lambda moment, width: str(moment.at.year).zfill(width),
    "M": _month,
    "d": _padded(lambda at: at.day),
    "D": _padded(lambda at: at.timetuple().tm_yday),
    "E": _weekday,
    "H": _padded(lambda at: at.hour),
    "h": _padded(lambda at: (at.hour + 11) % 12 + 1),
    "m": _padded(lambda at: at.minute),
    "s": _padded(lambda at: at.second),
    "S": lambda moment, width: f"{moment.at.microsecond:06d}".ljust(9, "0")[:width],
    "a": _half,
    "X": _offset(True),
    "x": _offset(False),
    "Z": _offset(False),
    "z": lambda moment, width: moment.at.tzname() or "",
}
