"""Sentences about runs, the journal and the runner."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # the journal and the disk
    "no-room": Sentence(
        N_("There is no room left in {directory} ({reason})."),
        N_("Free some space there; nothing was lost, and the next run goes on where this one stopped."),
    ),
    "no-right-to-write": Sentence(
        N_("MailFlow may not write in {directory} ({reason})."),
        N_("Give this user the right to write there, or set MAILFLOW_HOME to a directory where it has it."),
    ),
    "journal-failed": Sentence(
        N_("The journal can't be written ({reason})."),
        N_("Nothing was lost. Check the disk, then run the flow again: it goes on where it stopped."),
    ),
    "journal-damaged": Sentence(
        N_("The journal {path} is damaged ({reason})."),
        N_(
            "Put a backup of it in its place; or move it away, run again, and answer for each connection with:"
            " mailflow connections resume NAME --existing skip (or process)."
        ),
    ),
    "journal-newer": Sentence(
        N_("The journal {path} was written by a newer MailFlow."),
        N_("Use that version, or set MAILFLOW_HOME to another directory."),
    ),
    "journal-other": Sentence(
        N_("The journal {path} isn't the one that belongs to this home (its mark is {mark})."),
        N_("Put the right journal back. If this one is right, delete the mark and run again."),
    ),
    "journal-content-gone": Sentence(
        N_("The kept bytes of this message are gone."), N_("They may have expired, or a spool file was deleted.")
    ),
    "journal-lost": Sentence(
        N_("The journal that remembered what was received with connection {account} is gone."),
        N_(
            "Say what the mail in {folder} means: mailflow connections resume {account} --existing skip (only what arrives from"
            " now on) or --existing process (everything there, also what was processed before)."
        ),
    ),
    "journal-older": Sentence(
        N_(
            "The journal is older than it should be: it seems to be a backup, and mails were received and sent since it was made."
        ),
        N_(
            "Say what the mail in {folder} means: mailflow connections resume {account} --existing skip (only what arrives from"
            " now on) or --existing process (everything there that the journal doesn't know). Messages that were on their way wait for"
            " you, too: mailflow messages list."
        ),
    ),
    "uidvalidity-changed": Sentence(
        N_("The server has given all mails in {folder} of connection {account} new numbers."),
        N_(
            "MailFlow can't tell any more which were processed. Say how to go on: mailflow connections resume {account}"
            " --existing skip (only what arrives from now on) or --existing process (everything there)."
        ),
    ),
    "runner-active": Sentence(
        N_("Another MailFlow is running flows here: {holder}."),
        N_("Stop it first, or set MAILFLOW_HOME to another directory for a second one."),
    ),
    "engine-bug": Sentence(
        N_("MailFlow stopped because of a fault of its own ({error})."),
        N_("Nothing was lost: the next run goes on where this one stopped. Please report it, with the log file."),
    ),
    # runs
    "flow-has-errors": Sentence(
        N_("The flow “{name}” has errors and can't run: {first}"), N_("See all of them with: mailflow check.")
    ),
    "flow-unbound": Sentence(
        N_("The flow “{name}” can't run here: {first}"), N_("See all that is missing with: mailflow check.")
    ),
    "flow-without-source": Sentence(
        N_("The flow “{name}” has no enabled node that receives mail."), N_("Add a Receive Email node, or enable one.")
    ),
    "flow-runs-already": Sentence(N_("The flow “{name}” runs already."), N_("Stop it first.")),
    "flow-version-gone": Sentence(N_("An earlier version of the flow “{name}” isn't kept any more.")),
    # binding
    "binding-missing": Sentence(
        N_("Connection “{name}” ({protocol}, {host}) isn't set up on this machine."),
        N_(
            'Add it: mailflow connections add --name "{name}" --protocol {protocol} --host {host} …; or use another one: --bind'
            " {stub}=CONNECTION."
        ),
    ),
    "binding-unknown-account": Sentence(
        N_("There is no connection “{account}” on this machine to use for {stub}."),
        N_("See the connections with: mailflow connections list."),
    ),
    "binding-unknown-stub": Sentence(
        N_("The flow has no connection with the id {stub}."), N_("See the ids under “connections” in the flow file.")
    ),
    "binding-wrong-protocol": Sentence(
        N_("Connection “{name}” speaks {protocol}, but {wanted} is needed here."), N_("Choose another connection.")
    ),
    "binding-differs": Sentence(
        N_("Connection “{name}” here goes to {host}, but the flow names {wanted}."),
        N_("If it is the right one, say so: --bind {stub}={stub}. Otherwise bind another: --bind {stub}=CONNECTION."),
    ),
    "binding-pop3-move": Sentence(
        N_("“{name}” is a POP3 connection: mails can't be moved to a folder there."),
        N_("Choose Leave or Delete for after receiving, or use IMAP."),
    ),
    # items
    "sign-in-paused": Sentence(
        N_(
            "The sign-in with connection {account} was refused in the last runs, so it isn't tried again for 15 minutes."
        ),
        N_("Correct the password, then: mailflow connections validate {account}. MailFlow goes on at once after that."),
    ),
    "receiving-silent": Sentence(
        N_(
            "Folder {folder} of connection {account} could not be looked at for {seconds} seconds, though it is to be looked at every"
            " {interval} seconds."
        ),
        N_("MailFlow keeps trying. See what the connection says, or validate it."),
    ),
    "received-too-large": Sentence(
        N_("The mail has {size} bytes, more than the {maximum} that MailFlow takes on."),
        N_("It stays on the server; its header is kept here."),
    ),
    "received-refused": Sentence(
        N_("The server would not give this mail: {reason}"), N_("Look at it with another mail program.")
    ),
    "loop-own-mail": Sentence(
        N_("This mail came back to the flow that it had come from."),
        N_("It was not processed again. Check where the flow sends to, and who answers or forwards there."),
    ),
    "loop-too-many-hops": Sentence(
        N_("This mail has passed {hops} servers: it seems to go in circles."), N_("Check who forwards to whom.")
    ),
    "answer-limit": Sentence(
        N_("No answer was sent: this thread or this sender has had as many as the node allows."),
        N_("Raise the limits in the node's settings if more answers are wanted."),
    ),
    "gave-up": Sentence(
        N_("After 24 hours of trying, this mail still could not be sent: {reason}"),
        N_("Correct the cause, then retry the message."),
    ),
    "recovered-as-new": Sentence(
        N_("Recovered: the original was deleted, so the answer was sent as a new mail."),
        N_("It doesn't appear in the conversation that it answers."),
    ),
    "send-failed": Sentence(N_("The mail could not be sent to anybody."), N_("See its attempts for the reasons.")),
    "node-raised": Sentence(
        N_("Node {node} could not work on this mail because of a fault in its program ({error})."),
        N_("Other mails go on. Please report it, with the log file."),
    ),
    "discarded": Sentence(N_("You discarded this message.")),
    # requests
    "message-unknown": Sentence(N_("There is no message {id}."), N_("See them with: mailflow messages list.")),
    "message-not-waiting": Sentence(
        N_("Message {id} is {state}: there is nothing to do for it."),
        N_("See its state with: mailflow messages show {id}."),
    ),
    "message-or-error": Sentence(
        N_("Name either one message or the code of an error."),
        N_("For example: mailflow messages retry 12, or: mailflow messages retry --error mail-refused."),
    ),
    "reclass-unknown": Sentence(
        N_("There is no class {given}."),
        N_("The classes: {classes}."),
    ),
    "reclass-not-given": Sentence(
        N_("The class of {code} was never changed."), N_("See the codes and their classes with: mailflow errors.")
    ),
    "reclass-fixed": Sentence(
        N_("The class of {code} can't be changed."),
        N_(
            "A mail that may have been sent is never sent again by itself, and a refused password isn't tried again and again."
        ),
    ),
    "message-incomplete": Sentence(
        N_("Only the header of message {id} is kept here, so it can't be sent."),
        N_("It is still on its server. Discard the message here, or leave it."),
    ),
    # saving what came with a mail
    "file-exists-already": Sentence(
        N_("There is already a file {file}. It was left as it is, and nothing was saved."), N_("Choose another name.")
    ),
    "file-not-saved": Sentence(
        N_("The file {file} could not be saved ({reason})."), N_("Choose another folder, or free some space there.")
    ),
    "nothing-to-resume": Sentence(
        N_("No flow waits for a decision about connection {account}."),
        N_("Run the flow first: it says when a decision is needed."),
    ),
    "control-line-bad": Sentence(
        N_("A line on the control input isn't a command: {reason}."),
        N_("Each line is one JSON object with “command”: start, stop, status or shutdown."),
    ),
}
