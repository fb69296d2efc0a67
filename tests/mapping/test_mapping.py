from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.fields import MessageFields
from mailflow_gui.mapping.mapping import MappingContext, Rule, compile_mapping, compile_rule
from mailflow_gui.mapping.transformations import TRANSFORMATIONS
from mailflow_gui.mapping.values import LIST_LIMIT, TEXT_LIMIT, Value
from mailflow_gui.sentences import SENTENCES
from tests.mapping.messages import enquiry
from tests.mapping.transformations.test_registry import REQUIRED, VALUES

PDF, LOGO = Attachment("offer.pdf", "application/pdf", b"1"), Attachment("logo.png", "image/png", b"2", inline=True)
HANAKO = Address("山田 花子", "hanako@example.jp")

SOURCE: dict[str, Value] = {
    "subject": "Re: お問い合わせの件",
    "from": (HANAKO,),
    "from.name": "山田 花子",
    "from.domain": "example.jp",
    "to": ("a@example.com", "b@example.com"),
    "text": "one,two,three",
    "blank": "",
    "none": None,
    "size": 10,
    "attachments": (PDF, LOGO),
    "attachments.name": ("offer.pdf", "logo.png"),
    "headers": ("X-A: 1", "X-B: 二"),
    "headers.X-A": "1",
    "raw": b"Subject: raw\r\n\r\n",
}
CONTEXT = MappingContext(
    {"prefix": "SUP-", "list": ["x", "y"], "next": 20417}, clock=datetime(2025, 3, 14, tzinfo=UTC), seed=1
)

RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


def apply(*rules: dict[str, Any], source: Mapping[str, Value] = SOURCE) -> dict[str, Value]:
    return compile_mapping(RULES.validate_python(rules)).apply(source, CONTEXT)


def one(target: str, *sources: dict[str, Any], **more: Any) -> Value:
    return apply({"target": target, "sources": sources, **more}).get(target, "unmapped")


def step(name: str, **parameters: Any) -> dict[str, Any]:
    return {"name": name, **parameters}


def test_the_output_holds_the_mapped_targets_and_nothing_else() -> None:
    output = apply(
        {"target": "to", "sources": [{"constant": "sales@example.com"}]},
        {"target": "subject", "sources": [{"field": "subject"}], "transformations": [step("prepend", text="[web] ")]},
    )
    assert output == {"to": ("sales@example.com",), "subject": "[web] Re: お問い合わせの件"}


def test_several_sources_become_one_text_with_spaces_between_what_is_not_blank() -> None:
    assert one("x", {"field": "from.name"}, {"field": "blank"}, {"field": "none"}, {"constant": 5}) == "山田 花子 5"
    assert one("x", {"field": "none"}, {"field": "none"}) is None


def test_a_delimiter_of_ones_own_joins_lists_too() -> None:
    combine = {"delimiter": "、"}
    assert one("x", {"field": "to"}, {"property": "prefix"}, combine=combine) == "a@example.com、b@example.com、SUP-"
    assert one("x", {"field": "to"}, combine=combine) == "a@example.com、b@example.com"


def test_several_sources_of_an_address_field_stay_a_list() -> None:
    assert one("cc", {"field": "from"}, {"constant": "x@example.com"}, {"field": "blank"}) == (HANAKO, "x@example.com")


def test_several_sources_are_a_list_for_a_step_that_takes_one() -> None:
    assert one("x", {"field": "size"}, {"constant": "2.5"}, transformations=[step("add")]) == 12.5
    name = step("format", template="%s (%s)")
    assert (
        one("x", {"field": "from.name"}, {"field": "from.domain"}, transformations=[name]) == "山田 花子 (example.jp)"
    )


def test_a_text_is_split_and_one_part_is_taken() -> None:
    assert one("x", {"field": "text"}, split={"delimiter": ",", "index": 1}) == "two"
    assert one("x", {"field": "text"}, split={"delimiter": ",", "index": 9}) is None
    assert one("x", {"field": "text"}, split={"delimiter": ","}) == ("one", "two", "three")
    assert one("x", {"field": "none"}, split={"delimiter": ",", "index": 0}) is None
    assert one("x", {"field": "to"}, split={"index": 1}) == "b@example.com"


