"""Sentences about flow files and problems of a flow."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # Reading and writing flow files
    "flow-file-missing": Sentence(N_("There is no file {file}."), N_("Check the path and its spelling.")),
    "flow-file-unreadable": Sentence(
        N_("The file {file} can't be read: {reason}."), N_("Check the path and the file's permissions.")
    ),
    "flow-file-too-large": Sentence(
        N_("The file {file} is larger than {megabytes} MB; no flow is."), N_("Check whether this is the right file.")
    ),
    "flow-file-not-utf8": Sentence(
        N_("The file {file} isn't UTF-8 text (byte {offset})."),
        N_("Save it as UTF-8, or check whether this is the right file."),
    ),
    "flow-file-empty": Sentence(
        N_("The flow file {file} is empty."), N_("Restore it from a copy, or save the flow again.")
    ),
    "flow-file-not-json": Sentence(
        N_("The flow file {file} is broken at line {line}, column {column}: {reason}."),
        N_("Correct that place, or restore the file from a copy."),
    ),
    "flow-file-duplicate-key": Sentence(
        N_("In the flow file {file}, one object has the key {key} twice."), N_("Remove one of the two.")
    ),
    "flow-file-too-deep": Sentence(
        N_("The flow file {file} is nested more than {levels} levels deep; no flow is."),
        N_("Check whether this is the right file."),
    ),
    "flow-file-broken-text": Sentence(
        N_("The flow file {file} holds half a character (a lone surrogate such as \\ud800)."),
        N_("Remove it, or restore the file from a copy."),
    ),
    "flow-file-number": Sentence(
        N_("The flow file {file} holds a number that is too large or no number."),
        N_("Correct it, or restore the file from a copy."),
    ),
    "flow-file-not-mailflow": Sentence(
        N_('The file {file} is not a MailFlow flow: it doesn\'t begin with its version, such as "mailflow": 1.'),
        N_("Check whether this is the right file."),
    ),
    "flow-file-newer": Sentence(
        N_("The flow file {file} was written by a newer MailFlow (format {version}, this one knows up to {known})."),
        N_("Update MailFlow to open it; the file was not changed."),
    ),
    "flow-file-broken": Sentence(
        N_("The flow file {file} can't be used: the value of {field} isn't what belongs there."),
        N_("mailflow check lists all that is wrong with it; the file was not changed."),
    ),
    "flow-file-no-room": Sentence(
        N_("The flow was not saved: there is no room for {file}."),
        N_("Free some space and save again; the old file is unchanged."),
    ),
    "flow-file-no-right": Sentence(
        N_("The flow was not saved: you have no right to write {file}."),
        N_("Save it elsewhere, or change the permissions; the old file is unchanged."),
    ),
    "flow-file-not-written": Sentence(
        N_("The flow was not saved as {file}: {reason}."), N_("Save it elsewhere; the old file is unchanged.")
    ),
    # Keys and connections of a flow
    "unknown-key": Sentence(
        N_("MailFlow doesn't know the key {key}."), N_("Remove it, or update MailFlow if a newer one wrote it.")
    ),
    "unknown-key-misspelt": Sentence(N_("MailFlow doesn't know the key {key}."), N_("Did you mean {guess}?")),
    "secret-in-file": Sentence(
        N_("The flow file holds a password or token under {key}."),
        N_(
            "Remove it and change that password: flow files are made to be shared. MailFlow keeps passwords in the keyring only."
        ),
    ),
    "property-not-constant": Sentence(
        N_("The flow property {property} is {value}."),
        N_("Make it a text, a number, true or false, or a list of texts."),
    ),
    "stub-duplicate": Sentence(
        N_("{count} connections of this flow have the id {connection}."), N_("Give each its own id.")
    ),
    "stub-protocol": Sentence(
        N_("The connection {connection} has the protocol {value}."), N_("Choose one of: {choices}.")
    ),
    "stub-host": Sentence(N_("The connection {connection} has no host name."), N_("Enter the mail server's name.")),
    "stub-port": Sentence(
        N_("The connection {connection} has the port {value}."), N_("A port is a number from 1 to 65535.")
    ),
    "stub-security": Sentence(
        N_("The connection {connection} has the security method {value}."), N_("Choose one of: {choices}.")
    ),
    # The drawing
    "source-missing": Sentence(
        N_("Nothing starts this flow."), N_("Add a node that receives mail, such as Receive Email.")
    ),
    "node-duplicate": Sentence(N_("{count} nodes have the id {node}."), N_("Give each node its own id.")),
    "node-type-unknown": Sentence(
        N_("The node {node} is of the type {type}, which this MailFlow doesn't know."),
        N_("Update MailFlow, install the extension that brings it, or remove the node."),
    ),
    "node-type-misspelt": Sentence(
        N_("The node {node} is of the type {type}, which this MailFlow doesn't know."), N_("Did you mean {guess}?")
    ),
    "node-unreachable": Sentence(
        N_("Nothing reaches the node {node}, so it never runs."), N_("Link it to the node before it, or remove it.")
    ),
    "node-runs-twice": Sentence(
        N_("One mail can reach the node {node} by two ways, and it then runs twice for that mail."),
        N_("Remove one of the links if that isn't meant."),
    ),
    "source-leads-nowhere": Sentence(
        N_("Nothing comes after the node {node}: mails are received and nothing is done with them."),
        N_("Link it to the next node."),
    ),
    "node-leads-nowhere": Sentence(
        N_("Nothing comes after the node {node}: what it makes is thrown away."), N_("Link it to the next node.")
    ),
    "send-without-mapper": Sentence(
        N_(
            "Received mails reach {node} without a Data Mapper: what isn't typed there is taken from the received mail, "
            "so its original recipients can get the mail."
        ),
        N_("Put a Data Mapper between, or type the recipients and choose “input values”."),
    ),
    "edge-node-unknown": Sentence(
        N_("The link {link} leads to or from the node {node}, which doesn't exist."),
        N_("Remove the link, or add the node."),
    ),
    "edge-output-unknown": Sentence(
        N_("A link leaves the node {node} at {port}, which isn't one of its outputs."), N_("Its outputs are: {ports}.")
    ),
    "edge-input-unknown": Sentence(
        N_("A link enters the node {node} at {port}, which isn't one of its inputs."), N_("Its inputs are: {ports}.")
    ),
    "edge-types-differ": Sentence(
        N_("The link {link} doesn't fit: it carries {output}, and {input} is wanted there."),
        N_("Put a node between that turns one into the other."),
    ),
    "edge-to-itself": Sentence(N_("The node {node} is linked to itself."), N_("Remove the link.")),
    "edge-duplicate": Sentence(N_("The link {link} stands {count} times in the flow."), N_("Remove all but one.")),
    "edges-circle": Sentence(
        N_("These links go round in a circle: {nodes}."), N_("Remove one of them: a mail would never come to its end.")
    ),
    # Settings of nodes
    "send-to-nobody": Sentence(
        N_("No recipient is typed, and none is mapped."), N_("Enter one in To, Cc or Bcc, or map one before.")
    ),
    "node-settings-broken": Sentence(
        N_("The settings of the node {node} can't be used; the first fault is in {field}."),
        N_("mailflow check lists all of them."),
    ),
    "connection-missing": Sentence(
        N_("The node {node} has no connection."), N_("Choose the connection it works with.")
    ),
    "connection-unknown": Sentence(
        N_("The node {node} uses the connection {value}, which this flow doesn't have."),
        N_("Choose one of the flow's connections, or add this one."),
    ),
    "connection-misspelt": Sentence(
        N_("The node {node} uses the connection {value}, which this flow doesn't have."), N_("Did you mean {guess}?")
    ),
    "connection-protocol": Sentence(
        N_("The node {node} can't work with the connection {value}: it speaks {protocol}."),
        N_("Choose a connection with one of: {protocols}."),
    ),
    "unknown-setting": Sentence(
        N_("There is no setting {field}."), N_("Remove it, or update MailFlow if a newer one wrote it.")
    ),
    "unknown-setting-misspelt": Sentence(N_("There is no setting {field}."), N_("Did you mean {guess}?")),
    "value-missing": Sentence(N_("{field} is missing."), N_("Add it.")),
    "value-empty": Sentence(N_("{field} is empty."), N_("Enter something there.")),
    "value-not-text": Sentence(N_("{field} is {value}."), N_("A text is needed there.")),
    "value-not-yes-no": Sentence(N_("{field} is {value}."), N_("It can be true or false only.")),
    "value-not-whole": Sentence(N_("{field} is {value}."), N_("A whole number is needed there.")),
    "value-not-number": Sentence(N_("{field} is {value}."), N_("A number is needed there.")),
    "value-not-list": Sentence(N_("{field} is {value}."), N_("A list is needed there.")),
    "value-not-object": Sentence(N_("{field} is {value}."), N_("An object in braces is needed there.")),
    "value-not-position": Sentence(N_("{field} is {value}."), N_("A list of two numbers is needed there.")),
    "value-not-end": Sentence(
        N_("{field} is {value}."), N_("A list of a node's id and a port's name is needed there.")
    ),
    "value-not-choice": Sentence(N_("{field} is {value}."), N_("It can be one of: {choices}.")),
    "value-misspelt": Sentence(N_("{field} is {value}."), N_("Did you mean {guess}? It can be one of: {choices}.")),
    "value-too-small": Sentence(N_("{field} is {value}."), N_("It must be {limit} or more.")),
    "value-too-small-exclusive": Sentence(N_("{field} is {value}."), N_("It must be more than {limit}.")),
    "value-too-big": Sentence(N_("{field} is {value}."), N_("It must be {limit} or less.")),
    "value-too-big-exclusive": Sentence(N_("{field} is {value}."), N_("It must be less than {limit}.")),
    "value-too-few": Sentence(N_("{field} has too few entries."), N_("It needs {limit} or more.")),
    "value-too-many": Sentence(N_("{field} has too many entries."), N_("It can have {limit} or fewer.")),
    "value-too-long": Sentence(N_("{field} is too long."), N_("It can have {limit} characters or fewer.")),
    "value-refused": Sentence(N_("{field} is {value}, which can't be used: {reason}."), N_("Correct it.")),
    # The sandbox
    "sandbox-running": Sentence(
        N_("The sandbox in {directory} is already running."), N_("Use that one, or stop it first.")
    ),
    "sandbox-no-room": Sentence(
        N_("The sandbox can't start: there is no room in {directory}."), N_("Free some space and start it again.")
    ),
    "sandbox-not-started": Sentence(
        N_("The sandbox in {directory} can't start: {reason}."),
        N_("Check the permissions there, or set MAILFLOW_HOME to another directory."),
    ),
}
