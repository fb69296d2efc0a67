"""What a source hands back, and what trying a server shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailflow_gui import sentences
from mailflow_gui.accounts.detect.values import Note, Proposal
from mailflow_gui.errors import MailFlowError

_NO_NETWORK = frozenset({"name-lookup-failed", "host-unknown", "unreachable"})
"""Errors that a computer without a network meets, too. (Some systems call every name unknown then.) A silent server is none of them:
its name was looked up, and mail ports are often blocked."""


@dataclass(frozen=True)
class Answer:
    """Everything that one source knows."""

    proposals: tuple[Proposal, ...] = ()
    provider: str | None = None
    answered: bool = False
    """Whether anything in the network has answered, were it only that there is nothing."""
    failure: str = ""
    """Why nobody could be asked, for people; empty where somebody was."""


@dataclass(frozen=True)
class Tried:
    """What came of calling a proposed server."""

    verified: bool
    answered: bool
    notes: tuple[Note, ...] = ()
    failure: str = ""
    """Why it could not be called, for people."""

    def on(self, proposal: Proposal) -> Proposal:
        """The proposal with what was seen."""
        known = {note.code for note in proposal.notes}
        fresh = tuple(note for note in self.notes if note.code not in known)
        return replace(proposal, verified=self.verified, notes=proposal.notes + fresh)


def shows_network(error: MailFlowError) -> bool:
    """Whether an error came from a network that works."""
    return error.code not in _NO_NETWORK


def failure_of(error: MailFlowError) -> str:
    """Why nobody could be asked, for people; empty for a host that doesn't exist: then there is simply nothing."""
    return "" if error.code == "host-unknown" else note_of(error).text


def note_of(error: MailFlowError) -> Note:
    """An error as a note on a proposal; nothing here is tried again by itself, and the words must not say so."""
    own = f"validate-{error.code}"
    return Note(own if own in sentences.SENTENCES else error.code, dict(error.arguments))
