from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui import paths
from mailflow_gui.flow import file
from mailflow_gui.flow.check import check
from mailflow_gui.flow.model import Edge, Node
from mailflow_gui.nodes import NODE_TYPES

EXAMPLES = sorted((paths.resources() / "examples").glob("*.mailflow"))
OLD = sorted((Path(__file__).parents[1] / "flows").glob("v*/*.mailflow"))


def test_the_demo_is_among_the_examples() -> None:
    assert "demo.mailflow" in [path.name for path in EXAMPLES]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_no_problem_and_is_laid_out_as_saved(path: Path) -> None:
    flow = file.read(path)
    assert check(flow, NODE_TYPES) == ()
    assert file.dumps(flow) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [path for path in OLD if "unknown" not in path.name], ids=lambda path: path.stem)
def test_flow_files_of_every_version_still_check_clean(path: Path) -> None:
    assert check(file.read(path), NODE_TYPES) == ()


def test_unknown_things_in_a_file_are_all_reported() -> None:
    path = next(path for path in OLD if path.stem == "unknown-things")
    found = {(problem.code, problem.node, problem.field) for problem in check(file.read(path), NODE_TYPES)}
    assert found == {
        ("unknown-key", None, None),
        ("unknown-key", "receive", None),
        ("unknown-setting-misspelt", "receive", "unseen_onyl"),
        ("node-type-unknown", "weather", None),
    }


def test_a_second_mapper_may_read_what_the_first_one_makes_and_nothing_unknown_else() -> None:
    demo = file.read(paths.resources() / "examples" / "demo.mailflow")
    first = Node("first", "data-mapper", {"rules": [{"target": "customer", "sources": [{"field": "from"}]}]})
    second = Node(
        "map", "data-mapper", {"rules": [{"target": "to", "sources": [{"field": "customer"}, {"field": "zebra"}]}]}
    )
    receive, _, send = demo.nodes
    edges = (
        Edge("receive", "message", "first", "message"),
        Edge("first", "email", "map", "message"),
        Edge("map", "email", "send", "email"),
    )
    problems = check(replace(demo, nodes=(receive, first, second, send), edges=edges), NODE_TYPES)
    assert [(problem.node, problem.field, problem.severity) for problem in problems] == [
        ("map", "rules.0.sources.1.field", "warning")
    ]
