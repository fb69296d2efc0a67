"""Events: frozen past-tense facts from the engine. They are hints for those who watch; the journal is the truth."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Literal

EventName = Literal[
    "run-started",
    "polled",
    "received",
    "planned",
    "sent",
    "settled",
    "flagged",
    "failed",
    "retrying",
    "held",
    "uncertain",
    "doubt-settled",
    "receiving-silent",
    "receiving-again",
    "recovered",
    "copied",
    "copying-failed",
    "account-ready",
    "account-stopped",
    "connecting-failed",
    "run-ended",
]


@dataclass(frozen=True)
class Event:
    """One fact. ``data`` holds JSON values only, never a mail's content or a secret."""

    at: datetime
    name: EventName
    data: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As ``--events`` and the control pipe write it."""
        return {"at": self.at.isoformat(timespec="milliseconds"), "event": self.name, **self.data}


class Events:
    """Hands events to whoever subscribed, in the thread where they happen: subscribers must be quick and must not raise."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Event], None]] = []

    def subscribe(self, subscriber: Callable[[Event], None]) -> None:
        """Hear every event from now on."""
        self._subscribers.append(subscriber)

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscribers)

    def publish(self, name: EventName, /, **data: Any) -> None:
        """Tell the subscribers."""
        if self._subscribers:
            event = Event(datetime.now(UTC), name, data)
            for subscriber in self._subscribers:
                subscriber(event)


class EventFile:
    """A subscriber that writes one event per line of JSON."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        line = json.dumps(event.as_json(), ensure_ascii=False) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()
