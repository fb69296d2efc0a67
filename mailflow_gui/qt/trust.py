"""Trust: a flow that wasn't made or accepted here is data only. Before it may start, a person sees what it reads, sends and deletes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mailflow_gui import paths
from mailflow_gui.errors import MailFlowError, StorageError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.check import settings_of
from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType, SinkType, SourceType
from mailflow_gui.language import _
from mailflow_gui.paths import Home
from mailflow_gui.qt.inspector import plain

_KEPT = 5000
"""Accepted flows remembered, the newest; who comes back to an older one is asked again."""

_LONGEST_LINE = 4000
"""Characters of a deed; a stranger's line breaks and marks of direction could make it read as another one."""

_RECIPIENTS = ("to", "cc", "bcc")


def content_hash(flow: Flow) -> str:
    """SHA-256 over the whole flow as a file has it: any change makes another flow."""
    return hashlib.sha256(flow_file.dumps(flow).encode()).hexdigest()


class Trust:
    """Which flows were made or accepted here, kept in the home."""

    def __init__(self, home: Home) -> None:
        self._file = home.config / "accepted-flows.json"

    def is_accepted(self, flow: Flow, path: Path) -> bool:
        """Whether the flow in a file may run without a question: made or accepted here, or MailFlow's own example."""
        return _is_example(path) or content_hash(flow) in self._known()

    def accept(self, flow: Flow) -> None:
        """From now on this flow, exactly as it is, may run.

        :raises StorageError: no room or no right to write.
        """
        known = [*dict.fromkeys([*self._known(), content_hash(flow)])][-_KEPT:]
        unfinished = self._file.with_name(self._file.name + ".new")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with unfinished.open("w", encoding="utf-8") as file:
                unfinished.chmod(0o600)
                json.dump({"accepted": known}, file)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._file)
        except OSError as error:
            raise StorageError(
                "no-right-to-write", directory=str(self._file.parent), reason=error.strerror or str(error)
            ) from error

    def _known(self) -> list[str]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return [str(one) for one in content["accepted"]]
        except (OSError, ValueError, KeyError, TypeError):
            return []  # nothing accepted, or nothing that can be read: both mean that a person is asked


def _is_example(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.resolve().parent == (paths.resources() / "examples").resolve()
    return False


def deeds(flow: Flow, node_types: Sequence[AnyNodeType]) -> list[str]:
    """What a flow would do outside itself, a line each: what it reads, changes and deletes on servers, and what it sends where."""
    known = {node_type.id: node_type for node_type in node_types}
    found: list[str] = []
    for node in flow.nodes:
        node_type = known.get(node.type)
        if node_type is not None and node.enabled:
            found += _deeds_of(flow, node, node_type, node_types)
    return [*dict.fromkeys(plain.one_line(line, _LONGEST_LINE) for line in found)]


def _deeds_of(flow: Flow, node: Node, node_type: AnyNodeType, node_types: Sequence[AnyNodeType]) -> Iterator[str]:
    server = _server(flow, node)
    try:
        settings = settings_of(node, node_types)
    except MailFlowError:
        yield _("{node}: its settings can't be read, so what it would do isn't known.").format(
            node=_name(node, node_type)
        )
        return
    if isinstance(node_type, SourceType):
        watch = node_type.watch(settings)
        yield _("Reads {folder} of {server}").format(folder=watch.folder or "INBOX", server=server)
        action = watch.after_receiving
        if action.action == "delete":
            yield _("Deletes what it has read from {server}").format(server=server)
        elif action.action == "move":
            yield _("Moves what it has read to {folder} on {server}").format(folder=action.folder, server=server)
        elif action.action == "mark-seen":
            yield _("Marks what it has read as seen on {server}").format(server=server)
    elif isinstance(node_type, SinkType):
        recipients = sorted({*_recipients(node.settings), *_mapped_recipients(flow)})
        if recipients:
            yield _("Sends mail through {server}, among others to {recipients}").format(
                server=server, recipients=", ".join(recipients)
            )
        else:
            yield _("Sends mail through {server}").format(server=server)


def _server(flow: Flow, node: Node) -> str:
    stub_id = node.settings.get("connection")
    for stub in flow.connections:
        if stub.id == stub_id:
            return f"{stub.name} ({stub.host})"
    return str(stub_id or _("a connection that isn't chosen yet"))


def _name(node: Node, node_type: AnyNodeType) -> str:
    return node.name or _(node_type.title)


def _recipients(settings: Mapping[str, Any]) -> Iterator[str]:
    for key in _RECIPIENTS:
        value = settings.get(key)
        if isinstance(value, str) and value.strip():
            yield value.strip()


def _mapped_recipients(flow: Flow) -> Iterator[str]:
    """Constants that a mapper puts where mail goes to."""
    for node in flow.nodes:
        rules = node.settings.get("rules")
        for rule in rules if isinstance(rules, list | tuple) else ():
            if isinstance(rule, Mapping) and rule.get("target") in _RECIPIENTS:
                sources = rule.get("sources")
                for source in sources if isinstance(sources, list | tuple) else ():
                    constant = source.get("constant") if isinstance(source, Mapping) else None
                    if isinstance(constant, str) and constant.strip():
                        yield constant.strip()
