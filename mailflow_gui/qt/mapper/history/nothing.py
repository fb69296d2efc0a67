"""What is said where there is nothing to compare, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.mapper.history.work import Begun, Portion, TriedMail


@dataclass(frozen=True)
class Nothing:
    """An icon, a title, a sentence, and what can be done."""

    icon: str
    title: str
    text: str
    action: str = ""


def of_beginning(begun: Begun) -> Nothing:
    """Nothing can be tried."""
    if begun.refused_here:
        words = _("Some of it can't be read yet, such as a step without what it needs. Mend its problems first.")
        return Nothing("circle-alert", _("The mapping can't run as it is"), words, _("Show the problem"))
    if begun.refused:
        return Nothing("circle-alert", _("The flow can't run as it is"), begun.refused)
    if not begun.linked:
        return Nothing(
            "unplug",
            _("Nothing leads to this mapper"),
            _("Link it to a node that receives messages. What that one has received can be tried here."),
        )
    return Nothing(
        "inbox",
        _("No messages yet"),
        _(
            "This flow hasn't received any message on this computer. Run it once, or as a dry run so that nothing is sent:"
            " what it receives can then be tried here."
        ),
    )


def of_end(portion: Portion) -> Nothing:
    """There were messages, but none that could be tried."""
    if portion.expired == portion.done:
        words = ngettext(
            "The content of the {count} message that was received isn't kept any more.",
            "The contents of the {count} messages that were received aren't kept any more.",
            portion.expired,
        )
        more = _("What the flow receives from now on can be tried.")
        return Nothing("timer", _("The messages have expired"), f"{words.format(count=portion.expired)} {more}")
    words = ngettext(
        "Of the {count} message that was received, none comes to this mapper: the steps before it let it out elsewhere.",
        "Of the {count} messages that were received, none comes to this mapper: the steps before it let them out elsewhere.",
        portion.done,
    )
    expired = ngettext("{count} isn't kept any more.", "{count} aren't kept any more.", portion.expired)
    text = words.format(count=portion.done)
    if portion.expired:
        text = f"{text} {expired.format(count=portion.expired)}"
    return Nothing("git-branch", _("No message comes here"), text)


def of_failure(words: str) -> Nothing:
    """It can't go on."""
    return Nothing("circle-alert", _("The messages can't be read"), words)


def of_rows(rows: Sequence[TriedMail], *, only: str = "") -> Nothing:
    """No message is in hand."""
    if not only and all(row.outcome == "same" for row in rows):
        words = ngettext(
            "The {count} message that was tried comes out as before.",
            "All {count} messages that were tried come out as before.",
            len(rows),
        )
        return Nothing("circle-check", _("Nothing changes"), words.format(count=len(rows)))
    return Nothing("mouse-pointer-click", _("Choose a message"), _("Its changes are shown here, side by side."))
