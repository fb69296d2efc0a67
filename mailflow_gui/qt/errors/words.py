"""How errors are named, classed, timed and masked for people."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from mailflow_gui import logs, sentences
from mailflow_gui.errors import Outcome
from mailflow_gui.journal.error_groups import Group
from mailflow_gui.journal.history import Attempt
from mailflow_gui.language import N_, _
from mailflow_gui.mail import replies
from mailflow_gui.qt.controls.badges import Kind
from mailflow_gui.qt.inspector import plain

DAY = 24 * 3600.0


@dataclass(frozen=True)
class ClassLook:
    """How a class of errors is shown."""

    title: str
    icon: str
    token: str
    """The colour of its icon."""
    chip: Kind
    next: str
    """What happens with such an error."""
    rule: str
    """What to choose it for, in the menu."""


CLASSES: Final[Mapping[str, ClassLook]] = {
    "retry-backoff": ClassLook(
        N_("Retry"),
        "rotate-cw",
        "warn",
        "warn",
        N_("MailFlow tries again by itself, with growing pauses. Nothing is lost meanwhile."),
        N_("Retry: try again with growing pauses"),
    ),
    "retry-after": ClassLook(
        N_("Retry later"),
        "timer",
        "warn",
        "warn",
        N_("The whole connection waits as long as the server says, then MailFlow goes on by itself."),
        N_("Retry later: let the connection wait"),
    ),
    "recover-alternative": ClassLook(
        N_("Recover"),
        "refresh-cw",
        "accent-text",
        "accent",
        N_("MailFlow tries another way by itself, once."),
        N_("Recover: try another way, once"),
    ),
    "reauthenticate": ClassLook(
        N_("Sign in again"),
        "key-round",
        "danger",
        "danger",
        N_("The connection waits until you sign in again; its messages are held and go on by themselves then."),
        N_("Sign in again: hold the messages until then"),
    ),
    "disconnect-connection": ClassLook(
        N_("Connection stopped"),
        "unplug",
        "danger",
        "danger",
        N_("The connection is stopped. A good Validate brings it back, and what it held goes on by itself."),
        N_("Stop the connection until it is validated"),
    ),
    "reject-message": ClassLook(
        N_("Reject"),
        "ban",
        "text-2",
        "neutral",
        N_("The message is refused for good and kept as a dead letter; the others go on."),
        N_("Reject: give the message up, go on with the others"),
    ),
    "uncertain": ClassLook(
        N_("Maybe sent"),
        "circle-alert",
        "warn",
        "warn",
        N_("It isn’t known whether the mail arrived. It is never sent again by itself: you decide."),
        "",
    ),
}
"""By the journal's name."""

RULES: Final[tuple[Outcome, ...]] = (
    "retry-backoff",
    "retry-after",
    "recover-alternative",
    "reauthenticate",
    "disconnect-connection",
    "reject-message",
)
"""What a person may say that a code means."""

PERIODS: Final[tuple[tuple[float, str, str], ...]] = (
    (DAY, N_("Last 24 hours"), N_("24 hours")),
    (7 * DAY, N_("Last 7 days"), N_("7 days")),
    (30 * DAY, N_("Last 30 days"), N_("30 days")),
    (0.0, N_("All time"), N_("All time")),
)
"""Seconds (0: all), as the choice says it, and as the head of the bars."""

_ADDRESS = re.compile(r"([^\s<>@,;:\"()\[\]]{1,64})@((?:[^\s<>@,;:\"()\[\]]{1,63}\.)+[^\s<>@,;:\"()\[\].]{2,24})")


def look(outcome: str | None) -> ClassLook:
    """How a class is shown; one of a newer version by its own name."""
    return CLASSES.get(outcome or "", ClassLook(outcome or "", "circle-alert", "text-2", "neutral", "", ""))


def meaning(group: Group) -> str:
    """What a group's error means, in a sentence."""
    return plain.one_line(sentences.text(group.code, group.arguments), 400) if group.code else ""


def is_known(group: Group) -> bool:
    """Whether the table of codes knows it; MailFlow's own errors are known always."""
    if group.reply_code is None and not group.enhanced:
        return True
    if group.reply_code is not None:
        return replies.classify_smtp(group.reply_code, group.enhanced, "", "").known
    return (group.enhanced or "").upper() in {row.code for row in replies.known_codes()}


def short_time(at: float, now: float | None = None) -> str:
    """The time if it is of today, else the day; the year if it is another one."""
    if not at:
        return "–"
    here = datetime.fromtimestamp(at, UTC).astimezone()
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone()
    if here.date() == today.date():
        return here.strftime("%H:%M")
    if here.year == today.year:
        return _("{month}-{day}").format(month=here.strftime("%m"), day=here.strftime("%d"))
    return here.strftime("%Y-%m-%d")


def clock(at: float, now: float | None = None) -> str:
    """A time to the second, with its day unless that is today."""
    here = datetime.fromtimestamp(at, UTC).astimezone()
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone()
    return here.strftime("%H:%M:%S" if here.date() == today.date() else "%m-%d %H:%M")


def until(seconds: float) -> str:
    """A length of time in one unit, for *in 12 s*."""
    if seconds < 60:
        return _("in {seconds} s").format(seconds=max(0, round(seconds)))
    if seconds < 90 * 60:
        return _("in {minutes} min").format(minutes=round(seconds / 60))
    return _("in {hours} h").format(hours=round(seconds / 3600))


def said(attempt: Attempt) -> str:
    """The raw words of an attempt, line by line: the command, and what the server answered."""
    lines = [f"> {attempt.operation}"] if attempt.operation else []
    reply = " ".join(
        part for part in (str(attempt.reply_code or ""), attempt.enhanced or "", attempt.text or "") if part
    )
    if reply:
        lines.append(f"< {plain.lines(reply)}")
    lines.append(f"  {attempt.code}")
    return "\n".join(lines)


def masked(text: str) -> str:
    """``text`` fit to be shown to others: without secrets, and with the domains of mail addresses only."""
    return _ADDRESS.sub(r"***@\2", logs.redact(text))
