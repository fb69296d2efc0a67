"""How states, times and errors look: words, icons, colours."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from mailflow_gui.journal.listing import Listed
from mailflow_gui.language import N_, _, ngettext
from mailflow_gui.qt.controls.badges import Kind


@dataclass(frozen=True)
class Look:
    """How a state is shown."""

    title: str
    """For people (marked with ``N_``)."""
    icon: str
    token: str
    """The colour of icon and word."""
    chip: Kind
    """The kind of chip."""


LOOKS: Final[Mapping[str, Look]] = {
    "running": Look(N_("Running"), "loader", "accent-text", "accent"),
    "retrying": Look(N_("Retrying"), "rotate-cw", "warn", "warn"),
    "waiting": Look(N_("Waiting"), "circle-pause", "warn", "warn"),
    "uncertain": Look(N_("Maybe sent"), "circle-alert", "warn", "warn"),
    "sent": Look(N_("Sent"), "circle-check", "ok", "ok"),
    "skipped": Look(N_("Skipped"), "circle-dashed", "text-3", "neutral"),
    "failed": Look(N_("Failed"), "circle-x", "danger", "danger"),
}
"""By the state's JSON name, in the order of the filter's segments."""

_DRY_SENT = Look(N_("Dry run"), "flask-conical", "text-2", "neutral")

CLASSES: Final[Mapping[str, tuple[str, Kind]]] = {
    "retry-backoff": (N_("Retry"), "warn"),
    "retry-after": (N_("Retry"), "warn"),
    "recover-alternative": (N_("Recover"), "accent"),
    "reauthenticate": (N_("Sign in again"), "danger"),
    "disconnect-connection": (N_("Connection stopped"), "danger"),
    "reject-message": (N_("Reject"), "danger"),
    "uncertain": (N_("Maybe sent"), "warn"),
}
"""Error classes: the word, and the kind of chip."""

Action = Literal["retry", "discard", "resolve-sent", "resolve-resend"]

FITTING: Final[Mapping[Action, frozenset[str]]] = {
    "retry": frozenset({"failed", "retrying", "waiting"}),
    "discard": frozenset({"failed", "retrying", "waiting", "uncertain"}),
    "resolve-sent": frozenset({"uncertain"}),
    "resolve-resend": frozenset({"uncertain"}),
}
"""What a person can do about a message, by the states in which it makes sense."""


def look(state: str, *, dry: bool = False) -> Look:
    """How a state is shown; what a dry run would have sent wasn't sent."""
    if dry and state == "sent":
        return _DRY_SENT
    return LOOKS.get(state, Look(state, "circle-alert", "text-2", "neutral"))


def chip_text(row: Listed, now: float) -> str:
    """The state in the words of the detail's chip, with the time of the next try."""
    if row.state == "retrying" and row.due is not None:
        if row.due <= now:
            return _("Retry is due")
        return _("Retry in {time}").format(time=span(row.due - now))
    shown = _(look(row.state, dry=row.dry).title)
    return _("{state} (dry run)").format(state=shown) if row.dry and row.state != "sent" else shown


def span(seconds: float) -> str:
    """A length of time, in two units at most."""
    if seconds < 60:
        return _("{seconds} s").format(seconds=max(0, round(seconds)))
    if seconds < 3600:
        return _("{minutes} min {seconds} s").format(minutes=int(seconds // 60), seconds=int(seconds % 60))
    if seconds < 48 * 3600:
        return _("{hours} h {minutes} min").format(hours=int(seconds // 3600), minutes=int(seconds % 3600 // 60))
    days = int(seconds // 86400)
    return ngettext("{count} day", "{count} days", days).format(count=days)


def duration(row: Listed, now: float) -> str:
    """How long the message took, or has taken so far."""
    seconds = max(0.0, (row.settled if row.settled is not None else now) - row.received)
    return _("{seconds} s").format(seconds=f"{seconds:.1f}") if seconds < 60 else span(seconds)


def clock(at: float, now: float | None = None) -> str:
    """A time for the list: today's to the millisecond, others with their date."""
    here = datetime.fromtimestamp(at, UTC).astimezone()
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone()
    if here.date() == today.date():
        return here.strftime("%H:%M:%S.") + f"{here.microsecond // 1000:03d}"
    return here.strftime("%m-%d %H:%M:%S" if here.year == today.year else "%Y-%m-%d")


def full_time(at: float) -> str:
    """Date and time to the second, with the zone's offset."""
    local = datetime.fromtimestamp(at, UTC).astimezone().isoformat(" ", "seconds")
    return f"{local[:19]} {local[19:]}"


def size(count: int) -> str:
    """A number of bytes for people."""
    if count < 1000:
        return ngettext("{count} byte", "{count} bytes", count).format(count=count)
    for unit, factor in (("kB", 1e3), ("MB", 1e6)):
        if count < factor * 1000:
            return f"{count / factor:.{0 if count >= factor * 100 else 1}f} {unit}"
    return f"{count / 1e9:.1f} GB"


def argument_text(arguments: Mapping[str, object]) -> str:
    """An error's arguments as people copy them."""
    return json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True)
