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
    "account-clear-text": Sentence(
        N_("The line to {host} would not be encrypted: everybody on the way could read mails and password."),
        N_(
            "Choose STARTTLS or SSL/TLS. If the server offers neither and you accept that, tick it (--accept-clear-text)."
        ),
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
    "account-other-protocol": Sentence(
        N_("The connection “{name}” speaks {protocol}, where {wanted} is needed."), N_("Choose another connection.")
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
    "keyring-locked": Sentence(N_("The system's keyring is locked, and nobody unlocked it."), _WITHOUT_KEYRING),
    "keyring-timeout": Sentence(N_("The system's keyring gave no answer within {seconds} seconds."), _WITHOUT_KEYRING),
    "keyring-failed": Sentence(N_("The system's keyring reports a fault ({reason})."), _WITHOUT_KEYRING),
    "keyring-refused": Sentence(
        N_("MailFlow keeps no passwords in “{name}”, which the environment variable {variable} asks for."),
        N_(
            "Remove that variable, so that the system's own keyring is used, or give a password command (--password-command) "
            "or the environment variable MAILFLOW_PASSWORD_<ID>."
        ),
    ),
    "keyring-incomplete": Sentence(
        N_("What the system's keyring holds for the connection {id} is not the whole password."),
        N_(
            "Type the password once more, in the connection's window or with: mailflow connections edit {id} --password-stdin."
        ),
    ),
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
    # mailflow connections
    "edit-nothing": Sentence(
        N_("Nothing about the connection “{name}” would change."),
        N_("Name what is to change, such as --host or --password-stdin."),
    ),
    "account-in-use": Sentence(
        N_("The connection “{name}” is used by these flows: {flows}."),
        N_("Give the flows another connection first, or remove it all the same with --force."),
    ),
    "account-secret-stays": Sentence(
        N_("The password of “{name}” could not be deleted, so the connection was kept: {reason}"),
        N_("Unlock the keyring and try again, or remove the connection all the same with --force."),
    ),
    "certificate-without-tls": Sentence(
        N_("A server certificate is of no use on a line that is not encrypted."),
        N_("Choose --security starttls or --security tls."),
    ),
    "certificate-file-unreadable": Sentence(
        N_("The certificate file {path} can't be read: {reason}."), N_("Check its name and its rights.")
    ),
    "certificate-file-empty": Sentence(
        N_("The file {path} holds no certificate."),
        N_("It should be in PEM form, with a line -----BEGIN CERTIFICATE-----."),
    ),
    "fingerprint-invalid": Sentence(
        N_("“{fingerprint}” is no SHA-256 fingerprint."),
        N_("Give all 64 hexadecimal digits, with or without colons."),
    ),
    "fingerprint-differs": Sentence(
        N_("The server {host} shows another certificate: {shown}."),
        N_("Nothing was changed. Ask whoever runs the server; somebody may be listening on the line."),
    ),
    "account-changed-meanwhile": Sentence(
        N_("Somebody has just changed the connection “{name}”."), N_("Nothing was changed here. Try again.")
    ),
    "validate-which": Sentence(N_("Which connection is to be validated?"), N_("Name one, or use --all, and not both.")),
    "password-without-user": Sentence(
        N_("There is a password, but no user name to sign in with."),
        N_("Add --username, or use --no-password for a server that asks for no sign-in."),
    ),
    "password-command-blank": Sentence(
        N_("The password command is empty."), N_("Give a command that prints the password, or --no-password.")
    ),
    "password-blank": Sentence(
        N_("No password came on standard input."),
        N_("Pipe it in, as in: mailflow connections edit NAME --password-stdin < password.txt."),
    ),
    "password-several-lines": Sentence(
        N_("More than one line came on standard input."), N_("Give the password alone, on one line.")
    ),
    "password-not-text": Sentence(
        N_("The password on standard input is no UTF-8 text."), N_("Save it as UTF-8 and try again.")
    ),
    # Validate
    "validate-cancelled": Sentence(N_("Cancelled."), N_("Nothing was changed.")),
    "validate-parameters-ok": Sentence(N_("All fields are filled in properly.")),
    "validate-lookup-ok": Sentence(N_("The name {host} is known.")),
    "validate-lookup-address": Sentence(N_("{host} is an address; nothing to look up.")),
    "validate-connect-ok": Sentence(N_("The server answers on port {port}.")),
    "validate-tls-ok": Sentence(N_("The line is encrypted ({encryption}), and the server's certificate is in order.")),
    "validate-tls-expires-soon": Sentence(
        N_("The line is encrypted ({encryption}), but the server's certificate expires on {day}."),
        N_("The server's certificate expires on {day}. Ask whoever runs the server to renew it in time."),
    ),
    "validate-tls-none": Sentence(
        N_("The line is not encrypted."),
        N_("Everybody on the way can read mails and password. Choose STARTTLS or SSL/TLS."),
    ),
    "validate-tls-none-loopback": Sentence(N_("The line is not encrypted; it never leaves this computer.")),
    "validate-sign-in-ok": Sentence(N_("Signed in as {username} ({mechanism}).")),
    "validate-sign-in-anonymous": Sentence(N_("The server let us in without user name and password ({mechanism}).")),
    "validate-sign-in-none": Sentence(N_("No sign-in, as the connection is set up.")),
    # Those that end in -whole are said where nothing is missing
    "validate-imap-abilities": Sentence(N_("Folders: {folders}. The server offers: {offered}. It lacks: {missing}.")),
    "validate-imap-abilities-whole": Sentence(N_("Folders: {folders}. The server offers: {offered}.")),
    "validate-pop3-abilities": Sentence(N_("The server offers: {offered}. It lacks: {missing}.")),
    "validate-pop3-abilities-whole": Sentence(N_("The server offers: {offered}.")),
    "validate-pop3-no-uidl": Sentence(
        N_("The server gives its mails no lasting ids (UIDL)."),
        N_("MailFlow tells mails apart by header and size there. Use IMAP if the server speaks it."),
    ),
    "validate-pop3-unknown": Sentence(N_("The server does not say what it can do, as old servers don't.")),
    "validate-smtp-abilities": Sentence(N_("The server offers: {offered}. It lacks: {missing}.")),
    "validate-smtp-abilities-whole": Sentence(N_("The server offers: {offered}.")),
    "validate-smtp-sender-ok": Sentence(
        N_("The server offers: {offered}. It lacks: {missing}. It accepts mail from {sender}.")
    ),
    "validate-smtp-sender-ok-whole": Sentence(N_("The server offers: {offered}. It accepts mail from {sender}.")),
    "validate-smtp-sender-refused": Sentence(
        N_("The server offers: {offered}. It lacks: {missing}. It refuses mail from {sender}: {reason}"),
        N_("Use a From address in your flows that this server accepts."),
    ),
    "validate-smtp-sender-refused-whole": Sentence(
        N_("The server offers: {offered}. It refuses mail from {sender}: {reason}"),
        N_("Use a From address in your flows that this server accepts."),
    ),
    # What a transport's error means in a validation, where nothing is tried again by itself
    "validate-refused": Sentence(
        N_("The server {host} accepts no calls on port {port}."),
        N_("Check the port and the security method, and whether the server is running."),
    ),
    "validate-no-answer": Sentence(
        N_("The server {host} did not answer in time on port {port} ({operation})."),
        N_("Check the port and the security method, and look for a firewall."),
    ),
    "validate-unreachable": Sentence(
        N_("The server {host} can't be reached from this network."), N_("Check whether this computer is online.")
    ),
    "validate-name-lookup-failed": Sentence(
        N_("The host name {host} could not be looked up just now."), N_("Check whether this computer is online.")
    ),
    "validate-line-dropped": Sentence(
        N_("The server {host} dropped the line ({operation})."),
        N_("Try again. If it happens every time, check the port and the security method."),
    ),
    "validate-answer-garbled": Sentence(
        N_("The server {host} sent an answer that makes no sense ({operation})."),
        N_("Check the port, the protocol and the security method."),
    ),
    "validate-server-said-goodbye": Sentence(
        N_("The server {host} ended the session: {reason}"), N_("Try again later.")
    ),
    "validate-sign-in-unavailable": Sentence(
        N_("The server {host} can't sign in anybody just now: {reason}"),
        N_("Try again later. The password is not the problem."),
    ),
    "validate-too-many-sessions": Sentence(
        N_("The server {host} has too many sessions open already: {reason}"),
        N_("Try again later. Close other mail programs, or lower the connection's maximum number of sessions."),
    ),
    "validate-server-says-wait": Sentence(
        N_("The server {host} asks us to wait about {minutes} minutes: {reason}"), N_("Try again after that.")
    ),
    "validate-answer-too-long": Sentence(
        N_("The server {host} sent more than it should have ({operation})."),
        N_("Check the port and the protocol. If it happens every time, tell whoever runs the server."),
    ),
    "validate-server-busy": Sentence(
        N_("The server {host} can't do this just now ({operation}): {reason}"), N_("Try again later.")
    ),
    "validate-hint-port": Sentence(
        N_("Port and security method don't belong together."),
        N_("Port {port} is usual with {fitting}, not with {chosen}: choose {fitting}, or port {usual}."),
    ),
}
