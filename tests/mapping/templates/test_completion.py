from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.mapping.templates import compile_template, filter_descriptions
from mailflow_gui.mapping.templates.compiled import fault_of
from mailflow_gui.mapping.templates.completion import TAGS, Completion, Offered, complete, filter_at
from mailflow_gui.mapping.templates.filters import filters
from mailflow_gui.mapping.templates.meanings import FILTERS
from mailflow_gui.mapping.templates.names import written
from mailflow_gui.mapping.transformations import TRANSFORMATIONS

FIELDS = [
    Offered("subject", "件名", "見積のお願い"),
    Offered("from", "差出人"),
    Offered("from.name", "差出人 › 名前"),
    Offered("to", "宛先"),
    Offered("to.name", "宛先 › 名前"),
    Offered("extracted.注文番号", "注文番号", "4711"),
    Offered("extracted.Order No"),
    Offered("headers.X-Ticket"),
]


def at(marked: str) -> tuple[str, Completion | None]:
    """The text without its mark, and what is offered at the mark."""
    cursor, text = marked.index("¦"), marked.replace("¦", "")
    return text, complete(text, cursor, FIELDS)


def names(marked: str) -> list[str]:
    found = at(marked)[1]
    return [] if found is None else [one.name for one in found.choices]


def taken(marked: str, name: str) -> str:
    text, found = at(marked)
    assert found is not None
    after, cursor = found.applied(text, next(one for one in found.choices if one.name == name))
    return f"{after[:cursor]}¦{after[cursor:]}"


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("Re: {{¦", "subject", "Re: {{ subject¦ }}"),
        ("{{ su¦ }}", "subject", "{{ subject¦ }}"),
        ("{{ 件¦", "subject", "{{ subject¦ }}"),
        ("{{ extracted.注¦ }} x", "extracted.注文番号", "{{ extracted.注文番号¦ }} x"),
        ("{{ Or¦", "extracted.Order No", '{{ extracted["Order No"]¦ }}'),
        ("{{- na¦", "from.name", "{{- from.name¦ }}"),
        ("{{ subject |¦ }}", "append", "{{ subject | append: '¦' }}"),
        ("{{ subject | up¦", "upcase", "{{ subject | upcase¦ }}"),
        ("{{ subject | default: ex¦ }}", "extracted.注文番号", "{{ subject | default: extracted.注文番号¦ }}"),
        ("{%¦", "if", "{% if ¦ %}{% endif %}"),
        ("{% com¦", "comment", "{% comment %}¦{% endcomment %}"),
        ("{% i¦ %}x{% endif %}", "if", "{% if ¦ %}x{% endif %}"),
        ("{% if su¦", "subject", "{% if subject¦ %}"),
        ("{% if a %}b{%¦", "endif", "{% if a %}b{% endif %}¦"),
        ("{% assign n = ¦", "to.name", "{% assign n = to.name¦ %}"),
    ],
)
def test_a_choice_is_written_with_all_that_belongs_to_it(before: str, name: str, after: str) -> None:
    assert taken(before, name) == after


@pytest.mark.parametrize(
    "text",
    [
        "plain ¦", "{{ subject }} ¦", "{{ subject ¦ }}", "{{ subject | append: 'su¦' }}", "{% if subject ¦ %}",
        "{% for x ¦ %}", "{% capture su¦", "{% comment %}{{ su¦", "{% # su¦ %}", "{{ nothing-like-it¦ }}",
    ],
)  # fmt: skip
def test_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert at(text)[1] is None


def test_what_goes_on_with_an_open_block_comes_first() -> None:
    assert names("{% if a %}{%¦")[:3] == ["elsif", "else", "endif"]
    assert names("{% for x in to %}{% if x %}{% endif %}{%¦")[:3] == ["break", "continue", "endfor"]
    assert "endif" not in names("{%¦")
    assert "else" not in names("{%¦")


def test_names_of_the_template_and_the_parts_of_a_loops_entries_are_offered() -> None:
    found = names("{% assign greeting = 'x' %}{% for one in to %}{{ ¦")
    assert found[:3] == ["one", "one.name", "greeting"]
    assert names("{% for one in to %}{{ one.¦") == ["one.name"]


