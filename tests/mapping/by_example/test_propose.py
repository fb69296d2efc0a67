"""Forty and more pairs of a mail that came and the mail that was wanted, each with mails of its kind that are never shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.mapping.by_example import Proposal, propose
from mailflow_gui.mapping.by_example.checking import same
from mailflow_gui.mapping.by_example.running import CONTEXT
from mailflow_gui.mapping.fields import MessageFields
from mailflow_gui.mapping.mapping import compile_mapping

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.json"))
SHOWN = 4
"""The first mail is the example, the next three are tried, the rest judge."""


def filled(template: str, row: Mapping[str, str]) -> str:
    for key, value in row.items():
        template = template.replace("{" + key + "}", value)
    return template


def message(described: Mapping[str, Any], row: Mapping[str, str]) -> MailMessage:
    mail = EmailMessage()
    for name, value in described.items():
        if name not in ("text", "html", "attachments"):
            mail[name] = filled(value, row)
    if "date" not in described:
        mail["Date"] = "Fri, 14 Mar 2025 09:41:07 +0900"
    if "text" in described:
        mail.set_content(filled(described["text"], row))
    if "html" in described:
        mail.set_content(filled(described["html"], row), subtype="html")
    for file, kind, content in described.get("attachments", ()):
        main, _slash, sub = kind.partition("/")
        mail.add_attachment(
            filled(content, row).encode("utf-8"), maintype=main, subtype=sub, filename=filled(file, row)
        )
    return parse(mail.as_bytes())


def wanted_of(example: Mapping[str, Any], row: Mapping[str, str]) -> dict[str, str | list[str]]:
    return {
        target: [filled(one, row) for one in text] if isinstance(text, list) else filled(text, row)
        for target, text in example["wanted"].items()
    }


def outcome(path: Path, first: int = 0) -> dict[str, tuple[bool, Proposal | None]]:
    """For each wanted target: whether the proposal makes what is wanted of the mails that it hasn't seen.

    :param first: which of the mails is the example.
    """
    example = json.loads(path.read_text(encoding="utf-8"))
    example["rows"] = example["rows"][first:] + example["rows"][:first]
    mails = [message(example["mail"], row) for row in example["rows"]]
    proposals = propose(mails[0], wanted_of(example, example["rows"][0]), mails[1:SHOWN])
    by_target = {one.target: one for one in proposals}
    found: dict[str, tuple[bool, Proposal | None]] = {}
    for target in example["wanted"]:
        proposal = by_target.get(target)
        right = proposal is not None
        for mail, row in zip(mails[SHOWN:], example["rows"][SHOWN:], strict=True):
            if proposal is not None:
                mapping = compile_mapping([proposal.rule], proposal.extractions)
                value = mapping.apply(MessageFields(mail), CONTEXT).get(target)
                right = right and same(target, value, wanted_of(example, row)[target])
        found[target] = (right, proposal)
    return found


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, tuple[bool, Proposal | None]]]:
    return {path.stem: outcome(path) for path in EXAMPLES}


def test_most_examples_lead_to_a_mapping_that_is_right_for_mails_it_has_not_seen(
    outcomes: dict[str, dict[str, tuple[bool, Proposal | None]]],
) -> None:
    wrong = {name: [t for t, (right, _) in found.items() if not right] for name, found in outcomes.items()}
    wrong = {name: targets for name, targets in wrong.items() if targets}
    assert len(EXAMPLES) >= 30
    assert len(EXAMPLES) - len(wrong) >= 0.8 * len(EXAMPLES), wrong


@pytest.mark.parametrize("first", range(5))
def test_nothing_wrong_is_ever_called_certain_whichever_mail_is_the_example(first: int) -> None:
    liars = [
        (path.stem, target, proposal.rule)
        for path in EXAMPLES
        for target, (right, proposal) in outcome(path, first).items()
        if proposal is not None and not right and proposal.confidence == "certain"
    ]
    assert liars == []


def test_all_degrees_of_confidence_are_used(outcomes: dict[str, dict[str, tuple[bool, Proposal | None]]]) -> None:
    counts = Counter(p.confidence for found in outcomes.values() for _, p in found.values() if p is not None)
    assert counts.keys() == {"certain", "likely", "guess"}
