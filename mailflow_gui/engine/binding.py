"""Binding: which account on this machine stands behind each connection that a flow file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailflow_gui.accounts.account import Account
from mailflow_gui.engine.compiled import CompiledFlow, used_stubs
from mailflow_gui.flow.model import Flow, Stub
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem


def bind(
    flow: Flow,
    accounts: Iterable[Account],
    node_types: Sequence[AnyNodeType],
    overrides: Mapping[str, str] | None = None,
) -> tuple[dict[str, str], list[Problem]]:
    """Bind each connection that an enabled node uses: to the account named in ``overrides`` (stub id -> account id or name), else to the
    account with the stub's id, if protocol and host agree. Returns stub id -> account id, and what is missing."""
    known = {account.id: account for account in accounts}
    named = {account.name: account for account in known.values()}
    stubs = {stub.id: stub for stub in flow.connections}
    bound: dict[str, str] = {}
    problems: list[Problem] = []
    for stub_id, protocols in used_stubs(flow, node_types).items():
        stub = stubs.get(stub_id)
        wanted = (overrides or {}).get(stub_id)
        account = known.get(wanted or stub_id) or (named.get(wanted) if wanted else None)
        problem = _misfit(stub, stub_id, account, wanted, protocols)
        if problem is not None:
            problems.append(problem)
        elif account is not None:
            bound[stub_id] = account.id
    problems.extend(
        Problem("binding-unknown-stub", arguments={"stub": stub_id})
        for stub_id in overrides or {}
        if stub_id not in stubs
    )
    return bound, problems


def unfit_for_pop3(flow: CompiledFlow, accounts: Iterable[Account]) -> list[Problem]:
    """Sources that ask a POP3 account for what only IMAP can do."""
    pop3 = {account.id: account for account in accounts if account.protocol == "pop3"}
    found = []
    for source in flow.sources():
        watch = flow.watch(source)
        if watch.account in pop3 and watch.after_receiving.action == "move":
            found.append(Problem("binding-pop3-move", node=source.id, arguments={"name": pop3[watch.account].name}))
    return found


def _misfit(
    stub: Stub | None, stub_id: str, account: Account | None, wanted: str | None, protocols: set[str]
) -> Problem | None:
    name = stub.name if stub else stub_id
    if account is None:
        if wanted:
            return Problem("binding-unknown-account", arguments={"stub": stub_id, "account": wanted})
        host = stub.host if stub else "?"
        protocol = stub.protocol if stub else "/".join(sorted(protocols))
        arguments = {"name": name, "stub": stub_id, "protocol": protocol, "host": host}
        return Problem("binding-missing", arguments=arguments)
    if account.protocol not in protocols:
        arguments = {"name": account.name, "protocol": account.protocol, "wanted": "/".join(sorted(protocols))}
        return Problem("binding-wrong-protocol", arguments=arguments)
    if (
        wanted is None
        and stub is not None
        and (stub.protocol != account.protocol or stub.host.lower() != account.host.lower())
    ):
        arguments = {"name": account.name, "stub": stub_id, "host": account.host, "wanted": stub.host}
        return Problem("binding-differs", arguments=arguments)
    return None
