from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.flow.item import Item, Origin, StepContext
from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.nodes import data_mapper
from mailflow_gui.nodes.data_mapper import DATA_MAPPER, DataMapperSettings
from tests.mapping.messages import PDF, enquiry

CONTEXT = StepContext(flow="Forward enquiries", node="map", properties={"prefix": "SUP-"})


def item() -> Item:
    return Item(
        id="1",
        message=enquiry(),
        origin=Origin("inbox", "Enquiries", flags=("\\Flagged",)),
        clock=datetime(2025, 3, 14, 0, 42, tzinfo=UTC),
        seed=7,
    )


def settings(*rules: dict[str, Any], **more: Any) -> DataMapperSettings:
    return DataMapperSettings.model_validate({"rules": list(rules), **more})


def mapped(source: Item, *rules: dict[str, Any], **more: Any) -> Item:
    output = DATA_MAPPER.transform(source, settings(*rules, **more), CONTEXT)
    assert set(output) == {"email"}
    (result,) = output["email"]
    return result


EXAMPLE = (
    {"target": "to", "sources": [{"constant": "sales@example.com"}]},
    {
        "target": "subject",
        "sources": [{"field": "subject"}],
        "transformations": [{"name": "prepend", "text": "[web] "}],
    },
    {"target": "text", "sources": [{"field": "text"}]},
)
"""The rules of the example in the documentation."""


def test_the_output_holds_the_mapped_targets_and_the_message_that_a_reply_would_answer() -> None:
    source = item()
    result = mapped(source, *EXAMPLE)
    assert result.mapped
    assert set(result.fields) == {"to", "subject", "text"}
    assert result.fields["subject"] == "[web] Re: お問い合わせの件"
    assert "注文番号：4711" in result.fields["text"]
    assert (result.message, result.id, result.origin) == (source.message, source.id, source.origin)
    assert source.fields == {}


def test_attachments_are_carried_byte_for_byte() -> None:
    result = mapped(item(), *EXAMPLE)
    assert result.attachments is not None
    assert [(file.name, file.content) for file in result.attachments] == [("offer.pdf", PDF), ("logo.png", b"picture")]


def test_attachments_stay_behind_when_told_so() -> None:
    assert mapped(item(), *EXAMPLE, carry_attachments=False).attachments == ()


def test_mapped_attachments_replace_the_carried_ones() -> None:
    keep = [{"name": "keep-files", "names": "*.pdf"}]
    rule = {"target": "attachments", "sources": [{"field": "attachments"}], "transformations": keep}
    for carry in (True, False):
        result = mapped(item(), rule, carry_attachments=carry)
        assert [file.name for file in result.attachments or ()] == ["offer.pdf"]
        assert "attachments" not in result.fields


def test_a_condition_that_fails_leaves_the_attachments_carried() -> None:
    never = {"all": [{"field": "subject", "operator": "empty"}]}
    rule = {"target": "attachments", "sources": [{"field": "raw"}], "condition": never}
    assert [file.name for file in mapped(item(), rule).attachments or ()] == ["offer.pdf", "logo.png"]


def test_a_second_mapper_reads_what_the_first_put_out_and_nothing_else() -> None:
    first = mapped(item(), *EXAMPLE, {"target": "ticket", "sources": [{"property": "prefix"}, {"constant": 1}]})
    second = mapped(
        first,
        {"target": "subject", "sources": [{"field": "ticket"}, {"field": "subject"}, {"field": "from"}]},
        {"target": "cc", "sources": [{"field": "to.address"}]},
        {"target": "names", "sources": [{"field": "attachments.name"}]},
    )
    assert second.fields["subject"] == "SUP- 1 [web] Re: お問い合わせの件"
    assert second.fields["cc"] == ("sales@example.com",)
    assert second.fields["names"] == ("offer.pdf", "logo.png")
    assert second.attachments == first.attachments


def test_a_mapper_behind_one_that_drops_attachments_has_none_to_carry() -> None:
    first = mapped(item(), *EXAMPLE, carry_attachments=False)
    assert mapped(first, *EXAMPLE).attachments == ()


def test_fields_that_an_earlier_node_added_stand_before_the_messages_own() -> None:
    source = replace(item(), fields={"order": "4711", "subject": "changed"})
    result = mapped(
        source, {"target": "subject", "sources": [{"field": "subject"}, {"field": "order"}, {"field": "cc"}]}
    )
    assert result.fields["subject"] == "changed 4711 third@example.net"


def test_a_mapper_knows_where_the_mail_came_from() -> None:
    rule = {"target": "x", "sources": [{"field": "connection"}, {"field": "folder"}, {"field": "flags"}]}
    assert mapped(item(), rule).fields["x"] == "inbox Enquiries \\Flagged"


def test_addresses_stay_addresses() -> None:
    result = mapped(item(), {"target": "reply_to", "sources": [{"field": "from"}]})
    assert result.fields["reply_to"] == (Address("山田 花子", "hanako.yamada@example.jp"),)


def test_a_failing_rule_fails_this_item_and_no_other() -> None:
    rules = settings(
        {"target": "n", "sources": [{"field": "headers.X-Ticket"}], "transformations": [{"name": "add", "number": 1}]}
    )
    broken = replace(item(), fields={"headers.X-Ticket": "none"})
    with pytest.raises(MappingError) as raised:
        DATA_MAPPER.transform(broken, rules, CONTEXT)
    assert (raised.value.rule, raised.value.code) == (0, "mapping-not-a-number")
    assert DATA_MAPPER.transform(item(), rules, CONTEXT)["email"][0].fields["n"] == 20418