def test_steps_run_in_order_after_combining() -> None:
    steps = [step("strip-reply-prefix"), step("append", text=" ["), step("append", text="SUP]")]
    assert one("subject", {"field": "subject"}, transformations=steps) == "お問い合わせの件 [SUP]"


def test_for_each_works_on_entries_and_leaves_out_those_that_do_not_fit() -> None:
    pdf = {"all": [{"field": "attachments.name", "operator": "ends-with", "value": ".pdf"}]}
    assert one("attachments", {"field": "attachments"}, for_each=True, condition=pdf) == (PDF,)
    assert one("x", {"field": "to"}, for_each=True, transformations=[step("uppercase")]) == (
        "A@EXAMPLE.COM",
        "B@EXAMPLE.COM",
    )
    assert one("x", {"field": "to"}, {"constant": "!"}, for_each=True) == ("a@example.com !", "b@example.com !")
    assert one("x", {"field": "none"}, for_each=True) == ()
    assert one("x", {"field": "headers.X-A"}, for_each=True) == ("1",)


def test_for_each_works_on_lines_of_a_text() -> None:
    fields = MessageFields(enquiry())
    order = {"all": [{"field": "content.lines", "operator": "contains", "value": "番号"}]}
    rule = {"target": "x", "sources": [{"field": "content.lines"}], "for_each": True, "condition": order}
    assert apply(rule, source=fields) == {"x": ("注文番号：4711",)}


def test_a_condition_decides_between_the_rule_and_otherwise() -> None:
    blank = {"all": [{"field": "blank", "operator": "not-empty"}]}
    otherwise = [{"constant": "(no subject)"}]
    steps = [step("uppercase")]
    assert (
        one("subject", {"field": "blank"}, condition=blank, otherwise=otherwise, transformations=steps)
        == "(no subject)"
    )
    assert one("subject", {"field": "blank"}, condition=blank) == "unmapped"
    full = {"any": [{"field": "subject", "operator": "not-empty"}]}
    assert one("subject", {"constant": "a"}, condition=full, otherwise=otherwise, transformations=steps) == "A"


def test_properties_are_read_and_a_missing_one_fails_the_rule_by_name() -> None:
    assert one("x", {"property": "prefix"}, {"property": "next"}, combine={"delimiter": ""}) == "SUP-20417"
    assert one("x", {"property": "list"}) == ("x", "y")
    with pytest.raises(MappingError) as raised:
        apply({"target": "a", "sources": [{"field": "subject"}]}, {"target": "b", "sources": [{"property": "absent"}]})
    assert (raised.value.code, raised.value.rule) == ("mapping-unknown-property", 1)


def test_a_failing_rule_says_which_target_and_why() -> None:
    with pytest.raises(MappingError) as raised:
        one("total", {"field": "subject"}, transformations=[step("add", number=1)])
    assert raised.value.rule == 0
    assert "“total”" in raised.value.text
    assert "お問い合わせ" in raised.value.text


def test_absent_fields_stay_absent_and_unknown_ones_too() -> None:
    assert one("subject", {"field": "unheard-of"}) is None
    assert one("x", {"field": "none"}, transformations=[step("uppercase")]) is None
    assert one("x", {"field": "none"}, transformations=[step("append", text="!")]) == "!"
    assert one("x", {"field": "none"}, transformations=[step("length")]) == -1


def test_targets_get_what_they_take() -> None:
    assert one("subject", {"field": "size"}) == "10"
    assert one("headers.X-Size", {"field": "size"}) == "10"
    assert one("text", {"field": "raw"}) == "Subject: raw\r\n\r\n"
    assert one("attachments", {"field": "raw"}) == (
        Attachment("message.eml", "message/rfc822", b"Subject: raw\r\n\r\n"),
    )
    assert one("attachments", {"field": "none"}) == ()
    assert one("headers", {"field": "headers"}, {"constant": "X-C: 3"}) == (("X-A", "1"), ("X-B", "二"), ("X-C", "3"))
    assert one("count", {"field": "size"}) == 10
    assert one("kept", {"field": "raw"}, for_each=True) == ("Subject: raw\r\n\r\n",)
    assert one("from", {"field": "from"}) == (HANAKO,)
    assert one("to", {"field": "blank"}) == ()
    for target, code in (("attachments", "mapping-not-an-attachment"), ("headers", "mapping-bad-header")):
        with pytest.raises(MappingError) as raised:
            one(target, {"constant": "just text"})
        assert raised.value.code == code


