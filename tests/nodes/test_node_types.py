"""What every node type must be, read from the registration; a new type is tested without a new test."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from mailflow_gui import nodes, paths
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.item import Item, Origin, StepContext
from mailflow_gui.flow.node_type import AnyNodeType, NodeSettings, PortType, SinkType, SourceType, TransformType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.nodes import NODE_TYPES

RAW = b"From: jane@example.org\r\nTo: bot@example.com\r\nSubject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\nGood morning\r\n"

every_type = pytest.mark.parametrize("kind", NODE_TYPES, ids=lambda kind: kind.id)


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A settings model and those of its groups: what a form shows."""
    yield model
    for info in model.model_fields.values():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from models(info.annotation)


def test_ids_are_unique() -> None:
    assert len({kind.id for kind in NODE_TYPES}) == len(NODE_TYPES)


@every_type
def test_the_description_is_complete(kind: AnyNodeType) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", kind.id)
    assert kind.title.strip()
    assert issubclass(kind.settings, NodeSettings)
    for ports in (kind.inputs, kind.outputs):
        names = [port.name for port in ports]
        assert len(set(names)) == len(names)
        assert all(port.title.strip() and port.type in get_args(PortType) for port in ports)
    assert "error" in [port.name for port in kind.outputs]
    assert bool(kind.inputs) != isinstance(kind, SourceType)


@every_type
def test_the_icon_is_there_with_its_licence(kind: AnyNodeType) -> None:
    folder = paths.resources() / "icons"
    assert "<svg" in (folder / f"{kind.icon}.svg").read_text("utf-8")
    assert (folder / "LICENSE").is_file()


@every_type
def test_settings_have_defaults_and_round_trip(kind: AnyNodeType) -> None:
    settings = kind.settings()
    assert kind.settings.model_validate(settings.model_dump(by_alias=True)) == settings
    assert kind.settings.model_validate_json(settings.model_dump_json(by_alias=True)) == settings


@every_type
def test_settings_have_a_schema_that_forbids_unknown_keys(kind: AnyNodeType) -> None:
    schema = kind.settings.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    assert {"enabled", "note"} <= set(schema["properties"])


@every_type
def test_settings_are_frozen_and_refuse_unknown_keys(kind: AnyNodeType) -> None:
    with pytest.raises(ValidationError):
        kind.settings.model_validate({"no_such_key": 1})
    with pytest.raises(ValidationError):
        kind.settings().note = "changed"


@every_type
def test_every_setting_has_a_title(kind: AnyNodeType) -> None:
    untitled = [
        f"{model.__name__}.{key}"
        for model in models(kind.settings)
        for key, info in model.model_fields.items()
        if not info.title
    ]
    assert untitled == []


@every_type
def test_what_a_setting_says_of_its_choices_names_each_of_them(kind: AnyNodeType) -> None:
    for model in models(kind.settings):
        for key, info in model.model_fields.items():
            if isinstance(info.json_schema_extra, dict) and isinstance(info.json_schema_extra.get("choices"), dict):
                assert info.json_schema_extra["choices"].keys() == set(get_args(info.annotation)), key  # type: ignore[union-attr]  # just seen to be a dict


@every_type
def test_the_summary_is_one_line_and_never_empty(kind: AnyNodeType) -> None:
    summary = kind.summary(kind.settings())
    assert summary.strip()
    assert "\n" not in summary


@every_type
def test_check_gives_problems_that_can_be_read(kind: AnyNodeType) -> None:
    for problem in kind.check(kind.settings()):
        assert isinstance(problem, Problem)
        assert problem.text != problem.code


SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "receive-email": {"connection": "inbox"},
    "data-mapper": {"rules": [{"target": "to", "sources": [{"constant": "sales@example.com"}]}]},
    "send-email": {"connection": "outgoing", "from": "bot@example.com", "to": "sales@example.com"},
}


@every_type
def test_doing_a_step_again_gives_the_same(kind: AnyNodeType) -> None:
    settings = kind.settings.model_validate(SAMPLES.get(kind.id, {}))
    item = Item(
        id="1", message=MailMessage(RAW), origin=Origin("inbox"), clock=datetime(2026, 3, 14, tzinfo=UTC), seed=7
    )
    context = StepContext(flow="Test", node="node", properties=MappingProxyType({}))

    def step() -> object:
        try:
            if isinstance(kind, SourceType):
                return kind.watch(settings)
            if isinstance(kind, TransformType):
                return kind.transform(item, settings, context)
            assert isinstance(kind, SinkType)
            return kind.plan(item, settings, context)
        except MailFlowError as fault:
            return fault.code, fault.arguments

    before = repr(item)
    assert step() == step()
    assert repr(item) == before


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package of somebody else with an entry point of each kind."""
    (tmp_path / "stranger.py").write_text(
        "from dataclasses import replace\n"
        "from mailflow_gui.nodes.receive_email import RECEIVE_EMAIL\n"
        "GOOD = replace(RECEIVE_EMAIL, id='stranger-good')\n"
        "MORE = (replace(RECEIVE_EMAIL, id='stranger-one'), replace(RECEIVE_EMAIL, id='stranger-two'))\n"
        "TAKEN = RECEIVE_EMAIL\n"
        "NONE = 7\n",
        encoding="utf-8",
    )
    (tmp_path / "stranger_broken.py").write_text("raise RuntimeError('broken on purpose')\n", encoding="utf-8")
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[mailflow.nodes]\nbroken = stranger_broken:NODE\ngood = stranger:GOOD\nmissing = stranger:MISSING\n"
        "more = stranger:MORE\nnone = stranger:NONE\ntaken = stranger:TAKEN\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("distribution")
def test_third_parties_add_types_and_broken_ones_are_logged_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    assert [
        point.name for point in metadata.entry_points(group=nodes.ENTRY_POINTS) if point.value.startswith("stranger")
    ]
    with caplog.at_level(logging.ERROR):
        loaded = nodes.load()
    assert loaded[: len(NODE_TYPES)] == NODE_TYPES
    assert {kind.id for kind in loaded[len(NODE_TYPES) :]} == {"stranger-good", "stranger-one", "stranger-two"}
    words = " ".join(record.getMessage() for record in caplog.records)
    assert all(name in words for name in ("broken", "missing", "none", "taken"))


def test_without_third_parties_only_our_own_are_there() -> None:
    assert nodes.load() == NODE_TYPES
