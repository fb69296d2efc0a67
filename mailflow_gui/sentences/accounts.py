"""Sentences about accounts, secrets and their validation."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

_WITHOUT_KEYRING = N_(
    "Unlock it and try again, or give a password command (--password-command) or the environment variable MAILFLOW_PASSWORD_<ID>."
)

SENTENCES: dict[str, Sentence] = {
    # An account's fields
    "account-id-invalid": Sentence(
        N_("“{id}” can't be a connection's id."),
        N_("Use lower-case ASCII letters and digits, joined by hyphens."),
    ),
    "account-name-missing": Sentence(N_("The connection has no name."), N_("Give it a name, such as “Inbox”.")),
    "account-name-too-long": Sentence(N_("The connection's name is too long."), N_("Use at most {most} characters.")),
    "account-name-taken": Sentence(
        N_("There is already a connection named “{name}”."),
        N_("Choose another name; letter case doesn't tell two names apart."),
    ),
    "account-protocol-unknown": Sentence(
        N_("“{protocol}” is no protocol that MailFlow speaks."), N_("Choose imap, pop3 or smtp.")
    ),
    "account-security-unknown": Sentence(
        N_("“{security}” is no security method."), N_("Choose none, starttls or tls.")
    ),
    "account-host-missing": Sentence(
        N_("The connection has no host name."),
        N_("Enter the mail server's name, such as imap.example.com, or its IP address."),
    ),
    "account-host-invalid": Sentence(
        N_("“{host}” is neither a host name nor an IP address."),
        N_(
            "Enter the name alone, such as imap.example.com: no https://, no port and no blanks. The port has a field of its own."
        ),
    ),
    "account-port-invalid": Sentence(
        N_("{port} is no port number."), N_("Use a number from 1 to 65535; leave it out for the usual one.")
    ),
    "account-sessions-invalid": Sentence(
        N_("{number} can't be the maximum number of sessions."), N_("Use a number from 1 to {most}.")
    ),
    "account-field-unprintable": Sentence(
        N_("The field “{field}” contains a line break or another control character."), N_("Type it again by hand.")
    ),
    # The file of accounts
    "account-unknown": Sentence(
        N_("There is no connection “{name}”."), N_("See what there is with: mailflow connections list.")
    ),
    "account-id-taken": Sentence(N_("There is already a connection with the id “{id}”."), N_("Try again.")),
    "accounts-file-newer": Sentence(
        N_("The connections in {path} were saved by a newer MailFlow."),
        N_("Update MailFlow. Nothing was changed."),
    ),
    "accounts-file-broken": Sentence(
        N_("The file of connections {path} can't be understood ({reason})."),
        N_("Repair it or put back an older copy. Nothing was changed."),
    ),
    "accounts-file-inaccessible": Sentence(
        N_("The file of connections {path} can't be read or written: {reason}."),
        N_("Make room on the disk, or see to the rights of the file and its directory. Nothing was changed."),
    ),
    "accounts-file-busy": Sentence(
        N_("Another program is just changing the connections: {holder}."),
        N_("Wait until it has finished, then try again."),
    ),
    # Secrets
    "secret-missing": Sentence(
        N_("No password is known for the connection “{name}”."),
        N_(
            "Store one with: mailflow connections edit {id} --password-stdin, or set the environment variable {variable}. "
            "If the server asks for none: --no-password."
        ),
    ),
    "keyring-absent": Sentence(
        N_("There is no system keyring that MailFlow can use here."),
        N_(
            "Give a password command (--password-command) or the environment variable MAILFLOW_PASSWORD_<ID>, "
            "or sign in to a desktop session with a keyring (Secret Service, KWallet)."
        ),
    ),
    "keyring-locked": Sentence(N_("The system's keyring is locked."), _WITHOUT_KEYRING),
    "keyring-timeout": Sentence(N_("The system's keyring gave no answer within {seconds} seconds."), _WITHOUT_KEYRING),
    "keyring-failed": Sentence(N_("The system's keyring reports a fault ({reason})."), _WITHOUT_KEYRING),
    "password-command-failed": Sentence(
        N_("The password command failed with exit code {status}: “{complaint}”."),
        N_("Run the command by itself in a terminal until it prints the password."),
    ),
    "password-command-timeout": Sentence(
        N_("The password command gave no password within {seconds} seconds."),
        N_("It must not wait for input: unlock first what it reads, or have it ask in a window."),
    ),
    "password-command-empty": Sentence(
        N_("The password command printed no password."), N_("Its first line of output must be the password.")
    ),
    "password-command-not-started": Sentence(
        N_("The password command can't be started."),
        N_("See that the system's shell works and the command is plain text."),
    ),
}
