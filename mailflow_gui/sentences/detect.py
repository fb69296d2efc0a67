"""Sentences about finding the servers of a mail address."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "detect-address-malformed": Sentence(
        N_("“{address}” is no mail address."),
        N_("Enter one such as name@example.com, without a name or brackets around it."),
    ),
    # How it ended
    "detect-found": Sentence(
        N_("Settings for {domain} were found."), N_("Look at them, then validate the connection.")
    ),
    "detect-nothing": Sentence(
        N_("No settings for {domain} could be found."),
        N_("Ask your mail provider for the names of its servers, and enter them yourself."),
    ),
    "detect-offline": Sentence(
        N_("This computer seems to be offline, so only MailFlow's own table of providers could be asked."),
        N_("Connect to the internet and try again, or enter the settings yourself."),
    ),
    "detect-cancelled": Sentence(N_("Cancelled."), N_("What was found before is shown.")),
    # How the sources stand
    "detect-table-asking": Sentence(N_("Looking for {domain} among the providers that MailFlow knows.")),
    "detect-table-found": Sentence(N_("{domain} is served by {provider}, which MailFlow knows.")),
    "detect-table-nothing": Sentence(N_("MailFlow does not know who serves {domain}.")),
    "detect-table-failed": Sentence(N_("It could not be found out who serves {domain}: {reason}")),
    "detect-autoconfig-asking": Sentence(N_("Asking whether {domain} describes its own servers.")),
    "detect-autoconfig-found": Sentence(N_("Settings are described at {origin}.")),
    "detect-autoconfig-nothing": Sentence(N_("Nobody describes the servers of {domain}.")),
    "detect-autoconfig-failed": Sentence(N_("No description of the servers of {domain} could be had: {reason}")),
    "detect-srv-asking": Sentence(N_("Asking DNS for the mail services of {domain}.")),
    "detect-srv-found": Sentence(N_("DNS names the mail services of {domain}.")),
    "detect-srv-nothing": Sentence(N_("DNS names no mail services of {domain}.")),
    "detect-srv-failed": Sentence(N_("DNS could not be asked for the mail services of {domain}: {reason}")),
    "detect-probe-asking": Sentence(N_("Trying usual server names of {domain}.")),
    "detect-probe-found": Sentence(N_("These servers answered with a valid certificate: {hosts}.")),
    "detect-probe-nothing": Sentence(N_("No server with a usual name of {domain} answered with a valid certificate.")),
    "detect-probe-failed": Sentence(N_("Usual server names of {domain} could not be tried: {reason}")),
    "detect-not-needed": Sentence(N_("Not needed: enough is known.")),
    # What must be known of a proposed server
    "detect-app-password": Sentence(
        N_("{provider} does not accept your usual password here."),
        N_("Make an app password in your account's security settings there, and use it in its place."),
    ),
    "detect-own-password": Sentence(
        N_("{provider} has a password of its own for mail programs."),
        N_("Look it up, or set it, in your account's mail settings there."),
    ),
    "detect-switch-on": Sentence(
        N_("{provider} keeps other mail programs out until you let them in."),
        N_("Switch on IMAP or POP in your account's mail settings there."),
    ),
    "detect-oauth-only": Sentence(
        N_(
            "{provider} accepts no passwords from mail programs, only sign-in with OAuth, which MailFlow does not offer."
        ),
        N_("Ask whoever runs your mail whether app passwords can be allowed, or use another account."),
    ),
    "detect-no-password": Sentence(
        N_("The server {host} offers no sign-in with a password that MailFlow knows."),
        N_("It may want OAuth, which MailFlow does not offer. Ask whoever runs your mail."),
    ),
    "detect-other-username": Sentence(
        N_("The user name can't be told from the address."),
        N_("Look it up in your account's mail settings at {provider}."),
    ),
    "detect-bridge": Sentence(
        N_("{provider} is reached through its Bridge, a program on this computer."),
        N_("Install and start Bridge, and use the user name, the password and the certificate that it shows you."),
    ),
    "detect-srv-elsewhere": Sentence(
        N_("DNS says that the mail of {domain} is kept by {host}, which belongs to another domain."),
        N_("Use it only if you know {host}: DNS can be forged."),
    ),
}
