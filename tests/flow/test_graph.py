from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow_gui.flow.graph import check_graph, fits
from mailflow_gui.flow.model import Flow
from tests.flow.samples import LINE, NODE_TYPES, flow


def found(drawn: Flow) -> set[tuple[str, str, str | None]]:
    problems = check_graph(drawn, NODE_TYPES)
    assert all("?" not in problem.text.replace("Did you mean", "").removesuffix("?") for problem in problems)
    return {(problem.severity, problem.code, problem.node) for problem in problems}


def test_a_line_of_nodes_has_no_problem() -> None:
    assert found(flow("source step sink", *LINE)) == set()


@pytest.mark.parametrize(
    ("output", "target", "legal"),
    [
        ("message", "message", True),
        ("message", "fields", True),
        ("fields", "fields", True),
        ("fields", "message", True),
        ("error", "message", True),
        ("text", "text", True),
        ("any", "error", True),
        ("text", "any", True),
        ("message", "text", False),
        ("text", "message", False),
        ("message", "error", False),
        ("fields", "error", False),
    ],
)
def test_which_ports_fit(output: str, target: str, legal: bool) -> None:
    assert fits(output, target) is legal  # type: ignore[arg-type]  # parametrized literals


def test_an_edge_to_a_node_that_is_not_there() -> None:
    assert found(flow("source step sink", *LINE, "step.email>ghost.email")) == {("error", "edge-node-unknown", "step")}


def test_edges_at_ports_that_are_not_there() -> None:
    drawn = flow("source step sink", *LINE, "source.mesage>step.message", "step.email>sink.emial")
    assert found(drawn) == {
        ("error", "edge-output-unknown", "source"),
        ("error", "edge-input-unknown", "sink"),
        ("warning", "node-runs-twice", "step"),
        ("warning", "node-runs-twice", "sink"),
    }


def test_an_edge_whose_types_differ() -> None:
    drawn = flow("source words sink", "source.message>words.message", "words.text>sink.email")
    assert ("error", "edge-types-differ", "sink") in found(drawn)


def test_an_edge_from_a_node_to_itself() -> None:
    assert found(flow("source step sink", *LINE, "step.email>step.message")) == {("error", "edge-to-itself", "step")}


def test_a_circle_is_an_error_and_ends_the_search() -> None:
    drawn = flow(
        "source step:a step:b sink",
        "source.message>a.message",
        "a.email>b.message",
        "b.email>a.message",
        "b.email>sink.email",
    )
    assert found(drawn) == {("error", "edges-circle", "a")}


def test_a_long_chain_needs_no_recursion() -> None:
    count = 3000
    edges = [f"n{i}.email>n{i + 1}.message" for i in range(count - 1)]
    drawn = flow(
        "source " + " ".join(f"step:n{i}" for i in range(count)) + " sink",
        "source.message>n0.message",
        *edges,
        f"n{count - 1}.email>sink.email",
    )
    assert found(drawn) == set()


def test_many_ways_are_counted_without_walking_each() -> None:
    edges = ["source.message>a0.message", "source.message>b0.message"]
    names = []
    for i in range(40):
        names += [f"step:a{i}", f"step:b{i}"]
        if i:
            edges += [f"{x}{i - 1}.email>{y}{i}.message" for x in "ab" for y in "ab"]
    drawn = flow("source " + " ".join(names) + " sink", *edges, "a39.email>sink.email")
    assert ("warning", "node-runs-twice", "a39") in found(drawn)


def test_the_same_edge_twice_is_an_error_and_no_second_way() -> None:
    assert found(flow("source step sink", *LINE, LINE[0])) == {("error", "edge-duplicate", "step")}


def test_a_node_reached_by_two_ways_runs_twice() -> None:
    drawn = flow(
        "source step:a step:b sink",
        "source.message>a.message",
        "source.message>b.message",
        "a.email>sink.email",
        "b.email>sink.email",
    )
    assert found(drawn) == {("warning", "node-runs-twice", "sink")}


def test_two_sources_into_one_node_are_no_second_way() -> None:
    assert found(flow("source source:other step sink", *LINE, "other.message>step.message")) == set()


def test_result_and_error_of_one_node_are_no_second_way() -> None:
    drawn = flow("source step step:notice sink", *LINE, "step.error>notice.message", "notice.email>sink.email")
    assert found(drawn) == set()


def test_an_error_that_takes_two_ways_runs_twice() -> None:
    drawn = flow(
        "source step step:a step:b sink sink:alarm", *LINE,
        "step.error>a.message", "step.error>b.message", "a.email>alarm.email", "b.email>alarm.email",
    )  # fmt: skip
    assert found(drawn) == {("warning", "node-runs-twice", "alarm")}


def test_a_node_that_nothing_reaches() -> None:
    assert found(flow("source step sink sink:lone", *LINE)) == {("warning", "node-unreachable", "lone")}


def test_a_source_and_a_step_with_nothing_behind_them() -> None:
    assert found(flow("source")) == {("warning", "source-leads-nowhere", "source")}
    assert found(flow("source step", LINE[0])) == {("warning", "node-leads-nowhere", "step")}


def test_a_flow_without_a_source() -> None:
    assert found(flow("step sink", LINE[1])) == {("warning", "source-missing", None)}


def test_two_nodes_with_one_id() -> None:
    assert ("error", "node-duplicate", "sink") in found(flow("source step sink sink", *LINE))


def test_an_unknown_node_type_is_named_once_and_a_misspelt_one_guessed() -> None:
    drawn = flow("source weather sink", "source.message>weather.message", "weather.email>sink.email")
    assert found(drawn) == {("error", "node-type-unknown", "weather")}
    assert found(flow("sorce:s")) == {("error", "node-type-misspelt", "s")}


def test_a_received_mail_straight_into_a_sender_is_warned_of() -> None:
    assert found(flow("source sink", "source.message>sink.email")) == {("warning", "send-without-mapper", "sink")}


@pytest.mark.parametrize("between", ["-step:x", "filter:x"])
def test_a_node_that_only_passes_mail_on_does_not_hide_that(between: str) -> None:
    ports = ("message", "email") if "step" in between else ("in", "out")
    drawn = flow(f"source {between} sink", f"source.message>x.{ports[0]}", f"x.{ports[1]}>sink.email")
    assert found(drawn) == {("warning", "send-without-mapper", "sink")}


def test_a_sender_that_is_switched_off_is_not_warned_of() -> None:
    assert found(flow("source -sink", "source.message>sink.email")) == set()


def test_problems_do_not_depend_on_names_in_unknown_nodes() -> None:
    drawn = flow("source step sink", *LINE)
    named = replace(drawn, nodes=tuple(replace(node, name="名前\n\u202e") for node in drawn.nodes))
    assert found(named) == set()
