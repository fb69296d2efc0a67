"""Sentences about the command line."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "mail-file-missing": Sentence(N_("There is no file {file}."), N_("Check its name and directory.")),
    "mail-file-is-directory": Sentence(
        N_("{file} is a directory, not a mail."), N_("Name the mails in it, one by one or by a pattern.")
    ),
    "mail-file-unreadable": Sentence(
        N_("The file {file} can't be read: {reason}."), N_("Check that you may read it, then try again.")
    ),
    "mail-file-too-large": Sentence(
        N_("The file {file} is larger than {limit} MB."), N_("MailFlow reads mails up to that size.")
    ),
}
SENTENCES |= {
    "run-without-flow": Sentence(N_("No flow file was named."), N_("Name one: mailflow run enquiries.mailflow.")),
    "run-control-with-flow": Sentence(
        N_("With --control no flow file is named."), N_("Start flows with the command start on standard input.")
    ),
    "output-not-written": Sentence(
        N_("The answer can't be written to where it was to go: {reason}."),
        N_("Check that there is room, then run the command again."),
    ),
    "run-bad-binding": Sentence(
        N_("“{text}” isn't of the form ID=CONNECTION."), N_("For example: --bind inbox=my-inbox.")
    ),
}
