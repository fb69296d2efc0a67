"""What a person decides about a message, left as a request in the journal; with no runner there, it is carried out at once."""

from __future__ import annotations

from mailflow_gui.errors import UsageError
from mailflow_gui.journal import history, requests
from mailflow_gui.journal.journal import opened
from mailflow_gui.language import N_, _
from mailflow_gui.paths import Home
from mailflow_gui.qt.inspector import states
from mailflow_gui.qt.inspector.states import Action

__all__ = ["Action", "action", "answer", "ask"]

_ANSWERS: dict[Action, str] = {
    "retry": N_("It is tried again by the next run, or at once if one is active."),
    "discard": N_("It is discarded."),
    "resolve-sent": N_("It counts as sent."),
    "resolve-resend": N_("It is sent again by the next run, or at once if one is active."),
}


def action(name: str) -> Action:
    """The decision that is called ``name``.

    :raises KeyError: there is none.
    """
    return {str(known): known for known in _ANSWERS}[name]


def answer(taken: Action) -> str:
    """What a decision leads to, for the person who took it."""
    return _(_ANSWERS[taken])


def ask(home: Home, item: int, taken: Action) -> bool:
    """Leave the request; True if it has been carried out already, False if a runner will, within a second or so.

    :raises UsageError: the message is in another state by now, or unknown.
    :raises JournalError: the journal can't be used.
    :raises StorageError: no room or no right to write.
    """
    from mailflow_gui import app  # the whole engine: only now, not when the window starts

    with opened(home) as journal:
        found = history.messages(journal.read(), limit=1, item=item)
        if not found:
            raise UsageError("message-unknown", id=str(item))
        if found[0].state not in states.FITTING[taken]:
            raise UsageError("message-not-waiting", id=str(item), state=_(states.look(found[0].state).title))
        journal.write(lambda transaction: requests.add(transaction, taken, str(item))).result()
        return app.carry_out_requests(home, journal)
