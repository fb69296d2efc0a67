"""From the ``search`` setting to SEARCH keys (RFC 9051 6.4.4), and the gate that every text passes on its way to a server."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailflow_gui.errors import AccountBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailflow_gui.mail.message import MailMessage

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPAN = re.compile(r"(\d{1,5})\s*(minute|hour|day|week|month|year)s?", re.IGNORECASE)
_SPAN_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 31, "year": 366}
_TEXTS = {"from": b"FROM", "to": b"TO", "subject": b"SUBJECT", "body": b"BODY"}
_FLAGS = {"flagged": (b"FLAGGED", b"UNFLAGGED"), "answered": (b"ANSWERED", b"UNANSWERED")}


class Text(bytes):
    """A search argument that came from a person: it goes as quoted string or literal, never as a bare word."""

    __slots__ = ()


def criteria(
    search: Mapping[str, Any], *, unseen_only: bool = False, first_uid: int | None = None, today: date | None = None
) -> list[bytes]:
    r"""SEARCH keys for the ``search`` setting. Mails that somebody marked ``\Deleted`` are never wanted.

    :param search: from, to, subject, body, since (ISO date or "7 days"), larger, smaller, flagged, answered.
    :raises AccountBroken: a text holds control characters, or a date isn't one.
    """
    keys: list[bytes] = [b"UNDELETED"]
    if first_uid is not None:
        keys += [b"UID", b"%d:*" % max(first_uid, 1)]
    if unseen_only:
        keys.append(b"UNSEEN")
    for name, key in _TEXTS.items():
        if value := search.get(name):
            keys += [key, Text(safe(str(value), f"search ({name})").encode())]
    if since := search.get("since"):
        keys += [b"SINCE", _date(str(since), today or datetime.now().astimezone().date())]
    for name, key in (("larger", b"LARGER"), ("smaller", b"SMALLER")):
        if search.get(name) is not None:
            keys += [key, b"%d" % max(int(search[name]), 0)]
    for name, (wanted, unwanted) in _FLAGS.items():
        if search.get(name) is not None:
            keys.append(wanted if search[name] else unwanted)
    return keys


def beyond_ascii(search: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a search that a server without CHARSET UTF-8 can't look for."""
    return {name: str(search[name]) for name in _TEXTS if search.get(name) and not str(search[name]).isascii()}


def matches(texts: Mapping[str, str], message: MailMessage) -> bool:
    """What SEARCH would say: whether each text is part of its field, upper and lower case alike."""
    fields = {
        "from": lambda: " ".join(map(str, message.from_)),
        "to": lambda: " ".join(map(str, message.to)),
        "subject": lambda: message.subject,
        "body": lambda: message.content,
    }
    return all(text.casefold() in fields[name]().casefold() for name, text in texts.items())


def quoted(text: str) -> bytes:
    """A quoted string (RFC 9051 4.3); bytes beyond ASCII go as UTF-8, which servers take though RFC 3501 has no such thing."""
    return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def safe(text: str, what: str) -> str:
    """``text``, if it can't end a line on the wire and begin a command of its own.

    :param what: what it is, for the person who typed it.
    :raises AccountBroken: it holds CR, LF, NUL, or half a character.
    """
    if any(mark in text for mark in "\r\n\0"):
        raise AccountBroken("unsafe-characters", what=what)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise AccountBroken("unsafe-characters", what=what) from error
    return text


def _date(value: str, today: date) -> bytes:
    if match := _SPAN.fullmatch(value.strip()):
        # SEARCH knows whole days only; half a day more is better than half a day less.
        days = int(match[1]) * _SPAN_DAYS[match[2].lower()]
        day = today - timedelta(days=min(int(days) + (days % 1 > 0), today.toordinal() - 1))
    else:
        try:
            day = date.fromisoformat(value.strip()[:10])
        except ValueError as error:
            raise AccountBroken("search-date-unknown", value=value) from error
    return b"%02d-%s-%04d" % (day.day, _MONTHS[day.month - 1].encode(), day.year)
