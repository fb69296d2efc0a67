"""``mailflow connections``: the saved mail servers. Only ``validate``, ``trust`` and ``detect`` contact any."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailflow_gui import paths
from mailflow_gui.accounts import fields, os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore, holds_nothing
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import (
    connections_detect,
    connections_duplicate,
    connections_edit,
    connections_resume,
    connections_trust,
    connections_use,
    output,
)
from mailflow_gui.errors import AccountError, JournalError, KeyringError, UsageError
from mailflow_gui.language import N_, _

if TYPE_CHECKING:
    from mailflow_gui.accounts.stages import Stage

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

STATES = {
    "ok": N_("validated"),
    "never-validated": N_("never validated"),
    "needs-sign-in": N_("needs a new sign-in"),
    "broken": N_("switched off by an error"),
    "waiting": N_("waits for the keyring"),
}

CODES = {"certificate-changed": N_("its server shows another certificate, see: mailflow connections trust NAME")}
"""What is said in place of *switched off by an error*, by the error's code."""

SECURITIES = {"none": N_("not encrypted"), "starttls": "STARTTLS", "tls": "SSL/TLS"}

STAGES = {
    "parameters": N_("Parameters"),
    "lookup": N_("Name look-up"),
    "connect": N_("Connecting"),
    "tls": N_("Encryption"),
    "sign-in": N_("Sign-in"),
    "abilities": N_("Abilities"),
}


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "connections",
        help=_("list, add, edit, remove, detect and validate mail servers"),
        description=_("The mail servers that flows receive from and send with. No password is ever written to a file."),
        epilog=_("Each action explains itself: mailflow connections add --help."),
    )
    actions = parser.add_subparsers(title=_("actions"), metavar=_("ACTION"), required=True)
    _add_list(actions)
    _add_add(actions)
    _add_edit(actions)
    _add_remove(actions)
    _add_validate(actions)
    connections_trust.add(actions)
    connections_duplicate.add(actions)
    connections_detect.add(actions)
    connections_resume.add(actions)


def as_json(account: Account, use: connections_use.Use) -> dict[str, Any]:
    """An account in the command line's stable shape."""
    return {
        "id": account.id,
        "name": account.name,
        "protocol": account.protocol,
        "host": account.host,
        "port": account.port,
        "security": account.security,
        "state": use.state(account),
        "used_by": list(use.flows(account.id)),
        "code": use.code(account),
    }


def list_(arguments: argparse.Namespace) -> int:
    """List the saved connections."""
    accounts = _accounts().all()
    with connections_use.opened(paths.home()) as use:
        shown = [as_json(account, use) for account in accounts]
    needed = any(map(connections_edit.may_use_keyring, accounts)) and not os_keyring.is_switched_off()
    if needed and os_keyring.look().word == "absent":
        output.complain(str(KeyringError("keyring-absent")))
    if arguments.json:
        output.print_json({"connections": shown})
        return output.DONE
    for entry in shown:
        output.say(_line(entry))
    if not shown:
        output.say(_("There is no connection yet. See: mailflow connections add --help"))
    return output.DONE


def add_one(arguments: argparse.Namespace) -> int:
    """Save a new connection."""
    connections_edit.check_password_options(arguments)
    certificate = connections_edit.certificate_from(arguments.certificate)
    secret = connections_edit.secret_from(arguments)
    accounts = _accounts()
    with accounts.locked():
        saved = accounts.all()
        account = connections_edit.new_account(arguments, certificate, {other.id for other in saved})
        _refuse_faults(account, saved)
        # The password first: without a keyring nothing is saved. Nobody else can take this id while the lock is held.
        with SecretStore().changed(account.id, secret) if secret is not None else contextlib.nullcontext():
            accounts.add(account)
    connections_edit.warn(account)
    output.say(
        _("Saved the connection “{name}” as {id}.").format(name=account.name, id=account.id), json_asked=arguments.json
    )
    if connections_edit.has_no_password_yet(account, arguments):
        output.complain(AccountError("secret-missing", **connections_edit.naming(account)).advice)
    _not_validated(account, arguments)
    if arguments.json:
        output.print_json(as_json(account, connections_use.NOTHING))
    return output.DONE


