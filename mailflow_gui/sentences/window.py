"""Sentences about the window and the desktop."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "no-display": Sentence(
        N_("There is no display here, so no window can be opened."),
        N_("Run flows without a window: mailflow run FLOW. Try MailFlow without one: mailflow demo --headless."),
    ),
    "window-libraries-missing": Sentence(
        N_("The window needs libraries of this system that aren't installed."),
        N_("On Debian and Ubuntu, install them with: {command}."),
    ),
    "no-window-libraries": Sentence(
        N_("The window's libraries can't be used here ({reason})."),
        N_(
            "Install MailFlow with its desktop part: pip install 'mailflow-gui[desktop]'. Flows run without it: mailflow run FLOW."
        ),
    ),
    "desktop-by-installer": Sentence(
        N_("On this system the launcher and the file type come with MailFlow's installer."),
        N_("Nothing is to be done here."),
    ),
    "connection-not-here": Sentence(
        N_("Connection “{name}” ({protocol}, {host}) isn't set up on this machine."),
        N_("Choose another one in the node's settings, or add it under Connections."),
    ),
    "flow-not-accepted": Sentence(
        N_("The flow “{name}” comes from somebody else and hasn't been accepted here."),
        N_("Read what it would do, then accept it."),
    ),
    "draft-unreadable": Sentence(
        N_("What was kept of your last, unsaved work can't be read: {reason}."),
        N_("The file stays where it is: {file}."),
    ),
    "mapper-step-unreadable": Sentence(
        N_("The sample doesn't come to this node: the settings of “{node}” before it can't be read."),
        N_("Repair its settings first."),
    ),
    "history-step-unreadable": Sentence(
        N_("No message comes to this mapper: the settings of “{node}” before it can't be read."),
        N_("Repair its settings first."),
    ),
    "mapper-step-gives-nothing": Sentence(
        N_("The sample doesn't come to this node: “{node}” before it lets it out elsewhere."),
        N_("Choose another sample."),
    ),
}