def test_doing_a_step_again_gives_the_same_item() -> None:
    chance = {"target": "id", "transformations": [{"name": "generate-uuid"}]}
    now = {"target": "at", "transformations": [{"name": "current-date-time"}]}
    source = item()
    assert mapped(source, chance, now) == mapped(source, chance, now)


def test_rules_are_compiled_once_for_each_settings_and_forgotten_with_them() -> None:
    before = len(data_mapper._compiled)
    rules = settings(*EXAMPLE)
    assert data_mapper.mapping_of(rules) is data_mapper.mapping_of(rules)
    assert data_mapper.mapping_of(settings(*EXAMPLE)) is not data_mapper.mapping_of(rules)
    del rules
    gc.collect()
    assert len(data_mapper._compiled) <= before


def test_the_summary_counts_mappings_and_says_what_is_missing() -> None:
    assert DATA_MAPPER.summary(settings()) == "No mappings yet"
    assert DATA_MAPPER.summary(settings(EXAMPLE[1])) == "1 mapping · To isn’t mapped"
    assert DATA_MAPPER.summary(settings(*EXAMPLE)) == "3 mappings"


def test_problems_stand_where_the_settings_are_wrong() -> None:
    problems = DATA_MAPPER.check(settings({"target": "", "sources": [{"constant": "a"}, {"field": "subjet"}]}))
    assert [(problem.code, problem.field, problem.severity) for problem in problems] == [
        ("mapping-no-target", "rules.0.target", "error"),
        ("mapping-unknown-field-nearest", "rules.0.sources.1.field", "warning"),
    ]
    assert [problem.field for problem in DATA_MAPPER.check(settings())] == ["rules"]
    assert DATA_MAPPER.check(settings(*EXAMPLE)) == []


def test_properties_that_the_flow_lacks_are_problems() -> None:
    rules = settings({"target": "x", "sources": [{"property": "prefix"}, {"property": "suffix"}]})
    problems = data_mapper.check_properties(rules, {"prefix": "SUP-"})
    assert [(problem.code, problem.field) for problem in problems] == [
        ("mapping-unknown-property", "rules.0.sources.1.property")
    ]
    assert DATA_MAPPER.check(rules) == []


def test_settings_are_written_as_they_were_read() -> None:
    raw = {
        "rules": [
            {
                "target": "to",
                "sources": [{"field": "from.address"}, {"constant": ["a", "b"]}],
                "combine": {"delimiter": ", "},
                "split": {"delimiter": ",", "index": 0},
                "for_each": True,
                "transformations": [
                    {"name": "replace-all", "find": "a", "with": "b", "pattern": True, "match_case": False}
                ],
                "condition": {"all": [{"any": [{"field": "cc", "operator": "not-empty"}]}]},
                "otherwise": [{"property": "p"}],
            }
        ],
        "carry_attachments": False,
    }
    read = DataMapperSettings.model_validate(raw)
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == raw


def test_the_schema_names_every_transformation_with_its_parameters() -> None:
    definitions = DataMapperSettings.model_json_schema()["$defs"]
    assert definitions["ReplaceAll"]["properties"].keys() == {"name", "find", "with", "pattern", "match_case"}
    assert definitions["ReplaceAll"]["required"] == ["name", "find"]


def test_the_whole_mail_can_be_attached_to_the_new_one() -> None:
    result = mapped(item(), {"target": "attachments", "sources": [{"field": "raw"}]})
    assert result.attachments == (Attachment("message.eml", "message/rfc822", item().message.raw),)


def test_what_is_extracted_becomes_fields_of_this_mapper() -> None:
    source = item()
    result = mapped(
        source,
        {"target": "subject", "sources": [{"constant": "Order"}, {"field": "extracted.注文番号"}]},
        extractions=[{"kind": "labels", "field": "text"}],
    )
    assert dict(result.fields) == {"subject": "Order 4711"}


def test_an_orphan_is_a_problem_and_the_settings_are_kept_as_they_are() -> None:
    rules = settings({"target": "subject", "sources": [{"field": "extracted.gone"}]})
    (problem,) = DATA_MAPPER.check(rules)
    assert (problem.code, problem.severity, problem.field) == (
        "mapping-orphan-field",
        "error",
        "rules.0.sources.0.field",
    )
    assert problem.unless_mapped == "extracted.gone"
    assert rules.rules[0].sources[0].field == "extracted.gone"
    broken = settings(EXAMPLE[0], extractions=[{"kind": "pattern", "pattern": "("}])
    assert [one.field for one in DATA_MAPPER.check(broken)] == ["extractions.0.pattern"]


def test_text_and_html_are_kept_in_step_when_it_is_ticked() -> None:
    result = mapped(item(), EXAMPLE[2], derive_other_body=True)
    assert "<br>" in result.fields["html"]
    assert DATA_MAPPER.maps is not None
    assert DATA_MAPPER.maps(settings(EXAMPLE[2], derive_other_body=True)) == {"text", "html"}
    assert DATA_MAPPER.maps(settings(EXAMPLE[2])) == {"text"}


def test_extractions_are_written_as_they_were_read() -> None:
    raw = {
        "rules": [],
        "extractions": [
            {"name": "a", "kind": "labels", "field": "text", "labels": ["氏名"]},
            {"name": "", "kind": "pattern", "field": "text", "pattern": "(?P<n>.)", "match_case": False},
            {"name": "", "kind": "table", "field": "html", "layout": "pairs", "labels": []},
            {"name": "", "kind": "json", "files": "*.json"},
            {"name": "", "kind": "csv", "files": "*.csv", "delimiter": ";", "header": False, "charset": "cp932"},
        ],
        "derive_other_body": True,
    }
    assert DataMapperSettings.model_validate(raw).model_dump(mode="json", by_alias=True, exclude_unset=True) == raw
