"""The connections that a flow names, beside the accounts of this computer: which can be chosen, and what choosing one does to the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailflow_gui.accounts.account import DEFAULT_PORTS, Account
from mailflow_gui.flow.model import Stub


@dataclass(frozen=True)
class Candidate:
    """A connection that can be chosen."""

    id: str
    name: str
    protocol: str
    host: str
    state: str
    """``ok``, ``never-validated``, ``needs-sign-in``, ``broken``; ``missing``: the flow names it, no account stands behind it."""


def candidates(
    accounts: Sequence[Account], stubs: Sequence[Stub], protocols: Sequence[str], states: Mapping[str, str]
) -> tuple[Candidate, ...]:
    """What fits: the accounts, then what the flow names and nobody has set up here."""
    found = [
        Candidate(
            one.id,
            one.name,
            one.protocol,
            one.host,
            states.get(one.id) or ("ok" if one.validated else "never-validated"),
        )
        for one in accounts
        if one.protocol in protocols
    ]
    own = {one.id: one for one in accounts}
    for stub in stubs:
        if stub.protocol in protocols and not (stub.id in own and _agree(stub, own[stub.id])):
            found = [one for one in found if one.id != stub.id] + [
                Candidate(stub.id, stub.name or stub.id, stub.protocol, stub.host, "missing")
            ]
            if stub.id in own and own[stub.id].protocol in protocols:  # an account of the same id with another server
                account = own[stub.id]
                found.append(Candidate(account.id, account.name, account.protocol, account.host, "differs"))
    return tuple(found)


def with_account(stubs: Sequence[Stub], account: Account) -> tuple[Stub, ...]:
    """The flow's connections, ``account`` among them. One that already means it stays as it is; one of its id with another server is
    made to mean it."""
    port = None if account.port == DEFAULT_PORTS[account.protocol, account.security] else account.port
    made = Stub(account.id, account.name, account.protocol, account.host, port, account.security)
    for place, stub in enumerate(stubs):
        if stub.id == account.id:
            if _agree(stub, account):
                return tuple(stubs)
            return (*stubs[:place], replace(made, name=stub.name or made.name, extra=stub.extra), *stubs[place + 1 :])
    return (*stubs, made)


def _agree(stub: Stub, account: Account) -> bool:
    """Whether a stub binds to the account of its id: as the runner sees it."""
    return stub.protocol == account.protocol and stub.host.lower() == account.host.lower()
