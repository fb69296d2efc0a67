"""Data Mapper: fills the fields of the next step from the fields of the mail, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated
from weakref import finalize

from pydantic import Field, StrictBool

from mailflow_gui.flow.item import Item, StepContext
from mailflow_gui.flow.node_type import NodeSettings, Port, TransformType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.language import N_, _, ngettext
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping.checks import Fault, faults
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.fields import MappedFields, MessageFields
from mailflow_gui.mapping.mapping import CompiledMapping, MappingContext, compile_mapping
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.values import Value

_RECIPIENTS = ("to", "cc", "bcc")


class DataMapperSettings(NodeSettings):
    """Settings of the Data Mapper."""

    rules: Annotated[
        tuple[Rule, ...],
        Field(
            title=N_("Mappings"),
            description=N_("Each fills one target; what isn't mapped isn't passed on."),
            json_schema_extra={"section": N_("Mappings"), "editor": "rules"},
        ),
    ] = ()
    extractions: Annotated[
        tuple[Extraction, ...],
        Field(
            title=N_("Extractions"),
            description=N_("Find values inside the mail; each becomes a field that mappings can read."),
            json_schema_extra={"section": N_("Extractions"), "editor": "extractions"},
        ),
    ] = ()
    derive_other_body: Annotated[
        StrictBool,
        Field(
            title=N_("Keep text and HTML in step"),
            description=N_("Where only one of them is mapped, the other is made from it."),
            json_schema_extra={"section": N_("Mappings")},
        ),
    ] = False
    carry_attachments: Annotated[
        StrictBool,
        Field(
            title=N_("Carry attachments"),
            description=N_("Pass the attachments on unchanged, unless a mapping fills them."),
            json_schema_extra={"section": N_("Attachments")},
        ),
    ] = True


_compiled: dict[int, CompiledMapping] = {}
"""By the identity of the settings, which are frozen; an entry goes with them. Hashing all rules for each item would cost more."""


def mapping_of(settings: DataMapperSettings) -> CompiledMapping:
    """The compiled rules; compiled once for each settings object.

    :raises MappingError: a rule that can't run.
    """
    key = id(settings)
    mapping = _compiled.get(key)
    if mapping is None:
        mapping = compile_mapping(settings.rules, settings.extractions, derive_other_body=settings.derive_other_body)
        _compiled[key] = mapping
        finalize(settings, _compiled.pop, key, None)
    return mapping


def source_of(item: Item) -> Mapping[str, Value]:
    """The fields that an item offers: behind a mapper what that put out, else the mail's own with those that nodes added."""
    if item.mapped:
        return MappedFields(item.fields, _attachments(item))
    origin = item.origin
    flags = origin.flags or item.message.flags
    added = {"thread_id": origin.thread, **item.fields} if origin.thread else item.fields
    return MessageFields(item.message, folder=origin.folder, connection=origin.account, flags=flags, added=added)


def context_of(item: Item, context: StepContext) -> MappingContext:
    """What the rules may know beside the fields."""
    return MappingContext(context.properties, clock=item.clock, seed=item.seed)


def _attachments(item: Item) -> tuple[Attachment, ...]:
    """The attachments that an item carries."""
    if item.attachments is not None:
        return item.attachments
    return () if item.mapped else item.message.attachments


def transform(item: Item, settings: DataMapperSettings, context: StepContext) -> Mapping[str, Sequence[Item]]:
    """The item with the mapped targets and nothing else, but for the attachments that it carries.

    :raises MappingError: a rule failed for this item.
    """
    fields = mapping_of(settings).apply(source_of(item), context_of(item, context))
    if "attachments" in fields:
        attachments = fields.pop("attachments")
        carried = (
            tuple(file for file in attachments if isinstance(file, Attachment))
            if isinstance(attachments, tuple)
            else ()
        )
    else:
        carried = _attachments(item) if settings.carry_attachments else ()
    mapped = Item(
        id=item.id,
        message=item.message,
        origin=item.origin,
        clock=item.clock,
        seed=item.seed,
        fields=MappingProxyType(fields),
        mapped=True,
        attachments=carried,
        error=item.error,
    )
    return {"email": (mapped,)}


def summary(settings: DataMapperSettings) -> str:
    """``7 mappings · To isn't mapped``."""
    count = len(settings.rules)
    if not count:
        return _("No mappings yet")
    text = ngettext("{count} mapping", "{count} mappings", count).format(count=count)
    targets = {rule.target for rule in settings.rules}
    return text if targets.intersection(_RECIPIENTS) else f"{text} · {_('To isn’t mapped')}"


def check(settings: DataMapperSettings) -> Sequence[Problem]:
    """What is wrong with the rules. Properties are checked where the flow is known, and when a rule reads one."""
    return [_problem(fault) for fault in faults(settings.rules, extractions=settings.extractions)]


def check_properties(settings: DataMapperSettings, properties: Mapping[str, object]) -> Sequence[Problem]:
    """Flow properties that rules read and the flow doesn't have."""
    found = faults(settings.rules, properties.keys(), settings.extractions)
    return [_problem(fault) for fault in found if fault.code == "mapping-unknown-property"]


def _problem(fault: Fault) -> Problem:
    place = f"{fault.part}.{fault.place}" if fault.place else fault.part
    # An earlier mapper may make the field; where it surely does, there is nothing to say.
    from_elsewhere = fault.code.startswith("mapping-unknown-field") or fault.code == "mapping-orphan-field"
    unless = str(fault.arguments["field"]) if from_elsewhere else None
    return Problem(fault.code, severity=fault.severity, field=place, arguments=fault.arguments, unless_mapped=unless)


def targets(settings: DataMapperSettings) -> set[str]:
    """The fields that leave this node."""
    found = {rule.target for rule in settings.rules}
    return found | {"text", "html"} if settings.derive_other_body and found & {"text", "html"} else found


DATA_MAPPER = TransformType(
    id="data-mapper",
    title=N_("Data Mapper"),
    group="transform",
    icon="arrow-left-right",
    settings=DataMapperSettings,
    summary=summary,
    inputs=(Port("message", N_("message"), "message"),),
    outputs=(Port("email", N_("email"), "fields"), Port("error", N_("error"), "error")),
    check=check,
    check_properties=check_properties,
    maps=targets,
    transform=transform,
)
