"""Transformations of text: cutting, joining, case, searching and replacing."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping import patterns
from mailflow_gui.mapping.budget import charge
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import as_text, check_size

_SEPARATORS = re.compile(r"[\t\n\f\r :_+=\-　]+")
"""What parts words (AtlasMap's set, and the ideographic space); ours and linear."""

Position = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Text(Parameters):
    """A text to add or to look for."""

    text: Annotated[str, Field(title=N_("Text"))] = ""


class SubString(Parameters):
    """A part of a text by character positions from 0."""

    start: Annotated[Position, Field(title=N_("Start"))] = 0
    end: Annotated[Position | None, Field(title=N_("End (exclusive)"))] = None


class SubStringMatch(Parameters):
    """A part of a text beside a match."""

    match: Annotated[str, Field(title=N_("Match"))]
    start: Annotated[Position, Field(title=N_("Start"))] = 0
    end: Annotated[Position | None, Field(title=N_("End (exclusive)"))] = None


class Padding(Parameters):
    """How often to add which character."""

    character: Annotated[str, Field(title=N_("Character"), min_length=1, max_length=1)]
    count: Annotated[Count, Field(title=N_("Count"))]


class Repeat(Parameters):
    """How often to repeat."""

    count: Annotated[Count, Field(title=N_("Count"))]


class Replace(Parameters):
    """What to look for and what to put there."""

    find: Annotated[str, Field(title=N_("Find"))]
    with_: Annotated[str, Field(title=N_("With"), alias="with")] = ""
    pattern: Annotated[bool, Field(title=N_("Pattern"))] = False
    match_case: Annotated[bool, Field(title=N_("Match case"))] = True


class Extract(Parameters):
    """A pattern, and which of its groups to take."""

    pattern: Annotated[str, Field(title=N_("Pattern"), min_length=1)]
    group: Annotated[str, Field(title=N_("Group"))] = ""
    match_case: Annotated[bool, Field(title=N_("Match case"))] = True


class Label(Parameters):
    """The label of a line such as ``Order: 4711``."""

    label: Annotated[str, Field(title=N_("Label"), min_length=1)]


@transformation("append", N_("Append"), Text, takes_absent=True)
def append(value: str | None, parameters: Text, context: MappingContext) -> str:
    """The text with another one behind it; an absent text counts as empty."""
    return (value or "") + parameters.text


@transformation("prepend", N_("Prepend"), Text, takes_absent=True)
def prepend(value: str | None, parameters: Text, context: MappingContext) -> str:
    """The text with another one before it; an absent text counts as empty."""
    return parameters.text + (value or "")


@transformation("trim", N_("Trim"))
def trim(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text without white space at both ends."""
    return value.strip()


@transformation("trim-left", N_("Trim left"))
def trim_left(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text without white space at its start."""
    return value.lstrip()


@transformation("trim-right", N_("Trim right"))
def trim_right(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text without white space at its end."""
    return value.rstrip()


@transformation("uppercase", N_("Upper case"))
def uppercase(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text in capital letters."""
    return value.upper()


@transformation("lowercase", N_("Lower case"))
def lowercase(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text in small letters."""
    return value.lower()


@transformation("capitalize", N_("Capitalize"))
def capitalize(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text with its first letter as a capital; the others stay."""
    return value[:1].upper() + value[1:]


@transformation("camelize", N_("Camelize"), weight=15)
def camelize(value: str, parameters: Parameters, context: MappingContext) -> str:
    """``foo bar`` becomes ``fooBar``: separators go, the words behind them begin with a capital."""
    words = [word for word in _separated(value, "\0").split("\0") if word]
    return "".join(
        word[:1].lower() + word[1:] if not at else word[:1].upper() + word[1:] for at, word in enumerate(words)
    )


@transformation("separate-by-dash", N_("Separate by dash"), weight=15)
def separate_by_dash(value: str, parameters: Parameters, context: MappingContext) -> str:
    """Each run of white space, colons, underscores, plus, equals signs and dashes becomes one dash."""
    return _separated(value, "-")


@transformation("separate-by-underscore", N_("Separate by underscore"), weight=15)
def separate_by_underscore(value: str, parameters: Parameters, context: MappingContext) -> str:
    """Each run of white space, colons, underscores, plus, equals signs and dashes becomes one underscore."""
    return _separated(value, "_")


def _separated(value: str, separator: str) -> str:
    return _SEPARATORS.sub(separator, value)


@transformation("normalize", N_("Normalize white space"), weight=20)
def normalize(value: str, parameters: Parameters, context: MappingContext) -> str:
    """The text with each run of white space as one space, and none at its ends."""
    return " ".join(value.split())


@transformation("full-width-to-half", N_("Full-width to half-width"), weight=20)
def full_width_to_half(value: str, parameters: Parameters, context: MappingContext) -> str:
    """Ｆｕｌｌ-width letters and digits as ASCII, half-width katakana as full katakana (Unicode NFKC)."""
    check_size(len(value))
    return unicodedata.normalize("NFKC", value)


@transformation("replace-all", N_("Replace all"), Replace)
def replace_all(value: str, parameters: Replace, context: MappingContext) -> str:
    """The text with another one at each place that fits; an empty text to find changes nothing."""
    return _replaced(value, parameters, first=False)


@transformation("replace-first", N_("Replace first"), Replace)
def replace_first(value: str, parameters: Replace, context: MappingContext) -> str:
    """The text with another one at the first place that fits; an empty text to find changes nothing."""
    return _replaced(value, parameters, first=True)


def _replaced(value: str, parameters: Replace, first: bool) -> str:
    find, new = parameters.find, parameters.with_
    if not find:
        return value
    if parameters.pattern:
        pattern = patterns.compiled(find, parameters.match_case)
        return patterns.replaced(value, pattern, new, expand=True, first=first)
    if not parameters.match_case:
        return patterns.replaced(value, patterns.literal(find, match_case=False), new, expand=False, first=first)
    places = 1 if first else value.count(find)
    check_size(len(value) + places * max(0, len(new) - len(find)))
    return value.replace(find, new, 1 if first else -1)


@transformation("sub-string", N_("Substring"), SubString)
def sub_string(value: str, parameters: SubString, context: MappingContext) -> str:
    """The characters from ``start`` up to but not including ``end``; a text that is shorter gives what it has."""
    return value[parameters.start : parameters.end]


@transformation("sub-string-before", N_("Substring before"), SubStringMatch)
def sub_string_before(value: str, parameters: SubStringMatch, context: MappingContext) -> str:
    """What stands before the first match, of that ``start`` to ``end``; without a match the whole text."""
    at = value.find(parameters.match)
    return value if at < 0 else value[:at][parameters.start : parameters.end]


@transformation("sub-string-after", N_("Substring after"), SubStringMatch)
def sub_string_after(value: str, parameters: SubStringMatch, context: MappingContext) -> str:
    """What stands behind the first match, of that ``start`` to ``end``; without a match the whole text."""
    at = value.find(parameters.match)
    return value if at < 0 else value[at + len(parameters.match) :][parameters.start : parameters.end]


@transformation("pad-string-left", N_("Pad left"), Padding, takes_absent=True)
def pad_string_left(value: str | None, parameters: Padding, context: MappingContext) -> str:
    """The character ``count`` times before the text, however long that is (as AtlasMap does it)."""
    check_size(parameters.count + len(value or ""))
    return parameters.character * parameters.count + (value or "")


@transformation("pad-string-right", N_("Pad right"), Padding, takes_absent=True)
def pad_string_right(value: str | None, parameters: Padding, context: MappingContext) -> str:
    """The character ``count`` times behind the text, however long that is (as AtlasMap does it)."""
    check_size(parameters.count + len(value or ""))
    return (value or "") + parameters.character * parameters.count


@transformation("repeat", N_("Repeat"), Repeat)
def repeat(value: str, parameters: Repeat, context: MappingContext) -> str:
    """The text ``count`` times."""
    check_size(parameters.count * len(value))
    return value * parameters.count


@transformation("extract-pattern", N_("Extract by pattern"), Extract)
def extract_pattern(value: str, parameters: Extract, context: MappingContext) -> str | None:
    """The first place that fits: the named or numbered group, else the first that took part, else all of it; absent without a match."""
    pattern = patterns.compiled(parameters.pattern, parameters.match_case)
    match = next(pattern.matches(value), None)
    if match is None:
        return None
    if parameters.group:
        return match.groups[pattern.group_number(parameters.group)]
    return next(
        (group for group in match.groups[1:] if group is not None), match.groups[0] if not pattern.groups else None
    )


@transformation("extract-label", N_("Extract “label: value”"), Label, weight=10)
def extract_label(value: str, parameters: Label, context: MappingContext) -> str | None:
    """What stands behind the label and a colon (also ``：`` and ``【label】``); absent without such a line."""
    from mailflow_gui.mapping.extraction.labels import labelled  # it stands above this package

    charge(100 * value.count("\n"))
    return next((as_text(found) for found in labelled(value, (parameters.label,)).values()), None)
