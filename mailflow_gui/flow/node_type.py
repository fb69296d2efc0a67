"""What a node type is: a frozen description with pure functions, generic over its settings model.

Palette, card, ports, settings form, checks, command line, JSON Schema and the generic tests all read these descriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from mailflow_gui.flow.item import Item, Outgoing, Skip, StepContext, Watch
from mailflow_gui.flow.problems import Problem
from mailflow_gui.language import N_

PortType = Literal["message", "fields", "text", "error", "any"]
"""What a port carries; decides its colour and shape and which links are allowed."""


@dataclass(frozen=True)
class Port:
    """One input or output of a node type."""

    name: str
    """As in the flow file: ``message``, ``email``, ``sent``, ``error``."""
    title: str
    type: PortType


class NodeSettings(BaseModel):
    """Settings every node has. Subclasses add their own; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    enabled: Annotated[bool, Field(title=N_("Enabled"), strict=True)] = True
    note: Annotated[str, Field(title=N_("Note"))] = ""


@dataclass(frozen=True)
class ConnectionField:
    """Annotation of a settings field that names a connection: which protocols fit, and whether it must be set to run."""

    protocols: tuple[str, ...]
    required: bool = True


S = TypeVar("S", bound=NodeSettings)


@dataclass(frozen=True)
class NodeType(Generic[S]):
    """What all kinds share."""

    id: str
    """Kebab-case, never renamed: it stands in flow files."""
    title: str
    group: Literal["receive", "transform", "route", "send", "utility"]
    icon: str
    """File stem in resources/icons."""
    settings: type[S]
    summary: Callable[[S], str]
    """One line for the card: what this node does with these settings, in the reader's language."""
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    check: Callable[[S], Sequence[Problem]] = field(default=lambda settings: ())
    """Findings beyond the settings model's own; ``node`` is filled in by the caller."""
    check_properties: Callable[[S, Mapping[str, Any]], Sequence[Problem]] = field(
        default=lambda settings, properties: ()
    )
    """Findings about the flow properties that these settings read; ``node`` is filled in by the caller."""
    maps: Callable[[S], Collection[str]] | None = None
    """The fields that leave this node, where it lets nothing else pass; None: what came in stays."""
    check_mapped: Callable[[S, Collection[str]], Sequence[Problem]] = field(default=lambda settings, mapped: ())
    """Findings about what arrives: called with the fields that every arriving item can have, where mappers alone decide that."""


@dataclass(frozen=True)
class SourceType(NodeType[S]):
    """A node where items begin."""

    watch: Callable[[S], Watch] = field(kw_only=True)


@dataclass(frozen=True)
class TransformType(NodeType[S]):
    """A node that turns one item into items per output port. A :class:`MappingError` fails that item alone."""

    transform: Callable[[Item, S, StepContext], Mapping[str, Sequence[Item]]] = field(kw_only=True)


@dataclass(frozen=True)
class SinkType(NodeType[S]):
    """A node that asks for a mail to be sent, or says why none is. Raises :class:`Rejected` where settings and item make no mail."""

    plan: Callable[[Item, S, StepContext], Outgoing | Skip] = field(kw_only=True)


def connection_fields(settings: type[NodeSettings]) -> Iterator[tuple[str, ConnectionField]]:
    """The fields of a settings model that name a connection, as (key in the file, annotation)."""
    for name, info in settings.model_fields.items():
        for mark in info.metadata:
            if isinstance(mark, ConnectionField):
                yield info.alias or name, mark


AnyNodeType = SourceType[Any] | TransformType[Any] | SinkType[Any]
