"""Receive Email: watches a folder of an IMAP or POP3 account; every new message begins an item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictFloat, StrictInt, model_validator

from mailflow_gui.flow.item import AfterReceiving, Watch
from mailflow_gui.flow.node_type import ConnectionField, NodeSettings, Port, SourceType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.language import N_, _

Unit = Literal["milliseconds", "seconds", "minutes", "hours", "days"]

_SECONDS: dict[Unit, float] = {"milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_EVERY: dict[Unit, str] = {
    "milliseconds": N_("every {value} ms"),
    "seconds": N_("every {value} s"),
    "minutes": N_("every {value} min"),
    "hours": N_("every {value} h"),
    "days": N_("every {value} d"),
}
_UNITS: dict[str, JsonValue] = {
    "milliseconds": N_("milliseconds"),
    "seconds": N_("seconds"),
    "minutes": N_("minutes"),
    "hours": N_("hours"),
    "days": N_("days"),
}
_ACTIONS: dict[str, JsonValue] = {
    "mark-seen": N_("Mark as seen"),
    "leave": N_("Leave as it is"),
    "move": N_("Move to a folder"),
    "delete": N_("Delete"),
}
_EXISTING: dict[str, JsonValue] = {"process": N_("Process it"), "skip": N_("Only what arrives from now on")}
_THREADS: dict[str, JsonValue] = {
    "all": N_("All messages"),
    "first": N_("First messages of a conversation"),
    "replies-to-flow": N_("Replies to what this flow sent"),
    "replies-to-node": N_("Replies to what one of its nodes sent"),
}
_POLLING: dict[str, JsonValue] = {"section": N_("Polling")}
_DUPLICATES: dict[str, JsonValue] = {"section": N_("Duplicates")}
_AFTER: dict[str, JsonValue] = {"section": N_("After receiving")}
_WHICH: dict[str, JsonValue] = {"section": N_("Which messages")}
_LONGEST_DELAY = 366 * 86_400
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_SPAN = re.compile(r"[0-9]{1,5}\s*(minute|hour|day|week|month|year)s?", re.IGNORECASE)


class _Group(BaseModel):
    """Settings that belong together under one key."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Delay(_Group):
    """How long to wait between two polls."""

    value: Annotated[StrictFloat | StrictInt, Field(title=N_("Value"), gt=0, allow_inf_nan=False)] = 5
    unit: Annotated[Unit, Field(title=N_("Unit"), json_schema_extra={"choices": _UNITS})] = "seconds"

    @property
    def seconds(self) -> float:
        return self.value * _SECONDS[self.unit]


def _or_word(schema: dict[str, Any]) -> None:
    described = dict(schema)
    schema.clear()
    schema["anyOf"] = [described, {"type": "string", "enum": ["mark-seen", "leave", "delete"]}]


class AfterReceivingSettings(_Group):
    """What happens to a message on its server once its item has settled; in a file also the action's name alone."""

    model_config = ConfigDict(json_schema_extra=_or_word)

    action: Annotated[
        Literal["mark-seen", "leave", "move", "delete"],
        Field(
            title=N_("Action"),
            description=N_("POP3 can only leave or delete; mark seen means leave there."),
            json_schema_extra={"choices": _ACTIONS},
        ),
    ] = "mark-seen"
    folder: Annotated[
        str,
        Field(
            title=N_("Folder"),
            description=N_("Where messages are moved; created if it is missing."),
            json_schema_extra={"editor": "folder", "only_for": {"action": "move"}},
        ),
    ] = ""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        return {"action": value} if isinstance(value, str) else value


class Search(_Group):
    """Which messages to receive; what is empty doesn't matter, the rest must all be true."""

    from_: Annotated[str | None, Field(alias="from", title=N_("From"), description=N_("Found in the sender."))] = None
    to: Annotated[str | None, Field(title=N_("To"), description=N_("Found in the recipients."))] = None
    subject: Annotated[str | None, Field(title=N_("Subject"), description=N_("Found in the subject."))] = None
    body: Annotated[str | None, Field(title=N_("Body"), description=N_("Found in the text."))] = None
    since: Annotated[
        str | None, Field(title=N_("Since"), description=N_("A date such as 2026-01-31, or a span such as 7 days."))
    ] = None
    larger: Annotated[
        StrictInt | None, Field(title=N_("Larger than"), ge=0, json_schema_extra={"unit": N_("bytes")})
    ] = None
    smaller: Annotated[
        StrictInt | None, Field(title=N_("Smaller than"), ge=0, json_schema_extra={"unit": N_("bytes")})
    ] = None
    flagged: Annotated[StrictBool | None, Field(title=N_("Flagged"))] = None
    answered: Annotated[StrictBool | None, Field(title=N_("Answered"))] = None

    def criteria(self) -> dict[str, Any]:
        """What was asked for, by the keys of the flow file."""
        return {key: value for key, value in self.model_dump(by_alias=True).items() if value not in (None, "")}


