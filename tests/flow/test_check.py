from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow.check import check, settings_of
from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.nodes import NODE_TYPES as REAL_NODE_TYPES
from mailflow_gui.sentences import SENTENCES
from tests.flow.samples import LINE, NODE_TYPES, Fixed, SinkSettings, StepSettings, flow


def _maps(settings: StepSettings) -> set[str]:
    return {source.constant for source in settings.sources if isinstance(source, Fixed)}


def _check_mapped(settings: SinkSettings, mapped: Collection[str]) -> Sequence[Problem]:
    return () if "to" in mapped else (Problem("send-to-nobody", "warning", field="to"),)


MAPPING_TYPES = tuple(
    replace(kind, maps=_maps)
    if kind.id == "step"
    else replace(kind, check_mapped=_check_mapped)
    if kind.id == "sink"
    else kind
    for kind in NODE_TYPES
)


def with_settings(node_id: str, settings: dict[str, Any]) -> Flow:
    drawn = flow("source step sink", *LINE)
    nodes = tuple(
        replace(node, settings={**node.settings, **settings}) if node.id == node_id else node for node in drawn.nodes
    )
    return replace(drawn, nodes=nodes)


def only(drawn: Flow) -> Problem:
    (problem,) = check(drawn, NODE_TYPES)
    assert "{" not in problem.text.replace("{…}", "")
    return problem


def test_a_good_flow_has_no_problem() -> None:
    assert check(flow("source step sink", *LINE), NODE_TYPES) == ()


@pytest.mark.parametrize(
    ("node", "settings", "code", "field"),
    [
        ("source", {"maximum": "many"}, "value-not-whole", "maximum"),
        ("source", {"maximum": 2.5}, "value-not-whole", "maximum"),
        ("source", {"maximum": -2}, "value-too-small", "maximum"),
        ("source", {"enabled": "no"}, "value-not-yes-no", "enabled"),
        ("source", {"note": None}, "value-not-text", "note"),
        ("source", {"maximun": 3}, "unknown-setting-misspelt", "maximun"),
        ("source", {"zebra": 3}, "unknown-setting", "zebra"),
        ("source", {"maximum": 13}, "maximum-zero", "maximum"),
        ("step", {"mode": "carefull"}, "value-misspelt", "mode"),
        ("step", {"mode": "wild"}, "value-not-choice", "mode"),
        ("step", {"sources": "subject"}, "value-not-list", "sources"),
        ("step", {"sources": [5]}, "value-not-object", "sources.0"),
        ("step", {"sources": [{"field": "a"}, {"constant": 5}]}, "value-not-text", "sources.1.constant"),
        ("sink", {"from": 5}, "value-not-text", "from"),
        ("source", {"connection": ""}, "connection-missing", "connection"),
        ("source", {"connection": "imbox"}, "connection-misspelt", "connection"),
        ("source", {"connection": "elsewhere"}, "connection-unknown", "connection"),
        ("source", {"connection": "outgoing"}, "connection-protocol", "connection"),
        ("sink", {"connection": "inbox"}, "connection-protocol", "connection"),
    ],
)
def test_each_fault_of_a_setting_is_one_problem_at_its_place(
    node: str, settings: dict[str, Any], code: str, field: str
) -> None:
    problem = only(with_settings(node, settings))
    assert (problem.code, problem.node, problem.field, problem.severity) == (code, node, field, "error")


def test_all_faults_are_found_not_just_the_first() -> None:
    drawn = with_settings("source", {"maximum": "x", "zebra": 1, "connection": "elsewhere", "enabled": 3})
    assert {problem.code for problem in check(drawn, NODE_TYPES)} == {
        "value-not-whole",
        "unknown-setting",
        "connection-unknown",
        "value-not-yes-no",
    }


def test_a_guess_is_named() -> None:
    assert "maximum" in only(with_settings("source", {"maximun": 3})).text
    assert "careful" in only(with_settings("step", {"mode": "carefull"})).text


def test_a_missing_connection_of_a_node_that_is_off_is_a_warning() -> None:
    assert only(with_settings("source", {"connection": "", "enabled": False})).severity == "warning"


def test_values_are_shown_short_and_without_control_characters() -> None:
    text = only(with_settings("step", {"mode": "\x1b[31m\n\u202e" + "x" * 5000})).text
    assert len(text) < 300
    assert not any(character in text for character in "\x1b\n\u202e")


def test_braces_in_values_are_no_templates() -> None:
    (problem,) = check(with_settings("step", {"mode": "{advice}{0}"}), NODE_TYPES)
    assert "{advice}{0}" in problem.text


def test_faulty_stubs_are_named() -> None:
    drawn = flow("source step sink", *LINE)
    inbox, outgoing = drawn.connections
    stubs = (inbox, replace(outgoing, host=" ", port=0, security="ssl"), inbox, replace(inbox, id="x", protocol="http"))
    assert [problem.code for problem in check(replace(drawn, connections=stubs), NODE_TYPES)] == [
        "stub-duplicate",
        "stub-host",
        "stub-port",
        "stub-security",
        "stub-protocol",
    ]


