"""Proposals for whatever arrives at a mapper: what it looks for already, what earlier steps put in, and the rivals."""

from __future__ import annotations

from email.message import EmailMessage

from pydantic import TypeAdapter

from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.mapping.by_example import Proposal, proposals, propose
from mailflow_gui.mapping.by_example.running import CONTEXT
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.fields import MappedFields, MessageFields
from mailflow_gui.mapping.mapping import compile_mapping

_EXTRACTION: TypeAdapter[Extraction] = TypeAdapter(Extraction)


def form(number: int, name: str, *, subject: str = "お問い合わせ", text: str = "") -> MailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "form@example.jp", "shop@example.org", subject
    mail.set_content(text or f"氏名：{name}\nメール：guest{number}@example.jp\n注文番号：A-{number}\n")
    return parse(mail.as_bytes())


def one(target: str, wanted: str, **given: object) -> Proposal:
    found = dict(proposals(wanted={target: wanted}, **given))[target]  # type: ignore[arg-type]
    assert found is not None
    return found


def test_what_the_mapper_looks_for_already_comes_first_and_is_not_asked_for_again() -> None:
    own = _EXTRACTION.validate_python({"kind": "pattern", "pattern": "注文番号：A-(?P<注文番号>[0-9]+)"})
    others = [MessageFields(form(number, f"客 {number}")) for number in (12, 13)]
    found = one("subject", "11", source=MessageFields(form(11, "佐藤")), others=others, extractions=[own])
    assert found.rule.sources[0].field == "extracted.注文番号"
    assert found.extractions == ()
    mapping = compile_mapping([found.rule], [own, *found.extractions])
    assert mapping.apply(MessageFields(form(14, "林")), CONTEXT)["subject"] == "14"


def test_two_proposals_ask_for_one_way_of_looking_between_them() -> None:
    found = propose(
        form(11, "佐藤"), {"to": "guest11@example.jp", "subject": "佐藤 様"}, [form(12, "林"), form(13, "森")]
    )
    assert {len(proposal.extractions) for proposal in found} == {1}
    assert len({proposal.extractions for proposal in found}) == 1


def test_behind_another_mapper_its_fields_are_read() -> None:
    def put_out(name: str) -> MappedFields:
        return MappedFields({"text": f"{name} has written.", "customer": name, "headers.X-Ticket": "T-1"}, ())

    others = [put_out("Lin"), put_out("Mori")]
    found = one("subject", "News from Sato", source=put_out("Sato"), others=others)
    assert found.rule.sources[0].field == "customer"
    assert [check.value for check in found.checks] == ["News from Lin", "News from Mori"]


def test_each_rival_brings_its_own_checks_and_what_it_needs_and_the_constant_is_among_them() -> None:
    example = form(11, "佐藤", subject="佐藤")
    (found,) = propose(example, {"text": "佐藤"}, [form(12, "林", subject="別件"), form(13, "森", subject="別件")])
    assert found.confidence != "certain"
    rivals = {str(rival.rule.sources[0].field): rival for rival in found.rivals if rival.rule.sources}
    assert found.rule.sources[0].field == "subject"
    assert found.extractions == ()
    assert [check.value for check in rivals["extracted.氏名"].checks] == ["林", "森"]
    assert [extraction.kind for extraction in rivals["extracted.氏名"].extractions] == ["labels"]
    assert rivals["None"].rule.sources[0].constant == "佐藤"
    assert found.rivals[-1] is rivals["None"]


def test_a_rule_that_fails_says_why() -> None:
    example, broken = form(11, "佐藤"), form(12, "林", text="注文番号はありません。")
    others = [form(13, "森"), form(14, "原"), form(15, "辻"), broken]
    (found,) = propose(example, {"subject": "A-11"}, others)
    assert [check.outcome for check in found.checks[:3]] == ["good"] * 3
    last = found.checks[3]
    assert last.outcome in {"failed", "empty"}
    assert bool(last.why) == (last.outcome == "failed")


def test_a_text_that_is_no_address_is_never_made_an_address() -> None:
    found = dict(proposals(MessageFields(form(11, "佐藤")), {"to": "nobody at all <", "cc": "a@example.org"}))
    assert found["to"] is None
    assert found["cc"] is not None


def test_a_mail_without_a_part_of_the_text_is_flagged() -> None:
    newsletter = form(15, "", text="Nothing of the kind.")
    others = [form(12, "林"), form(13, "森"), form(14, "原"), newsletter]
    (found,) = propose(form(11, "佐藤"), {"text": "佐藤 様\n\nありがとうございます。"}, others)
    assert [check.outcome for check in found.checks] == ["good", "good", "good", "unlike"]
    assert found.confidence != "certain"


def test_a_broken_file_in_a_further_mail_ends_nothing() -> None:
    def order(content: bytes) -> MailMessage:
        mail = EmailMessage()
        mail["From"], mail["Subject"] = "orders@example.org", "Order"
        mail.set_content("See the file.")
        mail.add_attachment(content, maintype="application", subtype="json", filename="order.json")
        return parse(mail.as_bytes())

    others = [order(b'{"number": "B-2"}'), order(b"{broken")]
    (found,) = propose(order(b'{"number": "A-1"}'), {"subject": "Order A-1"}, others)
    assert found.rule.sources[0].field == "extracted.json.number"
    assert [check.outcome for check in found.checks] == ["good", "failed"]
    assert found.checks[1].why
