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
}
