"""Silence: a folder that hasn't been looked at with success for three intervals is a fault, and is shown as one, whatever the reason."""

from __future__ import annotations

import time
from collections.abc import Iterable

from mailflow_gui.engine.events import Events
from mailflow_gui.engine.watching import Watching
from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal import deliveries
from mailflow_gui.journal.journal import Journal
from mailflow_gui.mail import timeouts

INTERVALS = 3


def limit(watching: Watching) -> float:
    """Seconds without a successful look after which a watch counts as silent: three intervals, but no less than a slow command may take."""
    return max(INTERVALS * watching.watch.delay, timeouts.command() / 2)


def look(watchings: Iterable[Watching], journal: Journal, events: Events) -> None:
    """Tell of watches that have fallen silent, and of those that are heard again, each once."""
    now = time.monotonic()
    for watching in watchings:
        running = watching.running
        if running.mode != "continuous" or watching.done or running.stopping.is_set():
            continue
        if not running.resumed.is_set():
            watching.heard = now  # it waits for its turn
        silent = now - watching.heard > limit(watching)
        if silent == watching.silent:
            continue
        watching.silent = silent
        if silent:
            _tell(watching, round(now - watching.heard), journal, events)
        else:
            events.publish("receiving-again", flow=running.name, node=watching.step.id, account=watching.watch.account)


def _tell(watching: Watching, seconds: int, journal: Journal, events: Events) -> None:
    running, watch = watching.running, watching.watch
    error = MailFlowError(
        "receiving-silent", account=watch.account, folder=watch.folder, seconds=seconds, interval=round(watch.delay)
    )
    running.nodes.failed(watching.step.id, error)
    running.troubles.setdefault(watching.step.id, error)
    journal.write(
        lambda transaction: deliveries.note(
            transaction, error, flow=running.key, operation="receive", node=watching.step.id, account=watch.account
        )
    )
    events.publish(
        "receiving-silent",
        flow=running.name,
        node=watching.step.id,
        account=watch.account,
        folder=watch.folder,
        seconds=seconds,
        code=error.code,
        text=error.text,
    )
