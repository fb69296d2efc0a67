"""Sentences about mail servers and messages."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # tls
    "certificate-unreadable": Sentence(
        N_("The server certificate can't be read: it is not in PEM form."),
        N_(
            "Paste the whole text, from the line -----BEGIN CERTIFICATE----- to the line -----END CERTIFICATE-----, "
            "or fetch it from the server."
        ),
    ),
    # transport
    "host-unknown": Sentence(
        N_("The host name {host} is not known."),
        N_("Check the spelling of the host name, and whether this computer is online."),
    ),
    "name-lookup-failed": Sentence(
        N_("The host name {host} could not be looked up just now."),
        N_("Check whether this computer is online. MailFlow tries again by itself."),
    ),
    "no-answer": Sentence(
        N_("The server {host} did not answer in time on port {port} ({operation})."),
        N_("Check the port and the security method, and look for a firewall. MailFlow tries again by itself."),
    ),
    "refused": Sentence(
        N_("The server {host} accepts no calls on port {port}."),
        N_(
            "Check the port and the security method, and whether the server is running. MailFlow tries again by itself."
        ),
    ),
    "unreachable": Sentence(
        N_("The server {host} can't be reached from this network."),
        N_("Check whether this computer is online. MailFlow tries again by itself."),
    ),
    "line-dropped": Sentence(
        N_("The server {host} dropped the line ({operation})."),
        N_("MailFlow tries again by itself. If it happens every time, check the port and the security method."),
    ),
    "tls-not-spoken": Sentence(
        N_("The server {host} speaks no TLS on port {port}."),
        N_("Wrong port or security method? Try the other security method, or the port that belongs to it."),
    ),
    "tls-too-old": Sentence(
        N_("The server {host} offers only versions of TLS that are too old to be safe."),
        N_("Ask whoever runs the server to offer TLS 1.2 or newer."),
    ),
    "tls-failed": Sentence(
        N_("No secure line to {host} could be made: {reason}"),
        N_("Check the port and the security method, or ask whoever runs the server."),
    ),
    "certificate-untrusted": Sentence(
        N_("The certificate of {host} is not trusted."),
        N_(
            "If this is your own server, look at its certificate, compare the fingerprint, and trust it: in the connection's window, "
            "or with: mailflow connections trust NAME."
        ),
    ),
    "certificate-expired": Sentence(
        N_("The certificate of {host} has expired."),
        N_("Check the clock of this computer. If it is right, the server needs a new certificate."),
    ),
    "certificate-not-yet-valid": Sentence(
        N_("The certificate of {host} is not valid yet."),
        N_("Check the clock of this computer. If it is right, ask whoever runs the server."),
    ),
    "certificate-weak": Sentence(
        N_("The certificate of {host} is too weak to be safe."),
        N_("Ask whoever runs the server for a certificate with a longer key and a newer digest."),
    ),
    "certificate-changed": Sentence(
        N_(
            "The server {host} shows another certificate than the one that this connection trusts, so nothing was sent."
        ),
        N_(
            "Ask whoever runs the server whether it has a new certificate. Compare the fingerprint, and trust the new one only if "
            "it is the same: in the connection's window, or with: mailflow connections trust NAME."
        ),
    ),
    "certificate-wrong-host": Sentence(
        N_("The certificate of the server is for another name than {host}."),
        N_("Use the host name that stands in the certificate, or save exactly this certificate with the connection."),
    ),
    # sessions
    "answer-too-long": Sentence(
        N_("The server {host} sent more than it should have ({operation})."),
        N_("MailFlow tries again by itself. If it happens every time, tell whoever runs the server."),
    ),
    "answer-garbled": Sentence(
        N_("The server {host} sent an answer that makes no sense ({operation})."),
        N_("MailFlow tries again by itself. If it happens every time, check the port and the protocol."),
    ),
    "server-said-goodbye": Sentence(
        N_("The server {host} ended the session: {reason}"),
        N_("MailFlow tries again by itself."),
    ),
    "no-greeting": Sentence(
        N_("The server {host} did not greet on port {port}."),
        N_("Wrong port or security method? On port 993, 995 or 465 choose SSL/TLS, on 143, 110 or 587 STARTTLS."),
    ),
    "other-protocol": Sentence(
        N_("The server {host} speaks another protocol on port {port}."),
        N_("Check the protocol, the port and the security method."),
    ),
    "starttls-missing": Sentence(
        N_("The server {host} does not offer STARTTLS, so nothing was sent."),
        N_("Choose SSL/TLS as the security method. If STARTTLS worked before, somebody may be listening on the line."),
    ),
    "starttls-refused": Sentence(
        N_("The server {host} refused STARTTLS, so nothing was sent: {reason}"),
        N_("Choose SSL/TLS as the security method, or ask whoever runs the server."),
    ),
    "starttls-preauth": Sentence(
        N_("The server {host} signed us in before STARTTLS, so the line can't be secured."),
        N_("Choose SSL/TLS as the security method."),
    ),
    "starttls-injected": Sentence(
        N_("Somebody put words into the line to {host} before it was secure."),
        N_("Use another network, or SSL/TLS as the security method."),
    ),
    "sign-in-refused": Sentence(
        N_("The server {host} refused the sign-in: {reason}"),
        N_("Check the user name and the password. Some providers want an app password."),
    ),
    "sign-in-unavailable": Sentence(
        N_("The server {host} can't sign in anybody just now: {reason}"),
        N_("MailFlow tries again by itself. The password is not the problem."),
    ),
    "sign-in-needs-tls": Sentence(
        N_("The server {host} allows no sign-in on a line that is not secure, so the password was not sent."),
        N_("Choose STARTTLS or SSL/TLS as the security method."),
    ),
    "sign-in-impossible": Sentence(
        N_("The server {host} offers no way to sign in with a password."),
        N_("Ask the provider how to sign in. Some want an app password to be enabled first."),
    ),
    "sign-in-not-offered": Sentence(
        N_("The server {host} offers no sign-in here, but the connection has a user name."),
        N_(
            "If the server asks for no sign-in, leave the user name empty. Else check the port and the security method: "
            "sign-in is usual on port 587 with STARTTLS and on 465 with SSL/TLS."
        ),
    ),
    "app-password-needed": Sentence(
        N_("The server {host} takes an app password only, not the account's usual one: {reason}"),
        N_(
            "Create an app password in the security settings of your account with the provider, where two-step verification must "
            "be on, and enter it here. If you did enter one, check it and the user name."
        ),
    ),
    "oauth-needed": Sentence(
        N_("The server {host} takes no passwords, it wants sign-in with OAuth 2: {reason}"),
        N_(
            "MailFlow signs in with passwords only. Ask the provider or your administrator for another way to read and send this mail."
        ),
    ),
    "web-sign-in-needed": Sentence(
        N_("The server {host} wants you to sign in with a web browser first: {reason}"),
        N_(
            "Sign in to the account with a web browser and confirm that it was you. Then create an app password there, and enter it."
        ),
    ),
    "outside-access-needed": Sentence(
        N_("The server {host} refused the sign-in: {reason}"),
        N_(
            "Allow access by other mail programs (IMAP, POP and SMTP) in the mail settings of the provider first. "
            "Then check the user name and the password."
        ),
    ),
    "submission-disabled": Sentence(
        N_("The server {host} does not let this mailbox send with a mail program: {reason}"),
        N_("Ask your administrator to allow authenticated SMTP for this mailbox."),
    ),
    "mechanism-refused": Sentence(
        N_("The server {host} does not take the way in which MailFlow signs in: {reason}"),
        N_("Choose another security method, or ask whoever runs the server to allow PLAIN or LOGIN on a secure line."),
    ),
    "account-locked": Sentence(
        N_("The server {host} has locked the account for now: {reason}"),
        N_(
            "Wait, or unlock it with the provider. Then check the password before you try again: each wrong one makes it longer."
        ),
    ),
    "too-many-sessions": Sentence(
        N_("The server {host} has too many sessions open already: {reason}"),
        N_(
            "MailFlow tries again by itself. Close other mail programs, or lower the connection's maximum number of sessions."
        ),
    ),
    "relay-denied": Sentence(
        N_("The server {host} does not pass mail on for us: {reason}"),
        N_("Sign in with a user name and a password, or use the outgoing server of your own provider."),
    ),
    "sign-in-needed": Sentence(
        N_("The server {host} wants a sign-in, but the connection has no user name."),
        N_("Enter the user name and the password."),
    ),
    "password-missing": Sentence(
        N_("The connection has a user name, but no password is known for {host}."),
        N_("Enter the password."),
    ),
    "account-refused": Sentence(
        N_("The server {host} does not let this account in: {reason}"),
        N_("Ask whoever runs the server."),
    ),
    "folder-missing": Sentence(
        N_("The folder {folder} does not exist on {host}."),
        N_("Choose another folder, or create it."),
    ),
    "folder-read-only": Sentence(
        N_("The folder {folder} on {host} can only be read."),
        N_("Choose to leave mails as they are after receiving, or ask for the right to write."),
    ),
    "folder-refused": Sentence(
        N_("The server {host} does not open the folder {folder}: {reason}"),
        N_("Choose another folder, or ask whoever runs the server."),
    ),
    "command-refused": Sentence(
        N_("The server {host} refused a command ({operation}): {reason}"),
        N_("If it happens every time, tell whoever runs the server."),
    ),
    "server-busy": Sentence(
        N_("The server {host} can't do this just now ({operation}): {reason}"),
        N_("MailFlow tries again by itself."),
    ),
    "message-vanished": Sentence(N_("The mail is no longer on the server {host}.")),
    "message-oversized": Sentence(
        N_("The mail is larger than the limit of {maximum} bytes."),
        N_("Raise the limit in the settings, or fetch the mail in another way."),
    ),
    "deletion-unsure": Sentence(
        N_("The server {host} did not confirm that the mails were deleted: {reason}"),
        N_("MailFlow tries again by itself. Mails already worked on are not worked on again."),
    ),
    "unsafe-characters": Sentence(
        N_("The {what} holds a line break or another control character, which must not be sent to a server."),
        N_("Enter it again by hand."),
    ),
    "search-date-unknown": Sentence(
        N_("The date {value} of the search is not known."),
        N_("Write a date such as 2026-01-31, or a time span such as 7 days."),
    ),
    # smtp
    "address-invalid": Sentence(
        N_("{address} is not a mail address."),
        N_("Write addresses as name@example.com, several of them with commas between."),
    ),
    "sender-refused": Sentence(
        N_("The server {host} does not accept the sender of this mail: {reason}"),
        N_("Use an address that belongs to the account as From."),
    ),
    "recipient-refused": Sentence(
        N_("The server {host} does not accept mail for {recipient}: {reason}"),
        N_("Check the address. The other recipients are not affected."),
    ),
    "mail-refused": Sentence(
        N_("The server {host} refused this mail: {reason}"),
        N_("Read what the server says, change the mail, and send it again."),
    ),
    "mail-too-large": Sentence(
        N_("The mail has {size} bytes, and the server {host} takes at most {maximum}."),
        N_("Send it with smaller or fewer attachments."),
    ),
    "smtputf8-missing": Sentence(
        N_("The address {address} can't be written to: the server {host} only knows addresses in plain ASCII letters."),
        N_("Use another address of the same person, or another outgoing server."),
    ),
    "server-says-wait": Sentence(
        N_("The server {host} asks us to wait about {minutes} minutes: {reason}"),
        N_("MailFlow goes on by itself after that. If it happens often, send less at a time."),
    ),
    "mail-maybe-sent": Sentence(
        N_("The mail was handed to {host}, but its answer was lost: it may have been sent or not."),
        N_("Ask the recipient or look into the Sent folder, then choose to send it again, or that it arrived."),
    ),
}