def edit(arguments: argparse.Namespace) -> int:
    """Change a saved connection."""
    connections_edit.check_password_options(arguments)
    certificate = connections_edit.certificate_from(arguments.certificate)
    secret = connections_edit.secret_from(arguments)
    accounts = _accounts()
    with accounts.locked():
        before = accounts.find(arguments.connection)
        account = connections_edit.edited(before, arguments, certificate)
        if account == before and secret is None:
            raise UsageError("edit-nothing", name=before.name)
        _refuse_faults(account, accounts.all())
        with SecretStore().changed(account.id, secret) if secret is not None else contextlib.nullcontext():
            accounts.replace(account)
    connections_edit.warn(account)
    with connections_use.opened(paths.home()) as use:
        shown = as_json(account, use)
    output.say(_("Saved the connection “{name}”.").format(name=account.name), json_asked=arguments.json)
    if shown["used_by"]:
        flows = ", ".join(shown["used_by"])
        output.say(_("It is used by these flows: {flows}.").format(flows=flows), json_asked=arguments.json)
    if account.validated is None:
        _not_validated(account, arguments)
    if arguments.json:
        output.print_json(shown)
    return output.DONE


def remove(arguments: argparse.Namespace) -> int:
    """Forget a connection and its password."""
    accounts = _accounts()
    with accounts.locked():
        account = accounts.find(arguments.connection)
        with connections_use.opened(paths.home(), must_work=not arguments.force) as use:
            flows = use.flows(account.id)
        if flows and not arguments.force:
            raise UsageError("account-in-use", name=account.name, flows=", ".join(flows))
        try:
            with SecretStore().changed(account.id, None):
                accounts.remove(account.id)
        except AccountError as error:
            # No keyring here, nothing in it. A locked one may hold the password: then it is the user's to decide.
            if not holds_nothing(error):
                if not arguments.force and connections_edit.may_use_keyring(account):
                    raise AccountError("account-secret-stays", name=account.name, reason=error.text) from error
                output.complain(_("Its password may still be in the keyring: {reason}").format(reason=error.text))
            accounts.remove(account.id)
    output.say(_("Removed the connection “{name}”.").format(name=account.name), json_asked=arguments.json)
    if arguments.json:
        output.print_json({"id": account.id, "removed": True, "used_by": list(flows)})
    return output.DONE


def validate(arguments: argparse.Namespace) -> int:
    """Try one saved connection, or all of them, at once and stage by stage."""
    accounts = _accounts()
    if (arguments.connection is None) != arguments.all:
        raise UsageError("validate-which")
    tried = accounts.all() if arguments.all else (accounts.find(arguments.connection),)
    if arguments.all:
        from mailflow_gui.sandbox.accounts import asleep

        resting = asleep(paths.home())
        for account in tried:
            if account.id in resting:
                text = _("“{name}” is left out: the sandbox isn't running.").format(name=account.name)
                output.say(text, json_asked=arguments.json)
        tried = tuple(account for account in tried if account.id not in resting)
    good = [_validate(accounts, account, arguments) for account in tried]
    return output.DONE if all(good) else output.NOT_USABLE


def _validate(accounts: AccountStore, account: Account, arguments: argparse.Namespace) -> bool:
    from mailflow_gui.accounts.validate import validate_saved

    def show(stage: Stage) -> None:
        if not arguments.json:
            output.say(_stage_line(stage))

    if arguments.all and not arguments.json:
        output.say(f"{account.name} ({account.id})")
    stages = validate_saved(accounts, SecretStore(), account.id, show, lambda: False)
    good = all(stage.ok for stage in stages)
    if good:
        try:
            connections_use.tell_runner(paths.home(), account.id)
        except JournalError as error:
            output.complain(str(error))  # the connection works all the same, and that is what was asked
    if arguments.json:
        output.print_json({"id": account.id, "ok": good, "stages": [stage.as_json() for stage in stages]})
    elif good:
        output.say(_("The connection “{name}” works.").format(name=account.name))
    else:
        output.complain(_("The connection “{name}” does not work.").format(name=account.name))
    return good


def _add_list(actions: Commands) -> None:
    parser = actions.add_parser(
        "list",
        help=_("list the saved connections, their state and the flows that use them"),
        description=_("List the saved connections, their state and the flows that use them. No server is contacted."),
    )
    parser.add_argument("--json", action="store_true", help=_('one JSON object: {"connections": […]}'))
    parser.set_defaults(run=list_)


