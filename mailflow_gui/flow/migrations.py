"""Older flow files, brought up to date: one small function per version step, on the plain JSON object.

A migration moves what it recognises and leaves the rest where it is, so that nothing is lost: what doesn't belong there is then found by
:mod:`mailflow_gui.flow.file` (wrong shapes) or reported by ``check`` (unknown keys).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]

_POSITION_PARTS = ("x", "y")


def migrate(document: Document, target: int) -> Document:
    """``document`` at version ``target``; the object given is not changed. Its ``"mailflow"`` is a known, not newer version."""
    while document["mailflow"] < target:
        document = MIGRATIONS[document["mailflow"]](document)
    return document


def _from_0(old: Document) -> Document:
    """Version 0 spoke of accounts, steps and links.

    A step had ``kind``, ``options``, ``x`` and ``y``; a link was a pair of texts ``"node.port"``.
    """
    new = _renamed(old, {"accounts": "connections", "steps": "nodes", "links": "edges"})
    new["mailflow"] = 1
    if isinstance(new.get("nodes"), list):
        new["nodes"] = [_step_from_0(step) for step in new["nodes"]]
    if isinstance(new.get("edges"), list):
        new["edges"] = [_link_from_0(link) for link in new["edges"]]
    return new


def _step_from_0(step: object) -> object:
    if not isinstance(step, dict):
        return step
    node = _renamed(step, {"kind": "type", "options": "settings"})
    if "position" not in node and all(part in node for part in _POSITION_PARTS):
        node["position"] = [node.pop(part) for part in _POSITION_PARTS]
    return node


def _link_from_0(link: object) -> object:
    if not (isinstance(link, list) and len(link) == 2 and all(isinstance(end, str) and "." in end for end in link)):
        return link
    source, target = (end.rsplit(".", 1) for end in link)
    return {"from": source, "to": target}


def _renamed(old: Document, names: dict[str, str]) -> Document:
    """A copy with keys renamed; a key whose new name is taken already keeps its old one, and is reported as unknown later."""
    return {names.get(key, key) if names.get(key) not in old else key: value for key, value in old.items()}


MIGRATIONS: dict[int, Callable[[Document], Document]] = {0: _from_0}
"""From the version that is the key to the next one."""
