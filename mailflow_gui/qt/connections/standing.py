"""How the saved accounts stand: which flows use them and whether they work, read from the journal, told by a running engine, or tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from mailflow_gui import sentences
from mailflow_gui.accounts.account import Account
from mailflow_gui.journal import account_use, watches
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
    "testing": "accent",
    "retrying": "warn",
    "waiting": "warn",
    "failing": "danger",
    "needs-sign-in": "danger",
    "certificate-changed": "danger",
    "broken": "danger",
}
"""The state dot of each state."""

TROUBLED: tuple[State, ...] = ("needs-sign-in", "certificate-changed", "broken", "failing", "retrying", "waiting")
"""States that are worth a person's look."""


@dataclass(frozen=True)
class Standing:
    """How one account stands."""

    state: State
    trouble: str = ""
    """What is wrong, as one sentence; may be empty."""
    flows: tuple[str, ...] = ()
    """Names of the flows that use it."""
    worked: float | None = None
    """When it last worked, in seconds since 1970: a good validation, or a look of a flow's."""

    @property
    def word(self) -> str:
        """The state, for people."""
        return {
            "ok": _("Validated"),
            "never-validated": _("Never validated"),
            "testing": _("Testing…"),
            "retrying": _("Trying again"),
            "waiting": _("Waits for the keyring"),
            "failing": _("The last test failed"),
            "needs-sign-in": _("Sign in again"),
            "certificate-changed": _("The server shows another certificate"),
            "broken": _("Switched off by an error"),
        }[self.state]

    @property
    def use(self) -> str:
        """By how many flows it is used."""
        return used_by(len(self.flows))


@dataclass(frozen=True)
class Live:
    """What a running engine says of an account just now, or what a test has found out."""

    state: State
    trouble: str = ""
    """One line, such as *Reconnecting in 8 s*."""


def used_by(number: int) -> str:
    """By how many flows an account is used, as a person would say it."""
    if number == 0:
        return _("Not used by a flow")
    return ngettext("Used by {number} flow", "Used by {number} flows", number).format(number=number)


def ago(moment: float, now: float) -> str:
    """How long ago something was, short; ``moment`` and ``now`` in seconds since 1970."""
    minutes = max(0, int(now - moment)) // 60
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{number} min").format(number=minutes)
    if minutes < 48 * 60:
        return _("{number} h").format(number=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("{number} day", "{number} days", days).format(number=days)


def state_of(state: str, code: str) -> State:
    """The state that is shown for what the engine or the journal calls ``state`` because of the error ``code``."""
    if state == "broken" and code == "certificate-changed":
        return "certificate-changed"
    return next((known for known in WORST_FIRST if known == state), "never-validated")


def read(reader: Reader, accounts: Iterable[Account]) -> dict[str, Standing]:
    """How accounts stand, by id, as far as flows were ever run here.

    :raises JournalError: the journal can't be used.
    """
    with reader.reading() as database:
        use = NOTHING if database is None else account_use.of(database)
        looked = {} if database is None else watches.last_successes(database)
        return {account.id: _standing(account, use, looked) for account in accounts}


def merged(
    account: Account,
    read: Standing | None,
    live: Live | None,
    open_flows: Mapping[str, Iterable[str]],
    tested: Live | None = None,
) -> Standing:
    """What is shown: the journal's word, the running engine's newer one, a test's, and the flows that are open but were never run.

    :param open_flows: ids of the accounts that each open flow uses, by the flow's name.
    :param tested: what a test has found out since; a running engine that says otherwise knows better.
    """
    base = read or _standing(account, NOTHING, {})
    more = (name for name, ids in open_flows.items() if account.id in ids and name not in base.flows)
    base = replace(base, flows=tuple(sorted((*base.flows, *more))))
    if tested is not None and tested.state == "testing":
        return replace(base, state=tested.state, trouble="")
    if live is not None and live.state == "broken" and base.state == "certificate-changed":
        return base  # the journal knows why
    if live is not None and not (live.state == "ok" and base.state == "ok"):
        return replace(base, state=live.state, trouble=live.trouble)
    if tested is not None and live is None:
        return replace(base, state=tested.state, trouble=tested.trouble)
    return base


def _standing(account: Account, use: Use, looked: Mapping[str, float]) -> Standing:
    found = use.found(account.id)
    code = (found.code or "") if found is not None else ""
    state = state_of(use.state(account), code)
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
