"""Rules that want all the time or memory there is: each ends by itself, soon, and says why. They run in a process with little room."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 3.0
"""Of processor time. They end within one on an idle machine; what would not end at all is far beyond."""


def step(name: str, **parameters: Any) -> dict[str, Any]:
    return {"name": name, **parameters}


def steps(*transformations: dict[str, Any], field: str = "a", **more: Any) -> dict[str, Any]:
    return {"target": "x", "sources": [{"field": field}], "transformations": list(transformations), **more}


def template(text: str) -> dict[str, Any]:
    return {"target": "x", "template": text}


def condition(cel: str) -> dict[str, Any]:
    return {"target": "x", "sources": [{"constant": "a"}], "condition": {"cel": cel}}


GROW = step("replace-all", find="a", **{"with": "a" * 10})

BOMBS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "each of 100 kB replaced by 100 kB": (
        steps(step("replace-all", find="a", **{"with": "b" * 100_000})),
        {"a": "a" * 100_000},
        "mapping-text-too-large",
    ),
    "100 kB replaced by a pattern": (
        steps(step("replace-all", find="a", pattern=True, **{"with": "$0" * 50_000})),
        {"a": "a" * 100_000},
        "mapping-text-too-large",
    ),
    "replaced again and again": (steps(*[GROW] * 30), {"a": "aaaa"}, "mapping-text-too-large"),
    "a long chain on a large text": (
        steps(*[step("uppercase"), step("lowercase")] * 500),
        {"a": "a" * 1_000_000},
        "mapping-too-much-work",
    ),
    "repeated repeats": (steps(*[step("repeat", count=10_000)] * 5), {"a": "aa"}, "mapping-text-too-large"),
    "huge paddings": (steps(*[step("pad-string-left", character="x", count=9_000_000)] * 9), {"a": ""}, "mapping-text-too-large"),
    "a padding for each entry": (
        steps(step("split", delimiter=","), step("pad-string-left", character="x", count=1_000_000)),
        {"a": "," * 90_000},
        "mapping-text-too-large",
    ),
    "a split into millions": (steps(step("split", delimiter="a")), {"a": "a" * 5_000_000}, "mapping-list-too-long"),
    "all of a large text for each entry": (
        {"target": "x", "sources": [{"field": "l"}, {"field": "a"}], "for_each": True, "transformations": [step("trim")]},
        {"a": "a" * 1_000_000, "l": ["b"] * 90_000},
        "mapping-text-too-large",
    ),
    "a search in a large text for each entry": (
        {
            "target": "x",
            "sources": [{"field": "l"}],
            "for_each": True,
            "condition": {"all": [{"field": "a", "operator": "matches", "value": "b+c"}]},
        },
        {"a": "ab" * 500_000, "l": ["b"] * 90_000},
        "mapping-too-much-work",
    ),
    "a pattern that looks far ahead at each place": (
        steps(step("replace-all", find="a(?:.*b)?", pattern=True, **{"with": ""})),
        {"a": "a" * 1_000_000},
        "mapping-pattern-too-slow",
    ),
    "a pattern of nested repetitions": (
        steps(step("extract-pattern", pattern="((a{1,100}){1,100}){1,100}")),
        {"a": "a" * 100_000},
        "mapping-bad-pattern",
    ),
    "a number of many digits": (steps(*[step("multiply", number=1e300)] * 9), {"a": "9e299"}, "mapping-number-too-large"),
    "a wide format": (steps(step("format", template="%9999d" * 2_000)), {"a": ["1"] * 2_000}, "mapping-text-too-large"),
    "nested loops in a template": (
        template("{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}"),
        {},
        "mapping-template-too-large",
    ),
    "many loops in a template": (template("{% for i in (1..90000) %}{% endfor %}" * 900), {}, "mapping-too-much-work"),
    "a range without end": (template("{% for i in (1..999999999999) reversed %}{% endfor %}"), {}, "mapping-list-too-long"),
    "a range searched for a text": (template("{% if (1..9999999999) contains 'a' %}{% endif %}"), {}, "mapping-list-too-long"),
    "a text that doubles in a template": (
        template("{% assign x = 'aa' %}" + "{% assign x = x | append: x %}" * 60),
        {},
        "mapping-too-much-work",
    ),
    "captures within captures": (
        template("{% capture x %}" + "{{ a | repeat: 90000 }}" * 200 + "{% endcapture %}{{ x }}"),
        {"a": "a" * 100},
        "mapping-template-too-large",
    ),
    "a search in a loop of a template": (
        template("{% for i in (1..90000) %}{% if a contains 'xy' %}{% endif %}{% endfor %}"),
        {"a": "x" * 5_000_000},
        "mapping-too-much-work",
    ),
    "deep nesting in a template": (template("{% if a %}" * 2_000 + "{% endif %}" * 2_000), {}, "mapping-template-too-deep"),
    "deep paths in a template": (template("{{ " + "a[" * 9_000 + "1" + "]" * 9_000 + " }}"), {}, "mapping-template-syntax"),
    "a text repeated in CEL": (condition("'a' * 9999999999 == ''"), {}, "mapping-cel-failed"),
    "a wide format in CEL": (condition("'%9999999999d' % 5 == ''"), {}, "mapping-cel-failed"),
    "large texts joined in CEL": (condition("+".join(["a"] * 60) + " == ''"), {"a": "a" * 1_000_000}, "mapping-cel-too-much"),
    "deep nesting in CEL": (condition("(" * 900 + "true" + ")" * 900), {}, "mapping-cel-too-large"),
}  # fmt: skip


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """How each bomb ended, all in one process, one after the other."""
    file = tmp_path_factory.mktemp("bombs") / "bombs.json"
    bombs = {name: {"rule": rule, "source": source} for name, (rule, source, _code) in BOMBS.items()}
    file.write_text(json.dumps(bombs), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.mapping.bomb", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {found["name"]: found for found in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_clear_error(name: str, endings: dict[str, dict[str, Any]]) -> None:
    found, code = endings[name], BOMBS[name][2]
    assert (found["code"], found["seconds"] < SECONDS) == (code, True), found
    assert code in SENTENCES
