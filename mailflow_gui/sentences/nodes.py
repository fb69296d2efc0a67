"""Sentences about the nodes' settings and the mails they write."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # writing a mail
    "header-name-invalid": Sentence(
        N_("A header can't be called “{name}”."),
        N_("Use letters, digits and hyphens only, such as X-Ticket."),
    ),
    "header-reserved": Sentence(
        N_("The header {name} can't be set: MailFlow or the mail servers write it themselves."),
        N_("Use the field that belongs to it, or another name, such as X-Ticket."),
    ),
    "header-too-long": Sentence(
        N_("The header {name} is longer than {maximum} characters, so the mail was not sent."),
        N_("Check what is mapped to it."),
    ),
    "header-too-large": Sentence(
        N_("The mail's header is longer than {maximum} characters, so the mail was not sent."),
        N_("Send it to fewer addresses at a time, or put them into Bcc."),
    ),
    "header-damaged": Sentence(
        N_("The finished mail's header isn't what it should be, so the mail was not sent."),
        N_("Please report this as a fault of MailFlow."),
    ),
    "message-id-invalid": Sentence(
        N_("The mail's Message-ID is not valid, so the mail was not sent."),
        N_("Please report this as a fault of MailFlow."),
    ),
    # sending
    "send-no-from": Sentence(
        N_("The mail has no sender, so it was not sent."),
        N_("Enter an address at From, or map one to it."),
    ),
    "send-no-recipient": Sentence(
        N_("The mail has no recipient, so it was not sent."),
        N_("Enter an address at To, Cc or Bcc, or map one to it."),
    ),
    "send-not-an-address": Sentence(
        N_("What was mapped to {field} is no address, so the mail was not sent."),
        N_("Map an address to it, or a text with addresses separated by commas."),
    ),
    "send-not-a-file": Sentence(
        N_("What was mapped to the attachments is no file, so the mail was not sent."),
        N_("Map attachments of the received mail to it."),
    ),
    "answer-automatic": Sentence(
        N_("No reply was sent: the received mail was written by a machine, a mail system or a mailing list."),
        N_("Switch on “Answer automatic mail” if these are to be answered too."),
    ),
    "answer-to-itself": Sentence(
        N_("No reply was sent: it would have gone to the address it comes from."),
    ),
    # settings of Send Email
    "send-from-empty": Sentence(
        N_("From is empty."),
        N_("Enter the sender's address; otherwise every mail needs one that is mapped."),
    ),
    "send-charset-too-small": Sentence(
        N_("This text has characters that ISO-2022-JP doesn't have; it will be sent in UTF-8."),
        N_("Replace characters such as ① or ㈱, or choose UTF-8."),
    ),
    "send-answers-machines": Sentence(
        N_("Replies also go to automatic mails, bounces and mailing lists; two machines can then answer each other."),
        N_("Switch off “Answer automatic mail” unless you are sure."),
    ),
    "send-reply-subject": Sentence(
        N_("With another subject than the received mail's, the reply may not be shown in the same conversation."),
        N_("Leave the subject empty to keep the received mail's."),
    ),
    # settings of Receive Email
    "maximum-zero": Sentence(
        N_("With a maximum of 0, no mail would ever be received."),
        N_("Enter how many mails one poll may fetch, or -1 for all."),
    ),
    "delay-too-long": Sentence(
        N_("The delay is longer than a year."),
        N_("Enter a shorter one."),
    ),
    "folder-name-invalid": Sentence(
        N_("The folder's name holds a line break or another control character."),
        N_("Pick the folder from the list, or enter its name again."),
    ),
    "move-needs-folder": Sentence(
        N_("Mails are to be moved after receiving, but no folder is named."),
        N_("Enter the folder to move them to."),
    ),
    "move-to-itself": Sentence(
        N_("Mails are to be moved to the folder they are received from."),
        N_("Enter another folder, or choose to leave them."),
    ),
    "search-since-invalid": Sentence(
        N_("“{value}” is no date and no span of time."),
        N_("Write a date such as 2026-01-31, or a span such as 7 days or 2 weeks."),
    ),
    "search-sizes-exclude": Sentence(
        N_("No mail is both larger than {larger} and smaller than {smaller} bytes."),
        N_("Correct one of the two sizes."),
    ),
    "receive-repeats": Sentence(
        N_(
            "The same mails are received again at every poll: nothing marks or moves them, and each is processed every time."
        ),
        N_("Switch on “Process each message once”, or choose what happens after receiving."),
    ),
}
