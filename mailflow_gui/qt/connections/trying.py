"""Trying what stands in the dialog, one account after the other, without saving anything of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.accounts.sessions import secret_of
from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.validate import validate
from mailflow_gui.qt.connections.draft import Draft


@dataclass(frozen=True)
class Outcome:
    """How one account did."""

    account: Account
    stages: tuple[Stage, ...]

    @property
    def ok(self) -> bool:
        """Whether everything went well."""
        return all(stage.ok for stage in self.stages)


def try_all(
    contents: Draft,
    secrets: SecretStore,
    on_stage: Callable[[tuple[Account, Stage]], None],
    cancelled: Callable[[], bool],
    *,
    new: bool,
) -> tuple[Outcome, ...]:
    """Validate the connection and, if it did well, its twin. The first outcome that isn't ok is the last.

    :param new: nothing is saved under the account's id yet, so no password either.
    :raises AccountError: the saved password can't be had.
    """
    found: list[Outcome] = []
    secret = contents.secret if contents.secret is not None else _saved(contents.account, secrets, new=new)
    for account in contents.accounts:

        def tell(stage: Stage, account: Account = account) -> None:
            on_stage((account, stage))

        found.append(Outcome(account, validate(account, secret, tell, cancelled)))
        if not found[-1].ok:
            break
    return tuple(found)


def _saved(account: Account, secrets: SecretStore, *, new: bool) -> Secret | None:
    if new and not account.password_command:
        return None
    return secret_of(account, secrets)
