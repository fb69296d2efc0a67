"""Transformations between text and HTML."""

from __future__ import annotations

import html

from mailflow_gui.language import N_
from mailflow_gui.mail.text import from_html
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import check_size


@transformation("html-to-text", N_("HTML to text"), weight=60)
def html_to_text(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text that a reader of the HTML sees."""
    check_size(len(value))
    return from_html(value)


@transformation("text-to-html", N_("Text to HTML"), weight=5)
def text_to_html(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text as HTML that looks alike: paragraphs and line breaks stay, and no character of it works as markup."""
    check_size(len(value))
    lines = value.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not lines:
        return ""
    paragraphs = [part.strip("\n") for part in lines.split("\n\n")]
    return "\n".join("<p>" + html.escape(part).replace("\n", "<br>\n") + "</p>" for part in paragraphs if part.strip())
