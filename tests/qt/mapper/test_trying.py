"""What rules do with a sample, without any widget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailflow_gui import nodes
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.qt.mapper import samples, values
from mailflow_gui.qt.mapper.arriving import behind_mapper
from mailflow_gui.qt.mapper.needs import needs_after
from mailflow_gui.qt.mapper.trying import Trial, Tried
from mailflow_gui.qt.mapper.values import Run, difference, shown
from tests.qt.mapper.conftest import FORM, flow_with

SAMPLE = samples.from_file(FORM)


def tried(rules: list[Any], flow: Flow | None = None, trial: Trial | None = None, node: str = "map") -> Tried:
    trial = trial or Trial(nodes.NODE_TYPES)
    return trial.run(flow or flow_with(rules), node, rules, SAMPLE, ("subject", "attachments"))


def rule(target: str, field: str, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"target": target, "sources": [{"field": field}], "transformations": list(steps), **more}


def test_each_step_shows_what_it_makes() -> None:
    found = tried([rule("to", "text", {"name": "extract-label", "label": "メール"}, {"name": "uppercase"})])
    (outcome,) = found.outcomes
    lines = [entry.line for entry in outcome.trace if isinstance(entry, values.Shown)]
    assert lines[0].startswith("ウェブサイト")
    assert lines[1:] == ["sato@example.jp", "SATO@EXAMPLE.JP"]
    assert outcome.result.line == "SATO@EXAMPLE.JP"
    assert found.fields["subject"].line.startswith("【お問い合わせ】")
    assert found.fields["attachments"].blank


def test_only_what_changed_is_worked_out_again() -> None:
    trial = Trial(nodes.NODE_TYPES)
    rules = [rule(f"field-{number}", "subject", {"name": "append", "text": str(number)}) for number in range(60)]
    tried(rules, trial=trial)
    assert trial.ran == 60
    rules[30] = rule("field-30", "subject", {"name": "append", "text": "other"})
    assert tried(rules, trial=trial).outcomes[30].result.line.endswith("other")
    assert trial.ran == 61


def test_another_property_works_everything_out_anew() -> None:
    trial = Trial(nodes.NODE_TYPES)
    rules = [{"target": "subject", "sources": [{"property": "prefix"}]}]
    assert tried(rules, trial=trial).outcomes[0].result.text == "[shop] "
    flow = flow_with(rules)
    flow = Flow(flow.name, properties={"prefix": "new"}, nodes=flow.nodes, edges=flow.edges)
    assert tried(rules, flow, trial).outcomes[0].result.line == "new"


def test_a_failing_step_says_why_at_its_place() -> None:
    found = tried([rule("x", "subject", {"name": "trim"}, {"name": "round"}, {"name": "trim"})])
    (outcome,) = found.outcomes
    assert [isinstance(entry, str) for entry in outcome.trace] == [False, False, True]
    assert "number" in str(outcome.trace[2])
    assert outcome.error
    assert not outcome.mapped


def test_a_condition_tells_whether_it_holds() -> None:
    condition = {"all": [{"field": "subject", "operator": "contains", "value": "nothing like it"}]}
    (outcome,) = tried([rule("x", "subject", condition=condition, otherwise=[{"constant": "else"}])]).outcomes
    assert outcome.holds is False
    assert outcome.result.line == "else"


@pytest.mark.parametrize(
    "raw", [None, 7, {}, {"target": "x", "sources": [{}]}, {"target": "x", "transformations": [{"name": "gone"}]}]
)
def test_a_rule_that_cannot_be_read_stops_no_other(raw: Any) -> None:
    found = tried([raw, rule("x", "subject")])
    assert found.outcomes[1].mapped


def chain(first_rules: list[Any], second_rules: list[Any]) -> Flow:
    return Flow(
        "Two",
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}),
            Node("first", "data-mapper", {"rules": first_rules, "carry_attachments": False}),
            Node("map", "data-mapper", {"rules": second_rules}),
        ),
        edges=(Edge("receive", "message", "first", "message"), Edge("first", "email", "map", "message")),
    )


def test_behind_a_mapper_its_fields_arrive() -> None:
    rules = [rule("subject", "customer", {"name": "append", "text": " 様"})]
    flow = chain([rule("customer", "text", {"name": "extract-label", "label": "氏名"})], rules)
    assert behind_mapper(flow, "map", nodes.NODE_TYPES) == frozenset({"customer"})
    found = tried(rules, flow)
    assert found.mapped
    assert "customer" in found.added
    assert found.outcomes[0].result.line == "佐藤 健一 様"


def test_a_sample_that_does_not_come_this_far_says_so() -> None:
    rules = [rule("subject", "subject")]
    found = tried(rules, chain([rule("customer", "subject", {"name": "round"})], rules))
    assert "number" in found.lost


def test_what_a_sender_lacks_is_asked_of_its_type() -> None:
    flow = flow_with([])
    assert needs_after(flow, "map", nodes.NODE_TYPES, set()).missing == frozenset({"from", "to"})
    assert needs_after(flow, "map", nodes.NODE_TYPES, {"from", "cc"}).missing == frozenset()
    typed = flow_with([], sender={"from": "a@example.org", "to": "b@example.org"})
    needs = needs_after(typed, "map", nodes.NODE_TYPES, set())
    assert (needs.missing, needs.typed) == (frozenset(), frozenset({"from", "to"}))


def test_differences_are_told_as_runs() -> None:
    assert difference("Re: hello there", "hello there") == (
        Run("Re:", "removed"),
        Run("·", "space"),
        Run("hello there", "same"),
    )
    assert [run.look for run in difference("お問い合わせ", "お問い合わせ [1]")] == ["same", "space", "added"]
    assert difference("abc", "xyz") == (Run("xyz", "same"),)
    assert difference("", " x ") == (Run("·", "space"), Run("x", "same"), Run("·", "space"))


def test_values_are_shown_short_and_on_one_line() -> None:
    found = shown("a\r\nb" + "長" * 5000)
    assert "\n" not in found.line
    assert len(found.line) <= values.LINE + 1
    assert found.about == "5004 characters"
    assert shown(None).absent
    assert shown(("a", None, True)).line == "a, yes"
    assert shown("\u202eabc").line == "abc"


def test_a_typed_mail_is_a_sample() -> None:
    sample = samples.typed("花子 <hanako@example.jp>", "shop@example.org", "件名", "氏名：花子\n")
    assert sample.message.subject == "件名"
    assert sample.message.text.startswith("氏名：花子")
    assert samples.why_not_typed("not an address <", "", "", "")
    assert samples.typed("", "", "", "").message.from_[0].address


def test_extracted_fields_are_offered_with_their_values() -> None:
    rules = [rule("to", "extracted.メール")]
    flow = flow_with(rules)
    mapper = flow.node("map")
    settings = {**mapper.settings, "extractions": [{"kind": "labels"}, {"kind": "no such"}]}
    changed = tuple(replace(one, settings=settings) if one.id == "map" else one for one in flow.nodes)
    found = tried(rules, replace(flow, nodes=changed))
    assert "extracted.氏名" in [field.name for one in found.found for field in one.fields]
    assert [one.is_readable for one in found.found] == [True, False]
    assert found.fields["extracted.氏名"].line == "佐藤 健一"
    assert found.outcomes[0].result.line == "sato@example.jp"


def test_a_template_is_tried_like_any_rule() -> None:
    found = tried([{"target": "subject", "template": "[{{ subject | size }}] {{ from.name }}"}])
    assert found.outcomes[0].result.line == "[14] お問い合わせフォーム"
