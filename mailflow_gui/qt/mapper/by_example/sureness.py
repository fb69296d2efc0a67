"""How sure a proposal is, in words: a badge, and the sentences that say why. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailflow_gui.language import N_, _, ngettext
from mailflow_gui.mapping.fields import ADDRESS_FIELDS
from mailflow_gui.qt.controls.badges import Kind
from mailflow_gui.qt.mapper.by_example.pieces import is_constant
from mailflow_gui.qt.mapper.by_example.searching import Answer, Seen, Way


@dataclass(frozen=True)
class Badge:
    """A chip: its word, kind and icon."""

    text: str
    kind: Kind
    icon: str


@dataclass(frozen=True)
class Reason:
    """A sentence with its sign."""

    text: str
    icon: str
    token: str


_BADGES: dict[str, tuple[str, Kind, str]] = {
    "certain": (N_("Certain"), "ok", "badge-check"),
    "likely": (N_("Likely"), "accent", "circle-check"),
    "guess": (N_("Guess"), "warn", "triangle-alert"),
    "chosen": (N_("Your choice"), "neutral", "mouse-pointer-click"),
    "": (N_("Nothing found"), "danger", "circle-x"),
}
_OUTCOMES: dict[str, tuple[str, str]] = {
    "good": ("circle-check", "ok"),
    "failed": ("circle-x", "danger"),
    "empty": ("circle-dashed", "warn"),
    "unlike": ("triangle-alert", "warn"),
    "lost": ("circle-x", "text-3"),
}


def badge_of(answer: Answer, chosen: int = 0) -> Badge:
    """How sure the chosen way of an answer is; one that a person has picked themselves is their choice."""
    word, kind, icon = _BADGES["chosen" if chosen else answer.confidence]
    return Badge(_(word), kind, icon)


def sign_of(outcome: str) -> tuple[str, str]:
    """Icon and colour of what a rule gave for a message."""
    return _OUTCOMES[outcome]


def line_of(seen: Seen) -> tuple[str, str]:
    """What a rule gave for a message, and the look of these words."""
    if seen.outcome in {"failed", "lost"}:
        return seen.why, "danger" if seen.outcome == "failed" else "hint"
    if seen.outcome == "empty":
        return _("nothing"), "hint"
    return seen.value.line, "same"


def tally(way: Way) -> str:
    """How a rule did on the further messages, in a few words."""
    seen = way.seen
    if is_constant(way.rule):
        return _("always the same")
    if not seen:
        return _("not checked")
    good = sum(one.outcome == "good" for one in seen)
    words = [_("{good} of {count} fit").format(good=good, count=len(seen))]
    failed = sum(one.outcome == "failed" for one in seen)
    empty = sum(one.outcome == "empty" for one in seen)
    odd = sum(one.outcome == "unlike" for one in seen)
    if failed:
        words.append(ngettext("{count} fails", "{count} fail", failed).format(count=failed))
    if empty:
        words.append(ngettext("{count} empty", "{count} empty", empty).format(count=empty))
    if odd:
        words.append(ngettext("{count} odd", "{count} odd", odd).format(count=odd))
    return " · ".join(words)


def reasons(answer: Answer, chosen: int) -> tuple[Reason, ...]:
    """Why it is as sure as it is."""
    if not answer.ways:
        return (Reason(_nothing(answer), "circle-alert", "danger"),)
    way = answer.ways[chosen]
    if is_constant(way.rule):
        unchecked = () if way.seen else (_of_checks(()),)
        return (_of_constant(answer), *unchecked, *_of_rivals(answer, chosen))
    found = [_of_checks(way.seen)]
    if answer.confidence == "guess" and not chosen:
        found.append(Reason(_("It is a guess: look at it closely before you use it."), "triangle-alert", "warn"))
    return (*found, *_of_rivals(answer, chosen))


def _of_rivals(answer: Answer, chosen: int) -> tuple[Reason, ...]:
    if answer.confidence == "certain" or len(answer.ways) < 2 or chosen:
        return ()
    words = _("Other rules make the same of this sample. Choose the one that you mean.")
    return (Reason(words, "lightbulb", "text-2"),)


def _of_checks(seen: Sequence[Seen]) -> Reason:
    if not seen:
        words = _("There were no further messages to check it with.")
        return Reason(words, "circle-dashed", "text-2")
    good = sum(one.outcome == "good" for one in seen)
    if good == len(seen):
        words = ngettext(
            "It gives something fitting for the further message.",
            "It gives something fitting for all {count} further messages.",
            good,
        )
        return Reason(words.format(count=good), "circle-check", "ok")
    words = ngettext(
        "It gives nothing fitting for {bad} of {count} further messages.",
        "It gives nothing fitting for {bad} of {count} further messages.",
        len(seen) - good,
    )
    return Reason(words.format(bad=len(seen) - good, count=len(seen)), "triangle-alert", "warn")


def _of_constant(answer: Answer) -> Reason:
    """The same for every mail: meant by whoever typed it, or a value of this very sample that nothing else explains."""
    doubtful = answer.confidence == "guess" and len(answer.ways) > 1
    if answer.target in ADDRESS_FIELDS:
        words = _("Every message goes there, whatever it says.") if answer.target != "from" else _("It never changes.")
    else:
        words = _("Every message gets this very text.")
    return Reason(words, "triangle-alert" if doubtful else "pin", "warn" if doubtful else "text-2")


def _nothing(answer: Answer) -> str:
    if isinstance(answer.wanted, tuple):
        if not answer.wanted:
            return _("No rule leaves all files out. Switch “Carry attachments” off in the node's settings instead.")
        return _("No rule picks just these files: files are told apart by the ends of their names.")
    return _("Nothing in this sample leads to this text.")
