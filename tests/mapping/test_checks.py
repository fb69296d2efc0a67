from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import mailflow_gui.mapping
from mailflow_gui.mapping.checks import Fault, faults
from mailflow_gui.mapping.mapping import Rule
from mailflow_gui.sentences import SENTENCES, advice, text

RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


def found(*rules: dict[str, Any], properties: tuple[str, ...] | None = None) -> tuple[Fault, ...]:
    return faults(RULES.validate_python(rules), properties)


def rule(**more: Any) -> dict[str, Any]:
    return {"target": "x", "sources": [{"field": "subject"}], **more}


def test_a_sound_mapping_has_no_faults() -> None:
    generated = {"target": "id", "transformations": [{"name": "generate-uuid"}]}
    assert (
        found(rule(), generated, {"target": "headers.X-Ticket", "sources": [{"property": "p"}]}, properties=("p",))
        == ()
    )


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        (rule(target=" "), "mapping-no-target", "0.target"),
        (rule(target="two words"), "mapping-bad-target", "0.target"),
        (rule(target="headers.Bad Name"), "header-name-invalid", "0.target"),
        (rule(target="headers.Bcc"), "header-reserved", "0.target"),
        (rule(sources=[]), "mapping-no-sources", "0.sources"),
        (rule(sources=[], transformations=[{"name": "trim"}]), "mapping-no-sources", "0.sources"),
        (rule(sources=[{"constant": "a"}], for_each=True), "mapping-for-each-without-field", "0.for_each"),
        (rule(sources=[{"constant": "a"}, {"field": "subjet"}]), "mapping-unknown-field-nearest", "0.sources.1.field"),
        (rule(otherwise=[{"field": "qqqqqq"}]), "mapping-unknown-field", "0.otherwise.0.field"),
        (rule(sources=[{"field": ""}]), "mapping-no-field", "0.sources.0.field"),
        (rule(sources=[{"property": "absent"}]), "mapping-unknown-property", "0.sources.0.property"),
        ({"target": "x", "template": "{{ a | b }}"}, "mapping-template-syntax", "0.template"),
        ({"target": "x", "template": "{{ subjet }}"}, "mapping-unknown-field-nearest", "0.template"),
        ({"target": "x", "template": "{{ properties.absent }}"}, "mapping-unknown-property", "0.template"),
        (
            rule(transformations=[{"name": "to-zone", "zone": "Nowhere"}]),
            "mapping-bad-zone",
            "0.transformations.0.zone",
        ),
        (
            rule(transformations=[{"name": "format-date", "format": "bb"}]),
            "mapping-bad-date-format",
            "0.transformations.0.format",
        ),
        (
            rule(transformations=[{"name": "trim"}, {"name": "format", "template": "%"}]),
            "mapping-bad-template",
            "0.transformations.1.template",
        ),
        (
            rule(transformations=[{"name": "replace-all", "find": "(", "pattern": True}]),
            "mapping-bad-pattern",
            "0.transformations.0.find",
        ),
        (
            rule(transformations=[{"name": "replace-all", "find": "a", "with": "$3", "pattern": True}]),
            "mapping-no-such-group",
            "0.transformations.0.find",
        ),
        (
            rule(transformations=[{"name": "extract-pattern", "pattern": "a", "group": "b"}]),
            "mapping-no-such-group",
            "0.transformations.0.pattern",
        ),
        (rule(condition={"cel": "x ="}), "mapping-cel-syntax", "0.condition.cel"),
        (rule(condition={"cel": "subjet == ''"}), "mapping-unknown-field-nearest", "0.condition.cel"),
        (
            rule(condition={"all": [{"any": [{"field": "subject", "operator": "matches", "value": "("}]}]}),
            "mapping-bad-pattern",
            "0.condition.all.0.any.0.value",
        ),
        (
            rule(condition={"any": [{"field": "sise", "operator": "empty"}]}),
            "mapping-unknown-field-nearest",
            "0.condition.any.0.field",
        ),
    ],
)
def test_a_fault_is_found_where_it_stands(wrong: dict[str, Any], code: str, place: str) -> None:
    faulty = found(wrong, properties=("known",))
    assert [(fault.code, fault.place) for fault in faulty] == [(code, place)]
    sentence = text(code, faulty[0].arguments) + advice(code, faulty[0].arguments)
    assert code in SENTENCES
    assert "?" not in sentence.replace("Did you mean", "").replace("”?", "”"), "a placeholder is not filled"


def test_an_unknown_field_is_a_warning_for_an_earlier_step_may_add_it() -> None:
    (fault,) = found(rule(sources=[{"field": "ticket"}]))
    assert fault.severity == "warning"


def test_all_faults_are_found_at_once() -> None:
    codes = [fault.code for fault in found(rule(), rule(target="X"), rule(target="", sources=[]))]
    assert codes == ["mapping-duplicate-target", "mapping-duplicate-target", "mapping-no-target", "mapping-no-sources"]
    assert [fault.code for fault in found()] == ["mapping-no-rules"]


def test_properties_that_are_not_known_yet_are_not_missed() -> None:
    assert found(rule(sources=[{"property": "anything"}])) == ()


def test_sources_beside_a_template_are_a_fault() -> None:
    codes = {fault.code for fault in found(rule(template="t"))}
    assert codes == {"mapping-sources-and-template"}


def test_every_code_of_the_mapper_has_a_sentence_and_every_sentence_its_code() -> None:
    folder = Path(mailflow_gui.mapping.__file__).parent
    used = {
        code
        for file in folder.rglob("*.py")
        for code in re.findall(r'"(mapping-[a-z-]+)"', file.read_text(encoding="utf-8"))
    }
    said = {code for code in SENTENCES if code.startswith("mapping-")}
    assert used == said
