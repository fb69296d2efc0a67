"""Sentences about the Data Mapper."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "mapping-no-rules": Sentence(
        N_("The Data Mapper has no mappings, so nothing but attachments comes out of it."),
        N_("Add a mapping for From, To, Subject and Text, or remove the node."),
    ),
    "mapping-no-target": Sentence(N_("A mapping has no target."), N_("Choose the field that it should fill.")),
    "mapping-bad-target": Sentence(
        N_("“{target}” can't be a target."),
        N_(
            "Use from, to, cc, bcc, reply_to, subject, text, html, attachments, headers.Name, or a name without spaces."
        ),
    ),
    "mapping-duplicate-target": Sentence(
        N_("Two mappings fill “{target}”."), N_("Keep one of them, or combine their sources in one mapping.")
    ),
    "mapping-no-sources": Sentence(
        N_("Nothing is mapped to “{target}”."), N_("Add a field, a constant or a flow property as its source.")
    ),
    "mapping-sources-and-template": Sentence(
        N_("The mapping to “{target}” has both sources and a template."), N_("Keep one of them.")
    ),
    "mapping-bad-source": Sentence(
        N_("A source must name exactly one of a field, a constant or a flow property."), N_("Keep one of them.")
    ),
    "mapping-no-field": Sentence(N_("A source or a condition names no field."), N_("Choose a field.")),
    "mapping-for-each-without-field": Sentence(
        N_("The mapping to “{target}” works on each entry of a list, but reads no field."),
        N_("Add the list as a source, or turn “For each entry” off."),
    ),
    "mapping-unknown-field": Sentence(
        N_("No mail has a field “{field}”; it stays empty unless an earlier step adds it."),
        N_("Check the spelling, or choose a field from the list."),
    ),
    "mapping-unknown-field-nearest": Sentence(
        N_("No mail has a field “{field}”; it stays empty unless an earlier step adds it."),
        N_("Did you mean “{nearest}”?"),
    ),
    "mapping-unknown-property": Sentence(
        N_("The flow has no property “{property}”."), N_("Add it to the flow's properties, or use a constant.")
    ),
    "mapping-template-unavailable": Sentence(
        N_("Templates are not available in this version."), N_("Use sources and transformations instead.")
    ),
    "mapping-cel-unavailable": Sentence(
        N_("Conditions written in CEL are not available in this version."),
        N_("Use a condition made of fields and operators instead."),
    ),
    "mapping-value-missing": Sentence(
        N_("The condition on “{field}” has nothing to compare with."), N_("Type a value, or choose “empty”.")
    ),
    "mapping-bad-value": Sentence(
        N_("The condition on “{field}” can't compare with “{value}”."),
        N_("Use a number, a date, or a list, as the operator asks for."),
    ),
    "mapping-not-a-number": Sentence(
        N_("The mapping to “{target}” failed: “{value}” is not a number."),
        N_("Check the field that the mapping reads, or take the number out of it first."),
    ),
    "mapping-number-too-large": Sentence(
        N_("The mapping to “{target}” failed: a number became too large to calculate with."),
        N_("Check the mapping's calculation."),
    ),
    "mapping-not-a-whole-number": Sentence(
        N_("The mapping to “{target}” failed: “{value}” is not a whole number."), N_("Round it first, or use %s or %f.")
    ),
    "mapping-division-by-zero": Sentence(
        N_("The mapping to “{target}” failed: a number can't be divided by zero."),
        N_("Add a condition to the mapping."),
    ),
    "mapping-not-a-date": Sentence(
        N_("The mapping to “{target}” failed: “{value}” is not a date."),
        N_("Check the field that the mapping reads; a date looks like 2025-03-14."),
    ),
    "mapping-date-out-of-range": Sentence(
        N_(
            "The mapping to “{target}” failed: a date became later or earlier than the calendar reaches (years 1 to 9999)."
        ),
        N_("Add fewer days or seconds."),
    ),
    "mapping-bad-date-format": Sentence(
        N_("“{format}” is not a date format."),
        N_("Use letters such as yyyy-MM-dd HH:mm, and quotes around plain letters."),
    ),
    "mapping-bad-zone": Sentence(
        N_("“{zone}” is not a time zone."), N_("Use a name such as Asia/Tokyo, Europe/Berlin or UTC.")
    ),
    "mapping-bad-pattern": Sentence(
        N_("“{pattern}” is not a pattern: {reason}."),
        N_("Correct it, or turn “Pattern” off to look for the text itself."),
    ),
    "mapping-pattern-too-slow": Sentence(
        N_("The mapping to “{target}” failed: a pattern took too long on this mail."),
        N_("Make the pattern simpler, or shorten the text first."),
    ),
    "mapping-no-such-group": Sentence(
        N_("The pattern has no group “{group}”."),
        N_("Use $1 for the first pair of brackets, and $$ for a dollar sign."),
    ),
    "mapping-bad-template": Sentence(
        N_("“{template}” is not a format."),
        N_("Use %s for a text, %d for a whole number, %.2f for a number, %% for a percent sign."),
    ),
    "mapping-list-too-short": Sentence(
        N_("The mapping to “{target}” failed: the list has {count} entries, so there is none at {index}."),
        N_("The first entry is at 0. Choose a smaller number, or add a condition."),
    ),
    "mapping-text-too-large": Sentence(
        N_("The mapping to “{target}” failed: a text became larger than {limit} characters."),
        N_("Shorten the text before it is repeated or replaced."),
    ),
    "mapping-list-too-long": Sentence(
        N_("The mapping to “{target}” failed: a list became longer than {limit} entries."),
        N_("Split a shorter text, or at another delimiter."),
    ),
    "mapping-not-an-attachment": Sentence(
        N_("The mapping to “{target}” failed: “{value}” is not a file, so it can't be attached."),
        N_("Map attachments to attachments."),
    ),
    "mapping-bad-header": Sentence(
        N_("The mapping to “{target}” failed: “{value}” is not a header line."),
        N_("Write it as Name: value, or map to headers.Name."),
    ),
}