def _add_add(actions: Commands) -> None:
    parser = actions.add_parser(
        "add",
        help=_("save a new connection"),
        description=_(
            "Save a new connection. The server is not contacted; try it with: mailflow connections validate NAME."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_("""\
Examples:
  mailflow connections add --name Inbox --protocol imap --host imap.example.com --username me@example.com --password-stdin < password.txt
  mailflow connections add --name Outgoing --protocol smtp --host smtp.example.com --security starttls \\
      --username me@example.com --password-command "pass show mail/example"
  mailflow connections add --name Relay --protocol smtp --host 127.0.0.1 --port 2525 --security none --no-password

Without a system keyring use --password-command, or set MAILFLOW_PASSWORD_<ID> (for the id my-inbox: MAILFLOW_PASSWORD_MY_INBOX)."""),
    )
    parser.add_argument("--name", required=True, help=_("its name, unique; its id for flow files is made from it"))
    parser.add_argument("--host", required=True, help=_("host name or IP address"))
    parser.add_argument(
        "--protocol", default="imap", choices=fields.PROTOCOLS, help=_("imap (usual) or pop3 receive, smtp sends")
    )
    connections_edit.add_options(parser)
    parser.set_defaults(run=add_one)


def _add_edit(actions: Commands) -> None:
    parser = actions.add_parser(
        "edit",
        help=_("change a saved connection"),
        description=_(
            "Change a saved connection; what isn't named stays. The server is not contacted. The id never changes."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_("""\
Examples:
  mailflow connections edit Inbox --name "Work inbox"
  mailflow connections edit inbox --password-stdin < new-password.txt
  mailflow connections edit inbox --security starttls      (the port follows, unless you had typed one)"""),
    )
    parser.add_argument("connection", metavar="NAME", help=_("the connection's name or id"))
    parser.add_argument("--name", help=_("its new name"))
    parser.add_argument("--host", help=_("host name or IP address"))
    parser.add_argument("--protocol", choices=fields.PROTOCOLS, help=_("imap or pop3 receive, smtp sends"))
    connections_edit.add_options(parser)
    parser.add_argument("--no-certificate", action="store_true", help=_("forget the server certificate that was saved"))
    parser.set_defaults(run=edit)


def _add_remove(actions: Commands) -> None:
    parser = actions.add_parser(
        "remove",
        help=_("forget a connection and its password"),
        description=_("Forget a connection, and delete its password from the keyring. Nothing happens on the server."),
    )
    parser.add_argument("connection", metavar="NAME", help=_("the connection's name or id"))
    parser.add_argument("--force", action="store_true", help=_("even when flows use it"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object"))
    parser.set_defaults(run=remove)


def _add_validate(actions: Commands) -> None:
    parser = actions.add_parser(
        "validate",
        help=_("try a connection now, stage by stage"),
        description=_(
            "Try a connection now: name look-up, connecting, encryption, sign-in, and what the server can do. "
            "The password is tried once, never twice. Nothing is sent and no mail is touched."
        ),
        epilog=_("Exit code: 0 when it works, 3 when it doesn't, or with --all one of them doesn't."),
    )
    parser.add_argument("connection", metavar="NAME", nargs="?", help=_("the connection's name or id"))
    parser.add_argument("--all", action="store_true", help=_("every saved connection, one after the other"))
    parser.add_argument(
        "--json", action="store_true", help=_('one JSON object: {"id", "ok", "stages": […]}; with --all one a line')
    )
    parser.set_defaults(run=validate)


def _accounts() -> AccountStore:
    return AccountStore(Path(paths.home().accounts_file))


def _refuse_faults(account: Account, saved: tuple[Account, ...]) -> None:
    for fault in fields.faults(account, saved):
        raise fault.error()


def _not_validated(account: Account, arguments: argparse.Namespace) -> None:
    text = _("It has not been validated yet. Try it with: mailflow connections validate {id}")
    output.say(text.format(id=account.id), json_asked=arguments.json)


def _line(entry: dict[str, Any]) -> str:
    host = f"[{entry['host']}]" if ":" in entry["host"] else entry["host"]
    where = f"{entry['protocol']} {host}:{entry['port']} ({_(SECURITIES[entry['security']])})"
    state = CODES.get(entry["code"] or "") or STATES[entry["state"]]
    line = f"{entry['name']} ({entry['id']}): {where} – {_(state)}"
    if entry["used_by"]:
        line += " – " + _("used by {flows}").format(flows=", ".join(entry["used_by"]))
    return line


def _stage_line(stage: Stage) -> str:
    mark = _("ok") if stage.ok else _("failed")
    lines = [f"{_(STAGES[stage.stage])}: {mark}. {stage.text}"]
    if stage.advice:
        lines.append("  " + stage.advice)
    if stage.proposal is not None:
        text = _("Worth trying: port {port} with {security}.")
        lines.append("  " + text.format(port=stage.proposal.port, security=SECURITIES[stage.proposal.security]))
    if stage.detail and not stage.ok:
        detail = "\n  ".join(stage.detail.splitlines())
        lines.append("  " + _("Technical detail: {detail}").format(detail=detail))
    return "\n".join(lines)
