"""A mapping's rules as they stand in the flow file (keys as there); compiling and checking them is done elsewhere."""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, Parameters

Constant = StrictStr | StrictBool | StrictInt | StrictFloat | tuple[StrictStr, ...]
"""A value typed by a person; a list of texts is a list."""

Operator = Literal[
    "contains",
    "not-contains",
    "equals",
    "not-equals",
    "starts-with",
    "not-starts-with",
    "ends-with",
    "not-ends-with",
    "matches",
    "not-matches",
    "in",
    "not-in",
    "empty",
    "not-empty",
    ">",
    ">=",
    "<",
    "<=",
]

OPERATOR_TITLES: dict[str, str] = {
    "contains": N_("contains"),
    "not-contains": N_("doesn't contain"),
    "equals": N_("is"),
    "not-equals": N_("isn't"),
    "starts-with": N_("starts with"),
    "not-starts-with": N_("doesn't start with"),
    "ends-with": N_("ends with"),
    "not-ends-with": N_("doesn't end with"),
    "matches": N_("matches the pattern"),
    "not-matches": N_("doesn't match the pattern"),
    "in": N_("is one of"),
    "not-in": N_("is none of"),
    "empty": N_("is empty"),
    "not-empty": N_("isn't empty"),
    ">": N_("is greater than"),
    ">=": N_("is at least"),
    "<": N_("is less than"),
    "<=": N_("is at most"),
}
"""The operators as people read them."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(_Model):
    """Where a value comes from: one of a field, a constant, a flow property."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [key]} for key in ("field", "constant", "property")]}
    )

    field: Annotated[str | None, Field(title=N_("Field"))] = None
    constant: Annotated[Constant | None, Field(title=N_("Constant"))] = None
    property: Annotated[str | None, Field(title=N_("Flow property"))] = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Source:
        if sum(value is not None for value in (self.field, self.constant, self.property)) != 1:
            raise PydanticCustomError("mapping-bad-source", "exactly one of field, constant, property")
        return self


class Combining(_Model):
    """How several sources become one text."""

    delimiter: Annotated[str, Field(title=N_("Delimiter"))] = " "


class Splitting(_Model):
    """How one text becomes several, and which of them is taken."""

    delimiter: Annotated[str, Field(title=N_("Delimiter"))] = " "
    index: Annotated[
        StrictInt | None, Field(title=N_("Index"), description=N_("From 0. Empty: all, as a list."), ge=0)
    ] = None


class Comparison(_Model):
    """A question about one field."""

    field: Annotated[str, Field(title=N_("Field"))]
    operator: Annotated[Operator, Field(title=N_("Operator"))]
    value: Annotated[Constant | None, Field(title=N_("Value"))] = None
    match_case: Annotated[StrictBool, Field(title=N_("Match case"))] = True


def _form(condition: object) -> str:
    """Which form of a condition it is, so that its faults are told in that form's terms alone."""
    keys = condition if isinstance(condition, dict) else getattr(condition, "__pydantic_fields_set__", ())
    return next((key for key in ("all", "any", "cel") if key in keys), "comparison")


def _whole_form(condition: object) -> str:
    form = _form(condition)
    return "all" if form == "comparison" else form


class AllOf(_Model):
    """True when all of them are; none at all is true."""

    all: Annotated[tuple[Part, ...], Field(title=N_("All of"))]


class AnyOf(_Model):
    """True when at least one of them is."""

    any: Annotated[tuple[Part, ...], Field(title=N_("Any of"))]


class Expression(_Model):
    """A condition written in CEL."""

    cel: Annotated[str, Field(title=N_("Expression"))]


Part = Annotated[
    Annotated[Comparison, Tag("comparison")] | Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")],
    Discriminator(lambda condition: "comparison" if (form := _form(condition)) == "cel" else form),
]
"""What stands inside a condition."""

Condition = Annotated[
    Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")] | Annotated[Expression, Tag("cel")],
    Discriminator(_whole_form),
]
"""A whole condition."""

AllOf.model_rebuild()
AnyOf.model_rebuild()

if TYPE_CHECKING:
    Step = Parameters
else:  # one model for each transformation, told apart by its name; made from the registry, so no type checker can follow
    _union: Any = reduce(operator.or_, (transformation.parameters for transformation in TRANSFORMATIONS.values()))
    Step = Annotated[_union, Field(discriminator="name")]


class Rule(_Model):
    """One row of the mapping's table."""

    target: Annotated[str, Field(title=N_("Target"))]
    sources: Annotated[tuple[Source, ...], Field(title=N_("Sources"))] = ()
    combine: Annotated[
        Combining | None,
        Field(
            title=N_("Combine"),
            description=N_("Several sources become one text, by default with a space between them."),
        ),
    ] = None
    split: Annotated[Splitting | None, Field(title=N_("Split"), description=N_("The text is cut into parts."))] = None
    for_each: Annotated[
        StrictBool,
        Field(title=N_("For each entry"), description=N_("The rule works on each entry of a list by itself.")),
    ] = False
    transformations: Annotated[tuple[Step, ...], Field(title=N_("Steps"))] = ()
    condition: Annotated[Condition | None, Field(title=N_("Only if"))] = None
    otherwise: Annotated[
        tuple[Source, ...] | None, Field(title=N_("Otherwise"), description=N_("Empty: the target stays unmapped."))
    ] = None
    template: Annotated[str | None, Field(title=N_("Template"))] = None
