"""Transformations that make identifiers, from the item's own chance: doing a step again gives the same ones."""

from __future__ import annotations

import hashlib
import uuid

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import Value


@transformation("generate-uuid", N_("Generate a UUID"), input="any", takes_absent=True)
def generate_uuid(value: Value, parameters: Parameters, context: MappingContext) -> str:
    """A UUID (version 4's form, RFC 9562) that depends on the item, the rule and the entry alone."""
    digest = hashlib.sha256(f"{context.seed}:{context.rule}:{context.entry}".encode("ascii")).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
