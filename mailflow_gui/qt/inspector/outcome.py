"""The Attempts and Sent tabs: every error with its raw words, and what went out to whom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui import sentences
from mailflow_gui.journal.history import Attempt
from mailflow_gui.language import N_, _, ngettext
from mailflow_gui.qt.controls import Chip, ElidedLabel, Label, StateText
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector.reading import Detail, Sent

MAXIMUM_SHOWN = 60
"""Attempts, and recipients, that are shown; the newest, and the first."""

_DELIVERIES = {
    "planned": ("loader", N_("On its way"), "accent-text"),
    "queued": ("rotate-cw", N_("Retrying"), "warn"),
    "held": ("circle-pause", N_("Waiting"), "warn"),
    "uncertain": ("circle-alert", N_("Maybe sent"), "warn"),
    "sent": ("circle-check", N_("Sent"), "ok"),
    "failed": ("circle-x", N_("Failed"), "danger"),
}


class CardList(QScrollArea):
    """Cards one below the other, as high as they need."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.show_cards([])

    def show_cards(self, cards: list[QWidget], empty: str = "") -> None:
        """Show other cards, or say why there is none."""
        inner = QWidget()
        inner.setProperty("panel", "surface")
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(12)
        for card in cards:
            column.addWidget(card)
        if not cards and empty:
            column.addWidget(Label(empty, "small", "text-2", wrap=True))
        column.addStretch(1)
        self.setWidget(inner)


def attempt_cards(detail: Detail, names: Mapping[str, str]) -> list[QWidget]:
    """The errors of a message, the newest first."""
    return [_attempt(attempt, names) for attempt in reversed(detail.attempts[-MAXIMUM_SHOWN:])]


def sent_cards(detail: Detail, names: Mapping[str, str]) -> list[QWidget]:
    """The outgoing mails of a message."""
    recovered = {mail.id for mail in detail.thread.mails if mail.kind == "sent" and mail.recovered}
    return [_sent(sent, names, recovered=sent.mail.id in recovered) for sent in detail.sent]


def _attempt(attempt: Attempt, names: Mapping[str, str]) -> QWidget:
    card = QWidget()
    column = QVBoxLayout(card)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    head = QHBoxLayout()
    head.setSpacing(8)
    where = (states.full_time(attempt.at), names.get(attempt.node or "", attempt.node or ""), attempt.account or "")
    head.addWidget(
        ElidedLabel(" · ".join(plain.one_line(part, 80) for part in where if part), "caption", "text-3", weight=400), 1
    )
    if attempt.outcome is not None and attempt.outcome in states.CLASSES:
        word, kind = states.CLASSES[attempt.outcome]
        head.addWidget(Chip(_(word), kind))
    column.addLayout(head)
    column.addWidget(_words(sentences.text(attempt.code, attempt.arguments), "small", "text", weight=500))
    if advice := sentences.advice(attempt.code, attempt.arguments):
        column.addWidget(_words(advice, "small", "text-2"))
    reply = (attempt.operation or "", str(attempt.reply_code or ""), attempt.enhanced or "", attempt.text or "")
    said = " ".join(part for part in reply if part)
    recipient = f"  <{attempt.recipient}>" if attempt.recipient else ""
    column.addWidget(_words(f"{attempt.code}{recipient}  {said}".strip(), "mono", "text-3"))
    return card


def _sent(sent: Sent, names: Mapping[str, str], *, recovered: bool) -> QWidget:
    card = QWidget()
    column = QVBoxLayout(card)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    mail = sent.mail.frozen
    where = (
        names.get(mail.node, mail.node),
        mail.account,
        _("from {sender}").format(sender=mail.sender),
        states.size(sent.mail.place.length),
    )
    column.addWidget(_words(" · ".join(plain.one_line(part, 120) for part in where), "caption", "text-3", weight=400))
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    for row, delivery in enumerate(sent.deliveries[:MAXIMUM_SHOWN]):
        icon, word, token = _DELIVERIES[delivery.state]
        grid.addWidget(StateText(icon, _(word), token), 2 * row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_words(delivery.recipient, "small", "text"), 2 * row, 1)
        if delivery.receipt:
            grid.addWidget(_words(delivery.receipt.strip(), "mono", "text-2"), 2 * row + 1, 1)
    column.addLayout(grid)
    if recovered:
        chip = QHBoxLayout()
        chip.addWidget(Chip(_("Recovered"), "accent", "refresh-cw"))
        chip.addStretch(1)
        column.addLayout(chip)
        column.addWidget(_words(sentences.text("recovered-as-new", {}), "small", "text-2"))
    more = len(sent.deliveries) - MAXIMUM_SHOWN
    if more > 0:
        column.addWidget(
            Label(ngettext("and {count} more", "and {count} more", more).format(count=more), "small", "text-2")
        )
    column.addWidget(_words(mail.message_id, "mono", "text-3"))
    return card


def _words(text: str, style: str, token: str, *, weight: int | None = None) -> Label:
    """Words that can be selected, broken anywhere if they have to be."""
    label = Label(_breakable(plain.lines(text)[:4000]), style, token, weight=weight, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setMinimumWidth(1)
    return label


def _breakable(text: str) -> str:
    return " ".join(
        word if len(word) <= 40 else "\u200b".join(word[start : start + 20] for start in range(0, len(word), 20))
        for word in text.split(" ")
    )