def test_the_list_shows_itself_only_where_a_place_was_just_opened() -> None:
    opened = [at(one)[1] for one in ("{{¦", "{{ ¦", "{{ a |¦", "{%¦", "{% if ¦ %}")]
    assert all(one is not None and one.fresh for one in opened)
    later = [at(one)[1] for one in ("{{ s¦", "{{ a | append: ¦ }}", "{% if a == ¦ %}")]
    assert all(one is not None and not one.fresh for one in later)


def test_the_filter_whose_parameters_are_written_is_known() -> None:
    found = filter_at("{{ subject | replace_all: 'a|b', ", 33)
    assert found is not None
    assert found.name == "replace_all"
    assert found.call.startswith("replace_all: find, [with]")
    assert filter_at("{{ subject | trim }} x", 22) is None


def test_every_filter_and_tag_has_its_meaning() -> None:
    assert {one.name for one in filter_descriptions()} == set(filters())
    assert set(FILTERS) == {name.replace("-", "_") for name in TRANSFORMATIONS} | {
        "default", "escape", "first", "last", "safe",
    }  # fmt: skip
    for name, transformation in TRANSFORMATIONS.items():
        text = inspect.getdoc(transformation.function) or ""
        assert FILTERS[name.replace("-", "_")] == text.replace("`", "")
    assert "endcapture" in TAGS


@given(st.text(max_size=30))
def test_a_written_name_is_read_as_the_same_field(name: str) -> None:
    text = written(f"extracted.{name}")
    if text and name.rpartition(".")[2] not in ("size", "first", "last"):
        assert compile_template(f"{{{{ {text} }}}}").fields() == (f"extracted.{name}",)


@pytest.mark.parametrize(
    "word", ["true", "false", "nil", "empty", "blank", "and", "or", "not", "contains", "in", "if", "for"]
)
def test_words_of_the_language_can_be_names_of_fields(word: str) -> None:
    for name in (f"extracted.{word}", f"extracted.{word}.x", word):
        assert compile_template(f"{{{{ {written(name)} | upcase }}}}").fields() == (name,)


def test_every_field_of_a_mail_can_be_written() -> None:
    assert all(compile_template(f"{{{{ {written(one.name)} }}}}").fields() for one in MESSAGE_FIELDS)
    assert written("headers.X-Ticket") == "headers.X-Ticket"
    assert written("headers.\"'") == ""


@given(st.text(alphabet="{}%|'\" asuif:.=x\n-#", max_size=40), st.integers(0, 40))
def test_nothing_typed_makes_it_fall_over(text: str, cursor: int) -> None:
    found = complete(text, min(cursor, len(text)), FIELDS)
    if found is not None:
        for one in found.choices:
            after, place = found.applied(text, one)
            assert 0 <= place <= len(after)
    place_of_fault = fault_of(text)
    assert place_of_fault is None or 0 <= place_of_fault[0] <= place_of_fault[1] <= len(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a\nb {{ subject | nix }} c", "nix"),
        ("a\nb {{ subject | }} c", "{{ subject | }}"),
        ("x\n{{ a }}{% if subject %}x", "{% if subject %}"),
        ("a\n{% if a == %}{% endif %}", "{% if a == %}"),
        ("a\n{{ subject", "{{ subject"),
        ("a\n{% wenn x %}", "wenn"),
    ],
)
def test_a_fault_is_found_at_its_place_and_told_with_its_line(text: str, wrong: str) -> None:
    span = fault_of(text)
    assert span is not None
    assert text[slice(*span)] == wrong
    with pytest.raises(MappingError) as raised:
        compile_template(text)
    assert raised.value.arguments["line"] == 2


def test_a_template_that_can_be_read_has_no_fault() -> None:
    assert fault_of("{{ subject | trim }}") is None


def test_what_editors_need_is_known_without_the_engine() -> None:
    code = (
        "import sys; import mailflow_gui.mapping.templates.completion, mailflow_gui.mapping.cel_reading;"
        "from mailflow_gui.mapping import templates; assert 'liquid' not in sys.modules and 'celpy' not in sys.modules;"
        "templates.compile_template('x'); assert 'liquid' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