def test_a_template_stands_in_place_of_sources_and_steps_follow_it() -> None:
    assert apply({"target": "x", "template": "{{ subject }}!"}) == {"x": "Re: お問い合わせの件!"}
    assert apply({"target": "x", "template": " {{ size }} ", "transformations": [step("trim")]}) == {"x": "10"}
    assert apply({"target": "html", "template": "<p>{{ from }}</p>"}) == {
        "html": "<p>山田 花子 &lt;hanako@example.jp&gt;</p>"
    }
    never = {"cel": "size > 10"}
    assert apply({"target": "x", "template": "a", "condition": never, "otherwise": [{"constant": "b"}]}) == {"x": "b"}
    with pytest.raises(MappingError) as raised:
        apply({"target": "a", "sources": []}, {"target": "x", "template": "{{ subject | plus: 1 }}"})
    assert (raised.value.rule, raised.value.arguments["target"]) == (1, "x")


def test_the_other_body_is_made_when_only_one_is_mapped_and_it_was_asked_for() -> None:
    def derived(*rules: dict[str, Any]) -> dict[str, Value]:
        return compile_mapping(RULES.validate_python(rules), derive_other_body=True).apply(SOURCE, CONTEXT)

    text, html = {"target": "text", "sources": [{"constant": "a < b"}]}, {"target": "html", "template": "<p>x</p>"}
    assert derived(text) == {"text": "a < b", "html": "<p>a &lt; b</p>"}
    assert derived(html) == {"html": "<p>x</p>", "text": "x\n"}
    assert derived(text, html) == {"text": "a < b", "html": "<p>x</p>"}
    assert derived() == {}
    assert apply(text) == {"text": "a < b"}


@pytest.mark.parametrize(
    "rule",
    [
        {"target": "x", "sources": [{"field": "a", "constant": "b"}]},
        {"target": "x", "sources": [{}]},
        {"target": "x", "sources": [{"constant": None}]},
        {"target": "x", "sources": [{"constant": {"a": 1}}]},
        {"target": "x", "transformations": [{"name": "explode"}]},
        {"target": "x", "transformations": [{"name": "repeat", "count": -1}]},
        {"target": "x", "colour": "red"},
        {"sources": []},
    ],
)
def test_what_is_no_rule_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RULES.validate_python([rule])


def test_constants_keep_their_types() -> None:
    for constant in ("1", 1, 1.5, True, ("a", "b")):
        value = one("x", {"constant": constant})
        assert value == constant
        assert type(value) is type(constant)