class ReceiveSettings(NodeSettings):
    """Settings of Receive Email."""

    connection: Annotated[
        str,
        Field(title=N_("Connection"), description=N_("The IMAP or POP3 connection to receive from.")),
        ConnectionField(("imap", "pop3")),
    ] = ""
    folder: Annotated[
        str,
        Field(
            title=N_("Folder"),
            description=N_("Empty means INBOX. POP3 has no other folder."),
            json_schema_extra={"editor": "folder", "placeholder": "INBOX"},
        ),
    ] = ""
    unseen_only: Annotated[
        StrictBool,
        Field(title=N_("Unseen only"), description=N_("Only messages not yet marked as seen. No effect with POP3.")),
    ] = True
    delay: Annotated[
        Delay,
        Field(
            title=N_("Delay"),
            description=N_("Time between two polls; with IMAP, new mail also arrives at once."),
            json_schema_extra=_POLLING,
        ),
    ] = Delay()
    maximum_emails: Annotated[
        StrictInt,
        Field(
            title=N_("Maximum emails"),
            description=N_("Messages per poll, the oldest first; the rest comes with the next. -1 means all."),
            ge=-1,
            le=1_000_000,
            json_schema_extra=_POLLING,
        ),
    ] = 5
    process_once: Annotated[
        StrictBool,
        Field(
            title=N_("Process each message once"),
            description=N_("MailFlow remembers each message. Off, only the server's flags decide."),
            json_schema_extra=_DUPLICATES,
        ),
    ] = True
    existing_mail: Annotated[
        Literal["process", "skip"],
        Field(
            title=N_("Existing mail"),
            description=N_("Process what is already there at the first start, or only what arrives from then on."),
            json_schema_extra={**_WHICH, "choices": _EXISTING},
        ),
    ] = "process"
    after_receiving: Annotated[
        AfterReceivingSettings,
        Field(
            title=N_("After receiving"),
            description=N_("What happens to a message once the flow is done with it."),
            json_schema_extra=_AFTER,
        ),
    ] = AfterReceivingSettings()
    search: Annotated[
        Search,
        Field(title=N_("Search"), description=N_("Receive only messages that fit."), json_schema_extra=_WHICH),
    ] = Search()
    threads: Annotated[
        Literal["all", "first", "replies-to-flow", "replies-to-node"],
        Field(
            title=N_("Conversations"),
            description=N_("All messages, only first ones, or only replies to what this flow or its nodes sent."),
            json_schema_extra={**_WHICH, "choices": _THREADS},
        ),
    ] = "all"
    idle: Annotated[
        StrictBool,
        Field(
            title=N_("Notice new mail at once"),
            description=N_("IMAP IDLE, where the server has it."),
            json_schema_extra=_POLLING,
        ),
    ] = True

    @property
    def watched_folder(self) -> str:
        """The folder's name, INBOX where none is given."""
        return self.folder.strip() or "INBOX"


def summary(settings: ReceiveSettings) -> str:
    """``INBOX · unseen only · every 5 s``."""
    value = f"{settings.delay.value:g}" if settings.delay.value < 1e6 else str(settings.delay.value)
    after = settings.after_receiving
    parts = [
        settings.watched_folder,
        _("unseen only") if settings.unseen_only else _("all messages"),
        _("matching a search") if settings.search.criteria() else "",
        _(_EVERY[settings.delay.unit]).format(value=value),
        _("then delete") if after.action == "delete" else "",
        _("then move to {folder}").format(folder=after.folder) if after.action == "move" and after.folder else "",
    ]
    return " · ".join(part for part in parts if part)


def check(settings: ReceiveSettings) -> Sequence[Problem]:
    """What the settings' types can't say."""
    problems: list[Problem] = []
    after = settings.after_receiving
    if settings.maximum_emails == 0:
        problems.append(Problem("maximum-zero", field="maximum_emails"))
    if settings.delay.seconds > _LONGEST_DELAY:
        problems.append(Problem("delay-too-long", field="delay.value"))
    for name, folder in (("folder", settings.folder), ("after_receiving.folder", after.folder)):
        if _CONTROL.search(folder):
            problems.append(Problem("folder-name-invalid", field=name))
    if after.action == "move":
        if not after.folder.strip():
            problems.append(Problem("move-needs-folder", field="after_receiving.folder"))
        elif _same_folder(after.folder.strip(), settings.watched_folder):
            problems.append(Problem("move-to-itself", field="after_receiving.folder"))
    repeats = not settings.process_once and (after.action == "leave" or not settings.unseen_only)
    if repeats and after.action in ("leave", "mark-seen"):
        problems.append(Problem("receive-repeats", severity="warning", field="process_once"))
    return (*problems, *_search_problems(settings.search))


def watch(settings: ReceiveSettings) -> Watch:
    """What the engine is asked to receive."""
    after = settings.after_receiving
    return Watch(
        account=settings.connection,
        folder=settings.watched_folder,
        unseen_only=settings.unseen_only,
        delay=settings.delay.seconds,
        maximum=settings.maximum_emails,
        process_once=settings.process_once,
        existing_mail=settings.existing_mail,
        after_receiving=AfterReceiving(after.action, after.folder.strip() if after.action == "move" else None),
        search=MappingProxyType(settings.search.criteria()),
        threads=settings.threads,
        idle=settings.idle,
    )


def _search_problems(search: Search) -> list[Problem]:
    problems: list[Problem] = []
    if search.since and not _is_since(search.since.strip()):
        problems.append(Problem("search-since-invalid", field="search.since", arguments={"value": search.since[:60]}))
    if search.larger is not None and search.smaller is not None and search.smaller <= search.larger + 1:
        sizes = {"larger": search.larger, "smaller": search.smaller}
        problems.append(Problem("search-sizes-exclude", field="search.smaller", arguments=sizes))
    return problems


def _is_since(text: str) -> bool:
    if _SPAN.fullmatch(text):
        return True
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):  # fromisoformat also reads weeks and bare digits
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _same_folder(one: str, other: str) -> bool:
    """INBOX is the one name whose case doesn't matter (RFC 3501 5.1)."""
    return one == other or one.upper() == other.upper() == "INBOX"


RECEIVE_EMAIL = SourceType(
    id="receive-email",
    title=N_("Receive Email"),
    group="receive",
    icon="inbox",
    settings=ReceiveSettings,
    summary=summary,
    outputs=(Port("message", N_("message"), "message"), Port("error", N_("error"), "error")),
    check=check,
    watch=watch,
)
