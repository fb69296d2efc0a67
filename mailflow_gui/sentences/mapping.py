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
    "mapping-orphan-field": Sentence(
        N_("Nothing extracts “{field}” any more, so the mapping that reads it would stay empty."),
        N_("Add the extraction again, or choose another field."),
    ),
    "mapping-extraction-of-extracted": Sentence(
        N_("An extraction can't look into extracted fields."), N_("Let it look into a field of the mail itself.")
    ),
    "mapping-extraction-without-groups": Sentence(
        N_("The pattern of an extraction has no named group, so it gives no field."),
        N_("Write (?P<name>…) around what should become a field."),
    ),
    "mapping-extraction-same-field": Sentence(
        N_("An extraction before this one finds “{field}”, too: that one's value counts."),
        N_("Give one of them a name, or take the field away from one."),
    ),
    "mapping-extraction-not-json": Sentence(
        N_("The mapping to “{target}” failed: the file “{file}” is not JSON."),
        N_("Look at the file; the mail's sender may have to correct it."),
    ),
    "mapping-extraction-not-csv": Sentence(
        N_("The mapping to “{target}” failed: the file “{file}” can't be read as CSV."),
        N_("Look at the file; set the extraction's delimiter and character set."),
    ),
    "mapping-extraction-too-large": Sentence(
        N_("The mapping to “{target}” failed: the file “{file}” holds too much to become fields."),
        N_("Ask for a smaller file."),
    ),
    "mapping-template-syntax": Sentence(
        N_("The template can't be read in line {line}: {reason}."),
        N_("Correct that line. Fields stand in {{{{ }}}}, conditions and loops in {{% %}}."),
    ),
    "mapping-template-arguments": Sentence(
        N_("The template's filter “{filter}” can't work with what follows it."), N_("Its parameters are: {parameters}.")
    ),
    "mapping-template-too-large": Sentence(
        N_("The mapping to “{target}” failed: its template writes or repeats far too much (line {line})."),
        N_("Let its loops run less often, or shorten the texts first."),
    ),
    "mapping-template-too-deep": Sentence(
        N_("The template has too many parts inside each other."), N_("Put fewer conditions and loops into each other.")
    ),
    "mapping-template-too-long": Sentence(
        N_("The template is longer than {limit} characters."), N_("Shorten it, or divide it into several mappings.")
    ),
    "mapping-cel-syntax": Sentence(
        N_("The CEL expression can't be read at character {column}."),
        N_('Correct it there. Texts stand in quotes, fields by their names: subject.contains("order").'),
    ),
    "mapping-cel-too-large": Sentence(
        N_(
            "The CEL expression is too long or too deep (at most {limit} characters and 13 brackets within each other)."
        ),
        N_("Make it simpler."),
    ),
    "mapping-cel-macro": Sentence(
        N_("“{name}” is a macro of CEL; macros can't be used here."),
        N_("Compare fields directly, or use a condition made of fields and operators."),
    ),
    "mapping-cel-unknown-function": Sentence(
        N_("CEL has no function “{name}” here."),
        N_("Use contains, startsWith, endsWith, matches, equals, isBlank, size, int, double, string or timestamp."),
    ),
    "mapping-cel-not-boolean": Sentence(
        N_("The CEL expression of “{target}” gives neither true nor false."), N_("Compare its value with something.")
    ),
    "mapping-cel-failed": Sentence(
        N_("The CEL condition of “{target}” failed: {reason}."),
        N_("Check the types that it compares; the field may be absent in this mail."),
    ),
    "mapping-cel-too-much": Sentence(
        N_("The CEL condition of “{target}” reads more than {limit} characters."), N_("Let it read smaller fields.")
    ),
    "mapping-too-much-work": Sentence(
        N_("The mapping to “{target}” was stopped: it is too much work for this mail."),
        N_("Shorten its text or its list first, or use fewer steps."),
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
