"""JSON Schema (draft 2020-12) of flow files, made from the node types' settings models: for editors, and for people who look things up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from mailflow_gui.flow.model import FORMAT_VERSION
from mailflow_gui.flow.node_type import AnyNodeType

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(node_types: Sequence[AnyNodeType]) -> dict[str, Any]:
    """The schema of a flow file that uses these node types, every transformation of the mapper with its parameters included."""
    models, definitions = models_json_schema(
        [(kind.settings, "validation") for kind in node_types], ref_template="#/$defs/{model}"
    )
    settings = {kind.id: models[kind.settings, "validation"] for kind in node_types}
    return {
        "$schema": DIALECT,
        "title": "MailFlow flow file",
        "type": "object",
        "required": ["mailflow"],
        "additionalProperties": False,
        "properties": {
            "mailflow": {"const": FORMAT_VERSION, "description": "Version of the format; the first key."},
            "id": {"type": "string", "format": "uuid", "description": "Made with a new flow, kept for ever."},
            "name": {"type": "string", "description": "The file's stem when absent."},
            "properties": {
                "type": "object",
                "description": "Constants that rules read by name.",
                "additionalProperties": {
                    "anyOf": [
                        {"type": ["string", "number", "boolean"]},
                        {"type": "array", "items": {"type": "string"}},
                    ]
                },
            },
            "connections": {"type": "array", "items": _STUB},
            "nodes": {"type": "array", "items": _node(settings)},
            "edges": {"type": "array", "items": _EDGE},
        },
        "$defs": definitions.get("$defs", {}),
    }


def text(node_types: Sequence[AnyNodeType]) -> str:
    """The schema as it stands in ``resources/flow.schema.json``."""
    return json.dumps(schema(node_types), indent=2, ensure_ascii=False) + "\n"


_STUB = {
    "type": "object",
    "description": "A mail server that the flow speaks of; no user, no secret.",
    "required": ["id", "name", "protocol", "host"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "name": {"type": "string"},
        "protocol": {"enum": ["imap", "pop3", "smtp"]},
        "host": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "security": {"enum": ["none", "starttls", "tls"]},
    },
}

_END = {
    "type": "array",
    "description": "A node's id and one of its ports.",
    "prefixItems": [{"type": "string", "minLength": 1}, {"type": "string", "minLength": 1}],
    "items": False,
    "minItems": 2,
}

_EDGE = {
    "type": "object",
    "required": ["from", "to"],
    "additionalProperties": False,
    "properties": {"from": _END, "to": _END},
}


def _node(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "type"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "type": {"enum": list(settings)},
            "name": {"type": "string"},
            "position": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "settings": {"type": "object"},
        },
        "allOf": [
            {
                "if": {"properties": {"type": {"const": kind}}},
                "then": {"properties": {"settings": reference}},
            }
            for kind, reference in settings.items()
        ],
    }
