from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping import budget
from mailflow_gui.mapping.fields import MessageFields
from mailflow_gui.mapping.templates import compile_template, filter_descriptions
from mailflow_gui.mapping.templates.filters import filters
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, MappingContext
from tests.mapping.messages import enquiry

CONTEXT = MappingContext({"prefix": "SUP-"}, clock=datetime(2025, 3, 14, tzinfo=UTC), seed=1)


def render(text: str, html: bool = False) -> str:
    budget.begin()
    return compile_template(text, html).render(MessageFields(enquiry()), CONTEXT)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hi {{ from.name }}!", "Hi 山田 花子!"),
        ("{{ from }}", "山田 花子 <hanako.yamada@example.jp>"),
        ("{{ to.size }} {{ to[1].name }} {{ to.last.domain }}", "2 Doe, Jane example.org"),
        ("{% for a in to %}{{ a.address }}{% unless forloop.last %};{% endunless %}{% endfor %}",
         "support@example.com;jane@example.org"),
        ("{% for f in attachments %}{{ f.name }}:{{ f.size }} {% endfor %}", "offer.pdf:24 logo.png:7 "),
        ("{{ headers.X-Ticket }}{{ properties.prefix }}", "20417SUP-"),
        ("{{ date | format_date: 'yyyy/MM/dd' }} {{ date | date: format: 'HH:mm' }}", "2025/03/14 09:41"),
        ("{{ subject | strip_reply_prefix | append: '!' }}", "お問い合わせの件!"),
        ("{{ nothing | default: 'none' }}{{ nothing }}", "none"),
        ("{% if cc == empty %}a{% else %}b{% endif %}{% if subject contains '件' %}c{% endif %}", "bc"),
        ("{% assign n = 2 | times: 3 %}{{ n | plus: 1 }}", "7"),
        ("{{ 'a' | lookup_table: 'a', 'x', 'b', 'y' }}{{ 'z' | lookup_table: 'a', 'x', default: '?' }}", "x?"),
        ("{{ '<b>' }}", "<b>"),
    ],
)  # fmt: skip
def test_a_template_reads_fields_and_runs_filters(template: str, expected: str) -> None:
    assert render(template) == expected


def test_values_in_an_html_template_are_escaped_unless_they_are_safe() -> None:
    assert render("<p>{{ from }}</p>{{ '<i>' | safe }}", html=True) == (
        "<p>山田 花子 &lt;hanako.yamada@example.jp&gt;</p><i>"
    )
    assert render("{{ from | text_to_html }}", html=True) == "<p>山田 花子 &lt;hanako.yamada@example.jp&gt;</p>"
    assert render("{{ '<' | escape }}", html=True) == render("{{ '<' | escape }}") == "&lt;"
    assert render("{{ '<b>' | upcase }}", html=True) == "&lt;B&gt;"
    assert render("{% capture x %}{{ to[1] }}{% endcapture %}{{ x }}", html=True) == (
        "&quot;Doe, Jane&quot; &lt;jane@example.org&gt;"
    )
    assert render("{{ from | append: '<' }}", html=True).endswith("&gt;&lt;")


def test_a_template_has_no_clock_and_no_files() -> None:
    assert render("{{ now }}{{ today }}") == ""
    for template in ("{% include 'a' %}", "{% render 'a' %}"):
        with pytest.raises(MappingError) as raised:
            render(template)
        assert raised.value.code == "mapping-template-syntax"


@pytest.mark.parametrize(
    ("template", "code", "line"),
    [
        ("a\n{{ subject | nope }}", "mapping-template-syntax", 2),
        ("{% if %}", "mapping-template-syntax", 1),
        ("{{ subject", "mapping-template-syntax", 1),
        ("{% for %}", "mapping-template-syntax", 1),
        ("\n\n{% endif %}", "mapping-template-syntax", 3),
        ("{{ " + "a[" * 5000 + "1" + "]" * 5000 + " }}", "mapping-template-syntax", 1),
    ],
)
def test_a_template_that_cannot_be_read_says_where(template: str, code: str, line: int) -> None:
    with pytest.raises(MappingError) as raised:
        compile_template(template)
    assert (raised.value.code, raised.value.arguments["line"]) == (code, line)
    assert str(line) in raised.value.text


def test_a_filter_with_wrong_parameters_names_the_right_ones() -> None:
    for template in ("{{ subject | repeat: 'x' }}", "{{ subject | trim: 1, 2, 3 }}", "{{ 'a' | replace: wiht: 'b' }}"):
        with pytest.raises(MappingError) as raised:
            render(template)
        assert raised.value.code == "mapping-template-arguments"
    with pytest.raises(MappingError) as raised:
        render("{{ subject | plus: 1 }}")
    assert raised.value.code == "mapping-not-a-number"


def test_the_fields_that_a_template_reads_are_known() -> None:
    text = "{% assign own = 1 %}{{ own }}{{ from.name }}{% for a in to %}{{ a.address }}{{ cc[0].name }}{% endfor %}"
    assert set(compile_template(text).fields()) == {"from.name", "to", "cc"}


def test_every_transformation_is_a_filter_and_every_filter_is_described() -> None:
    names = {description.name for description in filter_descriptions()}
    assert names == set(filters())
    assert {name.replace("-", "_") for name in TRANSFORMATIONS} <= names
    assert all(description.text.endswith(".") for description in filter_descriptions())