def test_unknown_keys_anywhere_are_errors_and_secrets_are_pointed_out_without_showing_them() -> None:
    drawn = flow("source step sink", *LINE)
    drawn = replace(
        drawn,
        extra={"edgs": []},
        connections=(replace(drawn.connections[0], extra={"Password": "hunter2"}), drawn.connections[1]),
        nodes=(replace(drawn.nodes[0], extra={"zebra": 1}), *drawn.nodes[1:]),
        edges=(replace(drawn.edges[0], extra={"qqq": 1}), drawn.edges[1]),
    )
    problems = check(drawn, NODE_TYPES)
    assert [(problem.code, problem.severity) for problem in problems] == [
        ("unknown-key-misspelt", "error"),
        ("secret-in-file", "error"),
        ("unknown-key", "error"),
        ("unknown-key", "error"),
    ]
    assert "edges" in problems[0].text
    assert not any("hunter2" in problem.text for problem in problems)


def test_properties_are_constants() -> None:
    drawn = replace(
        flow("source step sink", *LINE), properties={"a": "x", "b": 1, "c": True, "d": ["x"], "e": {}, "f": [1]}
    )
    assert [problem.arguments["property"] for problem in check(drawn, NODE_TYPES)] == ["“e”", "“f”"]


def test_settings_are_read_with_their_types_model() -> None:
    settings = settings_of(Node("s", "sink", {"connection": "out", "from": "a@example.com"}), NODE_TYPES)
    assert settings == SinkSettings.model_validate({"connection": "out", "from": "a@example.com"})


def test_faulty_settings_and_unknown_types_cannot_be_read() -> None:
    with pytest.raises(FlowFileError) as caught:
        settings_of(Node("s", "sink", {"from": 5, "zebra": 1}), NODE_TYPES)
    assert caught.value.code == "node-settings-broken"
    assert {(problem.node, problem.field) for problem in caught.value.problems} == {("s", "from"), ("s", "zebra")}
    with pytest.raises(FlowFileError, match="weather"):
        settings_of(Node("w", "weather"), NODE_TYPES)


@pytest.mark.parametrize(
    ("drawn", "edges", "warned"),
    [
        ("source step sink", LINE, True),
        ("source step:a step:b sink", ("source.message>a.message", "a.email>b.message", "b.email>sink.email"), True),
        ("source step filter sink", (LINE[0], "step.email>filter.in", "filter.out>sink.email"), True),
        ("sink", (), True),
        ("source sink", ("source.message>sink.email",), False),
        ("source -step sink", LINE, False),
        ("source step weather sink", (LINE[0], "step.email>weather.x", "weather.y>sink.email"), False),
    ],
)
def test_what_mappers_do_not_give_is_found_where_they_alone_decide(
    drawn: str, edges: tuple[str, ...], warned: bool
) -> None:
    problems = check(flow(drawn, *edges), MAPPING_TYPES)
    assert any(problem.code == "send-to-nobody" and problem.node == "sink" for problem in problems) is warned


def test_what_every_mapper_gives_is_enough_and_what_one_lacks_is_not() -> None:
    drawn = flow("source step:a step:b sink", "source.message>a.message", "a.email>sink.email", "b.email>sink.email")
    given = {"sources": [{"constant": "to"}]}
    both = tuple(replace(node, settings=given) if node.type == "step" else node for node in drawn.nodes)
    one = (drawn.nodes[0], both[1], *drawn.nodes[2:])
    codes = [{problem.code for problem in check(replace(drawn, nodes=nodes), MAPPING_TYPES)} for nodes in (both, one)]
    assert "send-to-nobody" not in codes[0]
    assert "send-to-nobody" in codes[1]


def test_flow_properties_that_settings_read_are_checked() -> None:
    def check_properties(settings: StepSettings, properties: Mapping[str, Any]) -> Sequence[Problem]:
        return (
            () if "prefix" in properties else (Problem("value-missing", field="prefix", arguments={"field": "prefix"}),)
        )

    types = tuple(
        replace(kind, check_properties=check_properties) if kind.id == "step" else kind for kind in NODE_TYPES
    )
    drawn = flow("source step sink", *LINE)
    assert [(problem.code, problem.node) for problem in check(drawn, types)] == [("value-missing", "step")]
    assert check(replace(drawn, properties={"prefix": "x"}), types) == ()


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_known_words = [
    "field",
    "constant",
    "name",
    "prepend",
    "text",
    "target",
    "sources",
    "transformations",
    "all",
    "any",
    "cel",
]
_rules = st.recursive(
    _values | st.sampled_from(_known_words),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_known_words), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", REAL_NODE_TYPES, ids=lambda kind: kind.id)
@given(data=st.data())
def test_no_settings_whatever_break_the_check(kind: AnyNodeType, data: st.DataObject) -> None:
    keys = [info.alias or name for name, info in kind.settings.model_fields.items()]
    settings = data.draw(st.dictionaries(st.sampled_from([*keys, "zebra"]), _values | _rules, max_size=4))
    for problem in check(Flow(name="any", nodes=(Node("node", kind.id, settings),)), REAL_NODE_TYPES):
        assert problem.code in SENTENCES
        named = set(re.findall(r"{(\w+)", SENTENCES[problem.code].text + SENTENCES[problem.code].advice))
        assert named <= set(problem.arguments)
        assert not {unicodedata.category(character) for character in problem.text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
