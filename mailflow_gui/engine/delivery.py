"""Taking an item through the flow: pure stepping, from its source to the mails that its sinks ask for.

:func:`advance` may be called again for the same item at any time and comes to the same mails: that is how a run goes on after a crash, how
an item goes on behind a sink, and what preview and dry run show.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from mailflow_gui import sentences
from mailflow_gui.engine.compiled import CompiledFlow, Step
from mailflow_gui.errors import MailError, MailFlowError, MappingError
from mailflow_gui.flow.item import Item, Outgoing, Skip
from mailflow_gui.flow.model import Edge
from mailflow_gui.flow.node_type import SinkType, TransformType
from mailflow_gui.mail.swift import swift

log = logging.getLogger(__name__)

StepOutcome = Literal["passed", "skipped", "failed"]


@swift
@dataclass(frozen=True)
class StepTaken:
    """What one node did with an item."""

    node: str
    outcome: StepOutcome
    items: tuple[Item, ...] = ()
    """What it gave on (a transform) or was given (a sink)."""
    error: MailFlowError | None = None
    outgoing: Outgoing | None = None


@swift
@dataclass(frozen=True)
class Mail:
    """A mail that a sink asks for. ``way`` tells apart the ways by which one item reached one node."""

    node: str
    way: str
    outgoing: Outgoing


Failure = tuple[str, Mapping[str, Any], str]
"""Code, arguments and class of an error."""
Freeze = Callable[[Mail], Any]
"""Writes a mail as it will be sent; what it raises leaves by the error port of the mail's node."""


@dataclass(frozen=True)
class End:
    """How a mail of this item has ended so far: sent to at least one recipient, failed for all, or not at its end."""

    state: Literal["open", "sent", "failed"]
    error: Failure | None = None


_OPEN = End("open")


@swift
@dataclass
class Advance:
    """How far an item has come."""

    mails: list[Mail] = field(default_factory=list)
    """All mails its sinks ask for, those in the journal already included."""
    steps: list[StepTaken] = field(default_factory=list)
    waiting: bool = False
    """Some branch waits for a mail to end."""
    handled: set[tuple[str, str]] = field(default_factory=set)
    """Failed mails whose error port took over."""
    frozen: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What ``freeze`` made of the mails."""

    @property
    def errors(self) -> list[StepTaken]:
        """The steps that failed with nobody taking over."""
        return [step for step in self.steps if step.outcome == "failed"]


def advance(
    flow: CompiledFlow,
    source: str,
    item: Item,
    ends: Mapping[tuple[str, str], End] | None = None,
    freeze: Freeze | None = None,
) -> Advance:
    """Take ``item`` from its source as far as it gets; one that comes with an error begins at its source's error port.

    ``ends``: how mails that were planned earlier stand, by (node, way).
    """
    walk = _Walk(flow, ends or {}, freeze)
    step = flow.steps.get(source)
    if step is not None and item.error is not None:
        code, arguments = item.error
        walk.fail(step, replace(item, error=None), source, MailFlowError(code, **arguments))
        walk.run()
    elif step is not None:
        walk.follow(step.onward, item, source)
        walk.run()
    return walk.result


def outcome_of(error: MailFlowError) -> str:
    """The class of an error that failed a step: a mail error's own; anything else rejects the message."""
    return error.outcome if isinstance(error, MailError) else "reject-message"


def with_error(item: Item, node: str, failure: Failure) -> Item:
    """The item as it leaves by the error port of ``node``: later steps find the error in its fields."""
    code, arguments, outcome = failure
    text = sentences.text(code, arguments)
    fields = {"error": text, "error.code": code, "error.class": outcome, "error.text": text, "error.node": node}
    return replace(item, error=(code, arguments), fields=MappingProxyType({**item.fields, **fields}))


