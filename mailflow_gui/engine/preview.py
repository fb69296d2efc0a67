"""Preview: what a flow would do with given mails, step by step. No server, no account, no journal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailflow_gui.engine.compiled import CompiledFlow, Step
from mailflow_gui.engine.delivery import StepTaken, advance
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
        result = advance(flow, source.id, item)
        steps.append(PreviewedStep(source.id, source.type.id, "passed", None, item))
        composed, failures = _compose(item, [(mail.node, mail.way, mail.outgoing) for mail in result.mails])
        steps += [_step(flow, taken, failures, item) for taken in result.steps]
        sent += composed
    return Preview(tuple(steps), tuple(sent))


def _item(flow: CompiledFlow, source: Step, message: MailMessage, now: datetime) -> Item:
    watch = flow.watch(source)
    key = hashlib.sha256(message.raw).hexdigest()[:40]
    origin = Origin(account=watch.account, folder=watch.folder, uid=key[:8], flags=message.flags)
    return Item(id=key, message=message, origin=origin, clock=now, seed=int(key[:16], 16))


def _compose(
    item: Item, mails: Sequence[tuple[str, str, Outgoing]]
) -> tuple[list[PreviewedMail], dict[str, MailFlowError]]:
    composed: list[PreviewedMail] = []
    failures: dict[str, MailFlowError] = {}
    for node, way, outgoing in mails:
        digest = hashlib.sha256(f"{item.id}\n{node}\n{way}".encode()).hexdigest()[:40]
        try:
            mail = compose(outgoing.draft, message_id=message_id(digest, outgoing.sender), date=item.clock)
        except MailFlowError as error:
            failures[node] = error
        else:
            composed.append(PreviewedMail(node, outgoing, mail))
    return composed, failures


def _step(flow: CompiledFlow, taken: StepTaken, failures: Mapping[str, MailFlowError], item: Item) -> PreviewedStep:
    error = failures.get(taken.node, taken.error)
    outcome = "failed" if taken.node in failures else taken.outcome
    shown = taken.items[0] if taken.items else item
    return PreviewedStep(taken.node, flow.steps[taken.node].type.id, outcome, error, shown)
