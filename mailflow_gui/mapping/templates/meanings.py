"""What each filter and each tag does, in a line for people who write templates: the texts that an editor shows, marked for translation."""

from __future__ import annotations

from mailflow_gui.language import N_

FILTERS: dict[str, str] = {
    "address": N_(
        "jane@example.com of Jane <jane@example.com>; of several mailboxes a list; what is no mailbox has none."
    ),
    "name": N_("Jane of Jane <jane@example.com>, empty where there is none; of several mailboxes a list."),
    "domain": N_("example.com of Jane <jane@example.com>, in small letters; of several mailboxes a list."),
    "current_date": N_("The day on which the mail arrived in the flow."),
    "current_time": N_("The time at which the mail arrived in the flow, as HH:MM:SS."),
    "current_date_time": N_("The moment at which the mail arrived in the flow, to the second."),
    "add_days": N_("The date some days later, or earlier; the time of day stays."),
    "add_seconds": N_("The date some seconds later, or earlier; a date without a time begins at midnight."),
    "day_of_week": N_("1 (Monday) to 7 (Sunday), as ISO 8601 counts."),
    "day_of_month": N_("1 to 31."),
    "day_of_year": N_("1 to 366."),
    "format_date": N_(
        "The date as text, in a time zone, by letters such as yyyy-MM-dd; with the Japanese calendar GGGGy年 is 令和7年."
    ),
    "to_zone": N_("The same moment as another time zone's clocks show it."),
    "file_extension": N_("What stands behind the last full stop; absent where there is none."),
    "remove_file_extension": N_("What stands before the last full stop, or all of it where there is none."),
    "keep_files": N_("The entries whose name fits one of the names; upper and lower case are alike."),
    "generate_uuid": N_("A UUID (version 4's form, RFC 9562) that depends on the item, the rule and the entry alone."),
    "concatenate": N_(
        "The entries as one text with the delimiter between them; absent entries are left out, an empty list is absent."
    ),
    "split": N_("The parts of the text between the delimiters; an empty delimiter splits at white space."),
    "item_at": N_(
        "The entry at a position from 0; of an empty list it is absent, behind the end of another it is an error."
    ),
    "format": N_("The template with the value, or the list's values, in its places; absent ones are empty."),
    "html_to_text": N_("The text that a reader of the HTML sees."),
    "text_to_html": N_(
        "The text as HTML that looks alike: paragraphs and line breaks stay, and no character of it works as markup."
    ),
    "add": N_("The sum of the numbers and number; without any number it is absent."),
    "subtract": N_("The first number less all others and number; without any number it is absent."),
    "multiply": N_("The product of the numbers and number; without any number it is absent."),
    "divide": N_("The first number divided by all others and number; without any number it is absent."),
    "average": N_("The mean of the numbers; without any number it is absent."),
    "minimum": N_("The smallest of the numbers; without any number it is absent."),
    "maximum": N_("The largest of the numbers; without any number it is absent."),
    "round": N_("The nearest whole number; halves go up, as in Java: 2.5 to 3, -2.5 to -2."),
    "ceiling": N_("The smallest whole number that isn't less."),
    "floor": N_("The largest whole number that isn't greater."),
    "absolute_value": N_("The number without its sign."),
    "append": N_("The text with another one behind it; an absent text counts as empty."),
    "prepend": N_("The text with another one before it; an absent text counts as empty."),
    "trim": N_("The text without white space at both ends."),
    "trim_left": N_("The text without white space at its start."),
    "trim_right": N_("The text without white space at its end."),
    "uppercase": N_("The text in capital letters."),
    "lowercase": N_("The text in small letters."),
    "capitalize": N_("The text with its first letter as a capital; the others stay."),
    "camelize": N_("foo bar becomes fooBar: separators go, the words behind them begin with a capital."),
    "separate_by_dash": N_(
        "Each run of white space, colons, underscores, plus, equals signs and dashes becomes one dash."
    ),
    "separate_by_underscore": N_(
        "Each run of white space, colons, underscores, plus, equals signs and dashes becomes one underscore."
    ),
    "normalize": N_("The text with each run of white space as one space, and none at its ends."),
    "full_width_to_half": N_(
        "Ｆｕｌｌ-width letters and digits as ASCII, half-width katakana as full katakana (Unicode NFKC)."
    ),
    "replace_all": N_("The text with another one at each place that fits; an empty text to find changes nothing."),
    "replace_first": N_(
        "The text with another one at the first place that fits; an empty text to find changes nothing."
    ),
    "sub_string": N_(
        "The characters from start up to but not including end; a text that is shorter gives what it has."
    ),
    "sub_string_before": N_(
        "What stands before the first match, of that start to end; without a match the whole text."
    ),
    "sub_string_after": N_("What stands behind the first match, of that start to end; without a match the whole text."),
    "pad_string_left": N_("The character count times before the text, however long that is (as AtlasMap does it)."),
    "pad_string_right": N_("The character count times behind the text, however long that is (as AtlasMap does it)."),
    "repeat": N_("The text count times."),
    "extract_pattern": N_(
        "The first place that fits: the named or numbered group, else the first that took part, else all of it; absent without a match."
    ),
    "extract_label": N_(
        "What stands behind the label and a colon (also ： and 【label】); absent without such a line."
    ),
    "contains": N_(
        "Whether the text is in it; for a list: whether an entry equals the text. An absent value contains nothing."
    ),
    "starts_with": N_("Whether it begins with the text; an absent value doesn't."),
    "ends_with": N_("Whether it ends with the text; an absent value doesn't."),
    "equals": N_("Whether it is this text; an absent value equals no text."),
    "is_null": N_("Whether there is no value; an empty text is one, an empty list isn't."),
    "index_of": N_("Where the text is first found, from 0; -1 when it isn't, or the value is absent."),
    "last_index_of": N_("Where the text is last found, from 0; -1 when it isn't, or the value is absent."),
    "length": N_("Characters of a text or entries of a list; -1 for an absent value."),
    "count": N_("Entries of a list; a single value is one, an absent one none."),
    "lookup_table": N_("What the table holds for the text; when it holds nothing, the default, or absent without one."),
    "strip_reply_prefix": N_(
        "The subject without the marks of replies and forwards at its start (also 返信, AW, Re[2], full-width colons)."
    ),
    "strip_quoted_text": N_(
        "What the writer added: without lines quoted by >, the lines that introduce them, and copies of older mails below."
    ),
    "quote_for_reply": N_("Each line with >  before it, already quoted ones with > (RFC 3676 4.5)."),
    "convert_mass_unit": N_("The same mass in another unit."),
    "convert_distance_unit": N_("The same length in another unit."),
    "convert_area_unit": N_("The same area in another unit."),
    "convert_volume_unit": N_("The same volume in another unit."),
    "default": N_("The value, or another one where it is blank."),
    "escape": N_('The text with & < > " written so that HTML shows them.'),
    "first": N_("The first entry of a list."),
    "last": N_("The last entry of a list."),
    "safe": N_("value marked as HTML that is written as it is."),
}
"""By the name of the filter; those of transformations say what the transformation's own description says."""

TAGS: dict[str, str] = {
    "if": N_("What follows is written only if a condition holds."),
    "elsif": N_("Else, if another condition holds."),
    "else": N_("In all other cases."),
    "endif": N_("The end of “if”."),
    "unless": N_("What follows is written only if a condition doesn't hold."),
    "endunless": N_("The end of “unless”."),
    "case": N_("Chooses by a value."),
    "when": N_("What is written for one value of “case”."),
    "endcase": N_("The end of “case”."),
    "for": N_("What follows is written for each entry of a list."),
    "endfor": N_("The end of “for”."),
    "break": N_("Leaves the loop."),
    "continue": N_("Goes on with the next entry of the loop."),
    "assign": N_("Keeps a value under a name of its own."),
    "capture": N_("Keeps what follows as a text under a name of its own."),
    "endcapture": N_("The end of “capture”."),
    "echo": N_("Writes a value, as {{ }} does."),
    "comment": N_("What follows is for readers of the template only."),
    "endcomment": N_("The end of “comment”."),
}
"""By the name of the tag, in the order in which they are explained."""
