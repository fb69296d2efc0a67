"""Extractions as they stand in the flow file (keys as there), told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from mailflow_gui.language import N_

Name = Annotated[
    str,
    Field(
        title=N_("Name"),
        description=N_("Stands before the fields' own names, where two extractions would find the same ones."),
    ),
]


class _Extraction(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: Name = ""


class PatternExtraction(_Extraction):
    """The named groups of a pattern, at the first place where it fits."""

    kind: Literal["pattern"]
    field: Annotated[str, Field(title=N_("Field"))] = "content"
    pattern: Annotated[
        str, Field(title=N_("Pattern"), description=N_("Each (?P<name>…) in it becomes a field."), min_length=1)
    ]
    match_case: Annotated[StrictBool, Field(title=N_("Match case"))] = True


class LabelExtraction(_Extraction):
    """Lines such as ``Order: 4711``, ``氏名：山田`` or ``【氏名】山田``."""

    kind: Literal["labels"]
    field: Annotated[str, Field(title=N_("Field"))] = "content"
    labels: Annotated[
        tuple[str, ...], Field(title=N_("Labels"), description=N_("Empty: every label that is found."))
    ] = ()


class TableExtraction(_Extraction):
    """Tables in HTML: a label beside each value, or a row of headings above them."""

    kind: Literal["table"]
    field: Annotated[str, Field(title=N_("Field"))] = "html"
    layout: Annotated[
        Literal["auto", "pairs", "header"],
        Field(
            title=N_("Layout"),
            description=N_("Pairs: label and value side by side. Header: headings in the first row."),
            json_schema_extra={
                "choices": {
                    "auto": N_("As the table looks"),
                    "pairs": N_("Label beside value"),
                    "header": N_("Headings in the first row"),
                }
            },
        ),
    ] = "auto"
    labels: Annotated[
        tuple[str, ...], Field(title=N_("Labels"), description=N_("Empty: every label that is found."))
    ] = ()


class JsonExtraction(_Extraction):
    """A JSON file: what it names, by dotted path."""

    kind: Literal["json"]
    files: Annotated[str, Field(title=N_("File names"), description=N_("Such as *.json; the first that fits."))] = (
        "*.json"
    )


class CsvExtraction(_Extraction):
    """A CSV file: each column as a list."""

    kind: Literal["csv"]
    files: Annotated[str, Field(title=N_("File names"), description=N_("Such as *.csv; the first that fits."))] = (
        "*.csv"
    )
    delimiter: Annotated[str, Field(title=N_("Delimiter"), description=N_("Empty: found out."), max_length=1)] = ""
    header: Annotated[
        StrictBool, Field(title=N_("Header row"), description=N_("Off: the columns are called 1, 2, 3 and so on."))
    ] = True
    charset: Annotated[str, Field(title=N_("Character set"), description=N_("Empty: found out."))] = ""


Extraction = Annotated[
    PatternExtraction | LabelExtraction | TableExtraction | JsonExtraction | CsvExtraction, Field(discriminator="kind")
]
"""One way of looking."""