class _Walk:
    """Depth first along the edges, in the file's order; a stack of its own, since flows may be long."""

    def __init__(self, flow: CompiledFlow, ends: Mapping[tuple[str, str], End], freeze: Freeze | None) -> None:
        self.flow = flow
        self.freeze = freeze
        self.ends = ends
        self.result = Advance()
        self._ahead: list[tuple[Step, Item, str]] = []

    def follow(self, edges: Sequence[Edge], item: Item, way: str) -> None:
        """Put the nodes behind ``edges`` next in line."""
        steps = self.flow.steps
        for edge in reversed(edges) if len(edges) > 1 else edges:
            target = edge.target
            self._ahead.append((steps[target], item, f"{way}.{edge.source_port}>{target}"))

    def run(self) -> None:
        """Work until nothing lies ahead."""
        while self._ahead:
            step, item, way = self._ahead.pop()
            try:
                if isinstance(step.type, TransformType):
                    self._transform(step, step.type, item, way)
                elif isinstance(step.type, SinkType):
                    self._sink(step, step.type, item, way)
            except MailFlowError as error:
                self.fail(step, item, way, error)
            except Exception as error:  # noqa: BLE001 - a node's bug is a poison message for that node; it stops only itself, loudly
                self.fail(step, item, way, bug(step, error))

    def _transform(self, step: Step, node_type: TransformType[Any], item: Item, way: str) -> None:
        if not step.settings.enabled:
            self.result.steps.append(StepTaken(step.id, "passed", (item,)))
            self.follow(step.onward, item, way)
            return
        outputs = node_type.transform(item, step.settings, step.context)
        if len(outputs) == 1:
            ((port, given),) = outputs.items()
            if len(given) == 1:  # the usual: one item goes on
                self.result.steps.append(StepTaken(step.id, "passed", tuple(given)))
                self.follow(step.outputs.get(port, ()), given[0], way)
                return
        self.result.steps.append(
            StepTaken(step.id, "passed", tuple([one for some in outputs.values() for one in some]))
        )
        for port, given in reversed(list(outputs.items())):
            edges = step.outputs.get(port, ())
            if len(given) == 1:
                self.follow(edges, given[0], way)
                continue
            for number, one in reversed(list(enumerate(given))):
                self.follow(edges, one, f"{way}#{number}")

    def _sink(self, step: Step, node_type: SinkType[Any], item: Item, way: str) -> None:
        if not step.settings.enabled:
            self.result.steps.append(StepTaken(step.id, "skipped", (item,)))
            return
        outgoing = node_type.plan(item, step.settings, step.context)
        if isinstance(outgoing, Skip):
            self.result.steps.append(StepTaken(step.id, "skipped", (item,), error=MailFlowError(outgoing.code)))
            return
        account = self.flow.account(outgoing.account)
        copy_to = self.flow.account(outgoing.save_to_sent) if outgoing.save_to_sent else None
        if account != outgoing.account or copy_to != outgoing.save_to_sent:
            outgoing = replace(outgoing, account=account, save_to_sent=copy_to)
        mail = Mail(step.id, way, outgoing)
        if self.freeze is not None:
            self.result.frozen[step.id, way] = self.freeze(mail)
        self.result.mails.append(mail)
        self.result.steps.append(StepTaken(step.id, "passed", (item,), outgoing=outgoing))
        end = self.ends.get((step.id, way), _OPEN)
        if end.state == "open":
            self.result.waiting = True
        elif end.state == "sent":
            self.follow(step.onward, item, way)
        elif step.on_error:
            self.result.handled.add((step.id, way))
            self.follow(
                step.on_error, with_error(item, step.id, end.error or ("send-failed", {}, "reject-message")), way
            )

    def fail(self, step: Step, item: Item, way: str, error: MailFlowError) -> None:
        """A step failed: its error port takes over, if it is wired."""
        if step.on_error:
            self.result.steps.append(StepTaken(step.id, "passed", (item,), error=error))
            self.follow(step.on_error, with_error(item, step.id, (error.code, error.arguments, outcome_of(error))), way)
        else:
            self.result.steps.append(StepTaken(step.id, "failed", (item,), error=error))


def bug(step: Step, error: Exception) -> MappingError:
    """Working on an item raised what it never should: a poison message for that node. It stops only itself, loudly."""
    log.error("node %s of type %s raised", step.id, step.type.id, exc_info=error)
    told = MappingError("node-raised", node=step.id, error=type(error).__name__)
    told.__cause__ = RuntimeError("".join(traceback.format_exception(error)))
    return told
