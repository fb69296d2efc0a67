from __future__ import annotations

import json
from typing import Any

from mailflow_gui import paths
from mailflow_gui.flow import schema
from mailflow_gui.mapping.transformations import TRANSFORMATIONS
from mailflow_gui.nodes import NODE_TYPES

WHOLE = schema.schema(NODE_TYPES)


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for child in value.values() for found in _objects(child))]
    return [found for child in value for found in _objects(child)] if isinstance(value, list) else []


def test_the_schema_in_the_resources_is_that_of_the_models() -> None:
    stored = (paths.resources() / "flow.schema.json").read_text(encoding="utf-8")
    assert stored == schema.text(NODE_TYPES), (
        "write flow.schema.json anew: mailflow schema > resources/flow.schema.json"
    )


def test_every_reference_leads_somewhere() -> None:
    references = {found["$ref"] for found in _objects(WHOLE) if isinstance(found.get("$ref"), str)}
    assert references
    assert {reference.removeprefix("#/$defs/") for reference in references} <= WHOLE["$defs"].keys()


def test_every_transformation_stands_in_it_with_its_parameters() -> None:
    described = {
        found["properties"]["name"]["const"]: set(found["properties"]) - {"name"}
        for found in WHOLE["$defs"].values()
        if "const" in found.get("properties", {}).get("name", {})
    }
    assert described == {
        name: {info.alias or key for key, info in transformation.parameters.model_fields.items()} - {"name"}
        for name, transformation in TRANSFORMATIONS.items()
    }


def test_every_node_type_has_its_settings_by_the_keys_of_the_file() -> None:
    branches = WHOLE["properties"]["nodes"]["items"]["allOf"]
    kinds = [branch["if"]["properties"]["type"]["const"] for branch in branches]
    assert kinds == [kind.id for kind in NODE_TYPES]
    for branch, kind in zip(branches, NODE_TYPES, strict=True):
        reference = branch["then"]["properties"]["settings"]["$ref"].removeprefix("#/$defs/")
        described = WHOLE["$defs"][reference]
        assert set(described["properties"]) == {info.alias or name for name, info in kind.settings.model_fields.items()}
        assert described["additionalProperties"] is False


def test_it_is_plain_json() -> None:
    assert json.loads(schema.text(NODE_TYPES)) == WHOLE
    assert WHOLE["$schema"] == schema.DIALECT
