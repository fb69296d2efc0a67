"""How a run is doing, for whoever watches: what its nodes have done, whether its accounts can be used, what keeps them from it."""

from __future__ import annotations

from typing import Any

from mailflow_gui.engine.counts import NodeCount, words
from mailflow_gui.engine.gates import Gates
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.errors import MailFlowError


def troubles(running: RunningFlow, gates: Gates) -> list[MailFlowError]:
    """What keeps a run's connections from being used, receiving first, each said once."""
    found = list(running.troubles.values())
    for account in running.accounts.values():
        trouble = gates.of(account).trouble
        if trouble is not None:
            found.append(trouble)
    return list({(error.code, str(error)): error for error in found}.values())


def accounts(running: RunningFlow, gates: Gates) -> dict[str, dict[str, str]]:
    """How the accounts of a run are doing, by id: ``ok``, ``retrying``, ``waiting`` (for the keyring), ``needs-sign-in`` or
    ``broken``, and why; none that wasn't used yet."""
    found = {account: gates.of(account).standing for account in set(running.accounts.values())}
    return {
        account: {"state": state, "error": words(trouble) if trouble is not None else ""}
        for account, (state, trouble) in found.items()
        if state
    }


def nodes(running: RunningFlow, gates: Gates) -> dict[str, dict[str, Any]]:
    """What each node has done in this run, as JSON values; a source whose account can't be used says so."""
    found = running.nodes.as_json()
    for step in running.flow.sources():
        gate = gates.of(running.flow.watch(step).account)
        if gate.trouble is not None and step.settings.enabled:
            shown = found.setdefault(step.id, NodeCount().as_json())
            shown |= {"state": "held" if gate.closed else "failing", "error": words(gate.trouble)}
    return found