def test_a_chain_that_grows_a_text_ends_with_an_error_and_not_with_the_memory() -> None:
    grow = [step("replace-all", find="a", **{"with": "aaaaaaaaaa"})] * 12
    with pytest.raises(MappingError) as raised:
        one("x", {"constant": "a"}, transformations=grow)
    assert raised.value.code == "mapping-text-too-large"
    many = [step("split", delimiter=","), step("pad-string-left", character="x", count=9_000_000)]
    with pytest.raises(MappingError):
        one("x", {"constant": "," * (LIST_LIMIT - 1)}, transformations=many)
    with pytest.raises(MappingError):
        one("x", *[{"constant": "b" * (TEXT_LIMIT // 2)}] * 3)


def test_a_trace_shows_the_value_after_each_step_up_to_the_error() -> None:
    steps = [step("trim"), step("append", text="!"), step("add", number=1), step("uppercase")]
    (rule,) = RULES.validate_python([{"target": "x", "sources": [{"constant": " a "}], "transformations": steps}])
    trace = compile_rule(3, rule).trace(SOURCE, CONTEXT)
    assert trace[:3] == [" a ", "a", "a!"]
    assert isinstance(trace[3], MappingError)
    assert (trace[3].rule, len(trace)) == (3, 4)


def test_two_runs_give_the_same_output() -> None:
    rule = {"target": "id", "transformations": [step("generate-uuid")]}
    other = {"target": "other", "transformations": [step("generate-uuid")]}
    assert apply(rule, other) == apply(rule, other)
    assert len(set(apply(rule, other).values())) == 2


STEPS = st.sampled_from([step(name, **REQUIRED.get(name, {})) for name in sorted(TRANSFORMATIONS)])
SOURCES = st.lists(
    st.sampled_from(
        [
            {"field": "a"},
            {"field": "b"},
            {"field": "b.name"},
            {"field": "none"},
            {"constant": "x,1"},
            {"property": "list"},
        ]
    ),
    max_size=3,
)
COMPARISONS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["a", "b", "none"]),
        "operator": st.sampled_from(["contains", "not-in", "equals", "not-ends-with", "matches", "empty", ">", "<="]),
        "value": st.sampled_from(["", "a", "12", "2025-03-14"]),
        "match_case": st.booleans(),
    }
)
ANY_RULE = st.fixed_dictionaries(
    {
        "target": st.sampled_from(["to", "subject", "attachments", "headers", "headers.X", "other"]),
        "sources": SOURCES,
        "for_each": st.booleans(),
        "combine": st.none() | st.just({"delimiter": ","}),
        "split": st.none() | st.just({"delimiter": ",", "index": 0}) | st.just({"delimiter": ""}),
        "transformations": st.lists(STEPS, max_size=4),
        "condition": st.none() | st.fixed_dictionaries({"any": st.lists(COMPARISONS, max_size=2)}),
        "otherwise": st.none() | SOURCES,
    }
)


@given(rule=ANY_RULE, a=VALUES, b=VALUES)
def test_whatever_the_rule_and_the_mail_nothing_but_a_mapping_error_is_raised(
    rule: dict[str, Any], a: Value, b: Value
) -> None:
    code = ""
    try:
        apply(rule, source={"a": a, "b": b, "b.name": b})
    except MappingError as error:
        code = error.code
    assert not code or code in SENTENCES


def test_a_rule_that_takes_a_field_or_a_constant_and_does_nothing_else_takes_the_short_way() -> None:
    def of(**rule: Any) -> tuple[str | None, tuple[Value] | None]:
        compiled = compile_rule(0, Rule.model_validate(rule))
        return compiled.plain, compiled.constant

    field: dict[str, Any] = {"target": "text", "sources": [{"field": "text"}]}
    constant: dict[str, Any] = {"target": "to", "sources": [{"constant": "a@example.com"}]}
    assert of(**field) == ("text", None)
    assert of(**constant) == (None, (("a@example.com",),))
    never = {"all": [{"field": "subject", "operator": "empty", "value": True}]}
    assert of(**field, transformations=[step("trim")]) == ("text", None)
    assert of(**constant, transformations=[step("trim")]) == (None, None)
    for more in (
        {"condition": never},
        {"combine": {"delimiter": ","}},
        {"split": {"delimiter": ","}},
        {"for_each": True},
    ):
        assert of(**field, **more) == (None, None)
        assert of(**constant, **more) == (None, None)
    assert of(target="text", template="a") == (None, None)
    assert of(target="text", sources=[{"field": "text"}, {"field": "subject"}]) == (None, None)


@given(
    st.sampled_from([*SOURCE, "headers.X-None", "nothing"]),
    st.sampled_from(["text", "to", "x", "headers.X-A", "cc"]),
    st.sampled_from([[], ["uppercase"], ["trim", "length"], ["generate-uuid"], ["count"]]),
)
def test_the_short_way_gives_what_the_long_one_gives(name: str, target: str, steps: list[str]) -> None:
    rule = {"target": target, "sources": [{"field": name}], "transformations": [step(one) for one in steps]}
    short = compile_rule(3, Rule.model_validate(rule))
    long = replace(short, plain=None)
    assert short.plain == name
    assert short.run(SOURCE, CONTEXT) == long.run(SOURCE, CONTEXT)
