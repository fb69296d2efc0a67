"""Examples, searches and rules in words, without any window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailflow_gui import nodes
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.qt.mapper.by_example import pieces, sureness
from mailflow_gui.qt.mapper.by_example.example import FILES, Place, example_of, targets_of, why_not, with_rules
from mailflow_gui.qt.mapper.by_example.searching import Progress, search
from mailflow_gui.qt.mapper.samples import from_file
from mailflow_gui.qt.mapper.trying import extractions_of
from tests.qt.mapper.by_example.conftest import ANSWER, sample
from tests.qt.mapper.conftest import MAILS, flow_with

LABELS = extractions_of([{"kind": "labels"}])


def place(rules: list[Any], **settings: Any) -> Place:
    flow = flow_with(rules)
    flow = replace(
        flow,
        nodes=tuple(
            replace(one, settings={**one.settings, **settings}) if one.id == "map" else one for one in flow.nodes
        ),
    )
    return Place(flow, "map", nodes.NODE_TYPES, tuple(rules))


def rule(**given: Any) -> Rule:
    return Rule.model_validate({"target": "subject", **given})


def words(**given: Any) -> str:
    return pieces.words_of(rule(**given)).strip()


# ---- the example


def test_the_fields_begin_with_what_the_present_rules_give() -> None:
    rules: list[Any] = [
        {"target": "to", "sources": [{"field": "from"}]},
        {"target": "text", "template": "Number: {{ extracted.電話番号 }}"},
        {"target": "cc", "sources": [{"field": "cc"}]},
        {"target": "subject", "sources": [{"property": "none of that name"}]},
        {"target": "headers.X-Number", "sources": [{"property": "number"}]},
        {"target": "to", "sources": [{"constant": "second@example.org"}]},
        {"target": "broken", "sources": "?"},
    ]
    made = example_of(place(rules, extractions=[{"kind": "labels"}]), sample(0))
    assert made.given == {
        "to": "お問い合わせフォーム <form@example.jp>",
        "text": "Number: 03-0000-0000",
        "headers.X-Number": "7",
    }
    assert dict(made.head)["Subject"] == "【お問い合わせ】納期"
    assert "氏名：佐藤 健一" in made.text
    assert made.lost == ""


def test_fields_are_asked_for_that_are_usual_or_filled_or_have_something_to_take() -> None:
    here = place([{"target": "headers.X-Number", "sources": [{"constant": "1"}]}])
    assert targets_of(here, example_of(here, sample(0))) == (
        "to",
        "cc",
        "reply_to",
        "subject",
        "text",
        "headers.X-Number",
    )
    with_file = example_of(here, from_file(MAILS / "05-quotation-with-pdf.eml"))
    assert FILES in targets_of(here, with_file)
    with_html = example_of(here, from_file(MAILS / "06-newsletter-html.eml"))
    assert "html" in targets_of(here, with_html)


def test_a_sample_that_does_not_come_this_far_says_why() -> None:
    failing = {"rules": [{"target": "to", "sources": [{"property": "gone"}]}]}
    flow = Flow(
        "Desk",
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}),
            Node("first", "data-mapper", failing),
            Node("map", "data-mapper", {"rules": []}),
        ),
        edges=(Edge("receive", "message", "first", "message"), Edge("first", "email", "map", "message")),
    )
    here = Place(flow, "map", nodes.NODE_TYPES)
    made = example_of(here, sample(0))
    assert "gone" in made.lost
    answers = search(here, made, {"to": "a@example.org"}, [sample(1)], say=lambda _word: None, stopped=lambda: False)
    assert answers is not None
    (seen,) = answers[0].ways[0].seen
    assert seen.outcome == "lost"
    assert "gone" in seen.why


@pytest.mark.parametrize(
    ("target", "text", "fine"),
    [
        ("to", "sato@example.jp, 山田 <hanako@example.jp>", True),
        ("to", "sato", False),
        ("reply_to", "a@example.org <", False),
        ("subject", "sato", True),
        ("text", "x" * 20_001, False),
        (FILES, ("a.pdf",), True),
    ],
)
def test_a_wish_that_nothing_can_fulfil_is_told_before_the_search(target: str, text: Any, *, fine: bool) -> None:
    assert (why_not(target, text) == "") is fine


# ---- what is used


def test_rules_take_the_place_of_their_targets_and_the_rest_stays_as_it_stands() -> None:
    kept = {"target": "cc", "sources": [{"constant": "a@example.org"}], "of a newer version": 1}
    settings = {
        "rules": [
            {"target": "to", "sources": []},
            kept,
            {"target": "to", "sources": []},
            {"target": "bcc", "sources": []},
        ],
        "carry_attachments": False,
        "another": 2,
    }
    made: dict[str, tuple[Rule, tuple[Extraction, ...]]] = {
        "text": (rule(target="text", template="{{ extracted.氏名 }} 様"), LABELS),
        "to": (rule(target="to", sources=[{"field": "extracted.メール"}]), LABELS),
    }
    after = with_rules(settings, "rules", made, ["bcc"])
    assert after == {
        "rules": [
            {"target": "to", "sources": [{"field": "extracted.メール"}]},
            kept,
            {"target": "text", "template": "{{ extracted.氏名 }} 様"},
        ],
        "carry_attachments": False,
        "another": 2,
        "extractions": [{"kind": "labels"}],
    }
    assert after["rules"][1] is kept


def test_what_the_mapper_looks_for_already_is_not_added_again() -> None:
    own = [{"kind": "pattern", "pattern": "(?P<a>x)"}, {"kind": "labels", "field": "content"}]
    made = {"to": (rule(target="to", sources=[{"field": "extracted.メール"}]), LABELS)}
    assert with_rules({"rules": [], "extractions": own}, "rules", made, ())["extractions"] == own
    untouched = {"to": (rule(target="to", sources=[{"field": "from"}]), ())}
    assert "extractions" not in with_rules({"rules": []}, "rules", untouched, ())


# ---- the search


def test_the_search_tells_where_it_is_and_ends_when_it_is_asked_to() -> None:
    here = place([])
    made = example_of(here, sample(0))
    wishes = {"to": "sato@example.jp", "subject": "佐藤 健一 様", "text": ANSWER}
    heard: list[Progress] = []
    answers = search(here, made, wishes, [sample(1), sample(2)], say=heard.append, stopped=lambda: False)
    assert answers is not None
    assert [answer.target for answer in answers] == ["to", "subject", "text"]
    assert heard == [Progress("to", 1, 3), Progress("subject", 2, 3), Progress("text", 3, 3)]
    assert [one.message.title for one in answers[0].ways[0].seen] == ["価格 · 山田 花子", "在庫 · 鈴木 一郎"]

    heard.clear()
    stopped = search(here, made, wishes, [], say=heard.append, stopped=lambda: len(heard) == 2)
    assert stopped is None
    assert len(heard) == 2


def test_files_that_no_rule_can_pick_are_told() -> None:
    here = place([], carry_attachments=True)
    made = example_of(here, from_file(MAILS / "05-quotation-with-pdf.eml"))
    answers = search(here, made, {FILES: ()}, [], say=lambda _word: None, stopped=lambda: False)
    assert answers is not None
    assert answers[0].ways == ()
    (reason,) = sureness.reasons(answers[0], 0)
    assert "Carry attachments" in reason.text
    assert sureness.badge_of(answers[0]).text == "Nothing found"


# ---- in words


def test_rules_are_said_in_words() -> None:
    assert words(sources=[{"field": "from.name"}]) == "From › Name"
    assert words(sources=[{"constant": "team"}]) == "Always team"
    steps = [{"name": "trim"}, {"name": "append", "text": " 様"}]
    assert words(sources=[{"field": "extracted.氏名"}], transformations=steps) == "氏名 → Trim → Append “様”"
    template = "Dear {{ headers[\"X-Name\"] | sub_string_before: match: ' | ' }},\n\n{{ content }}"
    assert words(template=template) == "Dear X-Name Substring before “|”,  Content (the best text there is)"


def test_of_a_rival_that_only_reads_other_fields_these_are_said() -> None:
    first = rule(template="{{ from.name }} 様\n{{ from.name }}: {{ content }}")
    other = rule(template="{{ extracted.氏名 }} 様\n{{ extracted.氏名 }}: {{ content }}")
    found = [(piece.kind, piece.text) for piece in pieces.unlike(other, first)]
    assert found == [("source", "氏名"), ("text", "instead of"), ("source", "From › Name")]
    constant = rule(sources=[{"constant": "x"}])
    assert pieces.unlike(constant, first) == pieces.pieces_of(constant)
    assert pieces.is_constant(constant)
    assert not pieces.is_constant(first)
