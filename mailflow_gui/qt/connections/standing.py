"""How the saved accounts stand: which flows use them and whether they work, read from the journal and told by a running engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mailflow_gui import sentences
from mailflow_gui.accounts.account import Account
from mailflow_gui.journal import account_use
from mailflow_gui.journal.account_use import NOTHING, Use
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _, ngettext

State = Literal[
    "ok",
    "never-validated",
    "testing",
    "retrying",
    "waiting",
    "failing",
    "needs-sign-in",
    "certificate-changed",
    "broken",
]

WORST_FIRST: tuple[State, ...] = (
    "broken",
    "certificate-changed",
    "needs-sign-in",
    "failing",
    "waiting",
    "retrying",
    "testing",
    "never-validated",
    "ok",
)

DOTS: dict[State, str] = {
    "ok": "ok",
    "never-validated": "idle",
    "retrying": "warn",
    "waiting": "warn",
    "needs-sign-in": "danger",
    "broken": "danger",
}
"""The state dot of each state."""


@dataclass(frozen=True)
class Standing:
    """How one account stands."""
TROUBLED: tuple[State, ...] = ("needs-sign-in", "certificate-changed", "broken", "failing", "retrying", "waiting")
"""States that are worth a person's look."""


    state: State
    trouble: str = ""
    """What is wrong, as one sentence; may be empty."""
    flows: tuple[str, ...] = ()
    """Names of the flows that use it."""

    @property
    def word(self) -> str:
        """The state, for people."""
        return {
            "ok": _("Validated"),
            "never-validated": _("Never validated"),
            "retrying": _("Trying again"),
            "waiting": _("Waits for the keyring"),
            "needs-sign-in": _("Sign in again"),
            "broken": _("Switched off by an error"),
        }[self.state]

    @property
    def use(self) -> str:
        """By how many flows it is used."""
        return used_by(len(self.flows))


@dataclass(frozen=True)
class Live:
    """What a running engine says of an account just now."""

    state: State
    trouble: str = ""
    """One line, such as *Reconnecting in 8 s*."""


def used_by(number: int) -> str:
    """By how many flows an account is used, as a person would say it."""
    if number == 0:
        return _("Not used by a flow")
    return ngettext("Used by {number} flow", "Used by {number} flows", number).format(number=number)


def read(reader: Reader, accounts: Iterable[Account]) -> dict[str, Standing]:
    """How accounts stand, by id, as far as flows were ever run here.

    :raises JournalError: the journal can't be used.
    """
    database = reader.database
    use = NOTHING if database is None else account_use.of(database)
    return {account.id: _standing(account, use) for account in accounts}


def merged(
    account: Account, read: Standing | None, live: Live | None, open_flows: Mapping[str, Iterable[str]]
) -> Standing:
    """What is shown: the journal's word, the running engine's newer one, and the flows that are open but were never run.

    :param open_flows: ids of the accounts that each open flow uses, by the flow's name.
    """
    base = read or _standing(account, NOTHING)
    flows = [*base.flows, *(name for name, ids in open_flows.items() if account.id in ids and name not in base.flows)]
    if live is None or (live.state == "ok" and base.state == "ok"):
        return Standing(base.state, base.trouble, tuple(sorted(flows)))
    return Standing(live.state, live.trouble, tuple(sorted(flows)))


def _standing(account: Account, use: Use) -> Standing:
    state, found = use.state(account), use.found(account.id)
    trouble = ""
    if found is not None and code and state in TROUBLED:
        trouble = sentences.text(code, found.arguments)
    moments = [looked.get(account.id)]
    if account.validated:
        moments.append(datetime.fromisoformat(account.validated).timestamp())
    if found is not None and found.state == "ok":
        moments.append(found.since)
    worked = max((moment for moment in moments if moment is not None), default=None)
    return Standing(state, trouble, tuple(use.flows(account.id)), worked)
