"""Preview: what a flow would do with given mails, step by step. No server, no account, no journal."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailflow_gui.engine.compiled import CompiledFlow, Step
from mailflow_gui.engine.delivery import Mail, StepTaken, advance
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.item import Item, Origin, Outgoing
from mailflow_gui.mail.compose import ComposedMail, compose, message_id
from mailflow_gui.mail.message import MailMessage


@dataclass(frozen=True)
class PreviewedStep:
    """What one node does with the mail."""

    node: str
    type: str
    outcome: Literal["passed", "skipped", "failed"]
    error: MailFlowError | None
    item: Item
    """What it gives on, or was given where it gives nothing on."""


@dataclass(frozen=True)
class PreviewedMail:
    """A mail that would be sent."""

    node: str
    outgoing: Outgoing
    composed: ComposedMail


@dataclass(frozen=True)
class Preview:
    """All that one mail would bring about."""

    steps: tuple[PreviewedStep, ...]
    sent: tuple[PreviewedMail, ...]


def preview(flow: CompiledFlow, message: MailMessage, now: datetime) -> Preview:
    """Take ``message`` through the flow, from each of its sources, as if it had just been received there."""
    steps: list[PreviewedStep] = []
    sent: list[PreviewedMail] = []
    for source in flow.sources():
        item = _item(flow, source, message, now)
        result = advance(flow, source.id, item, freeze=functools.partial(_compose, item))
        steps.append(PreviewedStep(source.id, source.type.id, "passed", None, item))
        steps += [_step(flow, taken, item) for taken in result.steps]
        sent += [PreviewedMail(mail.node, mail.outgoing, result.frozen[mail.node, mail.way]) for mail in result.mails]
    return Preview(tuple(steps), tuple(sent))


def _item(flow: CompiledFlow, source: Step, message: MailMessage, now: datetime) -> Item:
    watch = flow.watch(source)
    key = hashlib.sha256(message.raw).hexdigest()[:40]
    origin = Origin(account=watch.account, folder=watch.folder, uid=key[:8], flags=message.flags)
    return Item(id=key, message=message, origin=origin, clock=now, seed=int(key[:16], 16))


def _compose(item: Item, mail: Mail) -> ComposedMail:
    """:raises MailFlowError: it can't be written."""
    digest = hashlib.sha256(f"{item.id}\n{mail.node}\n{mail.way}".encode()).hexdigest()[:40]
    outgoing = mail.outgoing
    return compose(outgoing.draft, message_id=message_id(digest, outgoing.sender), date=item.clock)


def _step(flow: CompiledFlow, taken: StepTaken, item: Item) -> PreviewedStep:
    shown = taken.items[0] if taken.items else item
    return PreviewedStep(taken.node, flow.steps[taken.node].type.id, taken.outcome, taken.error, shown)
