"""Random and mutated mails through parsing, mapping and composing, drawn by hypothesis.

A mail is put together at random or taken from the collection in ``tests/eml``, then mutated: bytes changed, cut, doubled, moved, pieces of
syntax put in. It goes through one of many random flows, whose rules map any field, through any transformations that need no parameters, to
any target, in all four modes of sending. Nothing may raise what isn't a :class:`MailFlowError`, nothing may take a second of processor
time, and the header of what comes out holds the fields that it should and no others, whatever was mapped into it.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mailflow_gui import nodes
from mailflow_gui.cli.read import described
from mailflow_gui.engine.compiled import CompiledFlow, compile_flow
from mailflow_gui.engine.preview import preview
from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.mail.parse import parse
from mailflow_gui.mapping.fields import FIELD_NAMES
from mailflow_gui.mapping.transformations import TRANSFORMATIONS
from tests.benchmarks.mails import mail as mixed_mail
from tests.stress import figures
from tests.stress.figures import Figure

MAILS = 20_000
SLOW = 1.0
"""Seconds of processor time."""
FLOWS = 300
NOW = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
COLLECTION = Path(__file__).resolve().parent.parent / "eml"

ALLOWED = frozenset(
    {
        *("date", "from", "sender", "reply-to", "to", "cc", "subject", "message-id", "in-reply-to", "references"),
        *("auto-submitted", "x-mailflow-loop", "mime-version", "content-type", "content-transfer-encoding"),
        *("x-ticket", "x-copy"),
    }
)
"""The fields that a composed header may hold here; each once."""

NAMES = (
    b"From",
    b"To",
    b"Cc",
    b"Bcc",
    b"Reply-To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"References",
    b"In-Reply-To",
    b"Content-Type",
    b"Content-Transfer-Encoding",
    b"Content-Disposition",
    b"X-Anything",
    b"Received",
)
VALUES = (b"a@example.org", b"text/html", b"multipart/mixed; boundary=b", b"=?utf-8?b?5bGx55Sw?=", b"base64")
PIECES = (
    *(b"\r\n", b"\n", b"\r", b"\0", b"\r\n\r\n", b"\r\nBcc: evil@example.org\r\n", b"\nBcc: evil@example.org\n", b"\r.\r\n", b"\r\n.\r\n"),
    *(b"=?utf-8?b?", b"?=", b"=?utf-8?q?a=0D=0ABcc:_evil@example.org?=", b"=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=", b"=?x?x?x?="),
    *(b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\x1b$B", b"\x1b(B", b"\xff\xfe", b"\xed\xa0\x80", b"\x0b", b"\x0c", b"\x7f"),
    *(b"(", b")", b'"', b"\\", b"<", b">", b",", b";", b":", b"@", b"=", b"--", b"%00", b"{}", b"%s", b"../", b"\xe2\x80\xae"),
    *(b"boundary=", b"charset=utf-7", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", b"C: base64\r\n"),
    *(b"--b--", b"begin 644 x\r\n", b"<html><table>" * 3, b"&#x0d;&#10;", b"Subject: again\r\n", b"From: a@b, c@d\r\n", b"To:" + b" x" * 9),
)  # fmt: skip


@dataclass
class Tally:
    """What all mails together have shown."""

    mails: int = 0
    composed: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    """Told errors, by code: a mail may well fail, with a reason."""
    raised: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    slowest: float = 0.0


def collection() -> list[bytes]:
    """The mails to begin with."""
    kept = [path.read_bytes() for path in sorted(COLLECTION.rglob("*.eml"))]
    return [raw for raw in kept if len(raw) < 20_000] + [mixed_mail(number) for number in (0, 1, 2)]


def flows(count: int = FLOWS, seed: int = 0) -> list[CompiledFlow]:
    """Flows with random rules; those that ``check`` refuses are left out."""
    chance = random.Random(seed)
    made: list[CompiledFlow] = []
    while len(made) < count:
        try:
            made.append(
                compile_flow(flow_file.loads(json.dumps(_document(chance)), "mails"), nodes.load(), {}, offline=True)
            )
        except FlowFileError:
            continue
    return made


def _document(chance: random.Random) -> dict[str, Any]:
    targets = [
        "to",
        "subject",
        "text",
        "html",
        "cc",
        "reply_to",
        "from",
        "bcc",
        "attachments",
        "headers.X-Ticket",
        "headers.X-Copy",
    ]
    chosen = ["to", *chance.sample(targets[1:], chance.randint(1, 6))]
    rules = [_rule(chance, target) for target in chosen]
    send = {
        "connection": "out",
        "from": "Bot <bot@example.com>",
        "to": "sales@example.com",
        "mode": chance.choice(["new", "new", "new", "reply", "reply-all", "forward"]),
        "charset": chance.choice(["utf-8", "utf-8", "iso-2022-jp"]),
        "answer_automatic": True,
    }
    return {
        "mailflow": 1,
        "name": "mails",
        "connections": [
            {"id": "in", "name": "In", "protocol": "imap", "host": "127.0.0.1"},
            {"id": "out", "name": "Out", "protocol": "smtp", "host": "127.0.0.1"},
        ],
        "nodes": [
            {"id": "receive", "type": "receive-email", "settings": {"connection": "in"}},
            {"id": "map", "type": "data-mapper", "settings": {"rules": rules}},
            {"id": "send", "type": "send-email", "settings": send},
        ],
        "edges": [
            {"from": ["receive", "message"], "to": ["map", "message"]},
            {"from": ["map", "email"], "to": ["send", "email"]},
        ],
    }


def _rule(chance: random.Random, target: str) -> dict[str, Any]:
    if target == "to" and chance.random() < 0.6:
        return {"target": "to", "sources": [{"constant": ["one@example.com", "two@example.com"]}]}
    if target == "attachments":
        return {"target": target, "sources": [{"field": chance.choice(["attachments", "raw"])}]}
    names = [*FIELD_NAMES, "headers.X-Anything", "headers.Subject", "headers.Received"]
    close = [name for name in names if name.partition(".")[0] == target]
    fields = (
        chance.sample(names, chance.randint(1, 2)) if chance.random() < 0.6 or not close else [chance.choice(close)]
    )
    steps = [{"name": chance.choice(_FREE)} for _ in range(chance.choice((0, 0, 0, 1, 1, 2)))]
    return {"target": target, "sources": [{"field": name} for name in fields], "transformations": steps}


def _without_parameters() -> list[str]:
    found = []
    for name, transformation in TRANSFORMATIONS.items():
        required = {key for key, each in transformation.parameters.model_fields.items() if each.is_required()}
        if required <= {"name"}:
            found.append(name)
    return found


_FREE = _without_parameters()


def mutated(raw: bytes, changes: list[tuple[str, float, int, bytes]]) -> bytes:
    """A mail after some changes: what, where (a part of its length), how much, and which bytes."""
    work = bytearray(raw)
    for what, where, length, piece in changes:
        at = int(where * len(work))
        if what == "insert":
            work[at:at] = piece
        elif what == "replace":
            work[at : at + length] = piece
        elif what == "double":
            work[at:at] = work[at : at + length * 20] * 3
        elif what == "swap":
            work = work[at:] + work[:at]
        elif what == "head":  # into a header field's value
            ends = [found.start() for found in re.finditer(rb"\r\n(?! )", bytes(work[:4000]))] or [0]
            place = ends[int(where * (len(ends) - 1))]
            work[place:place] = piece * max(1, length)
        elif what == "flip" and work:
            work[min(at, len(work) - 1)] ^= length or 1
    return bytes(work[:200_000])


def drawn() -> st.SearchStrategy[bytes]:
    """Mails."""
    piece = st.one_of(
        st.sampled_from(PIECES),
        st.binary(max_size=12),
        st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
    kinds = st.sampled_from(["insert", "replace", "double", "swap", "head", "head", "head", "flip"])
    change = st.tuples(kinds, st.floats(0, 1), st.integers(0, 40), piece)
    changed = st.builds(mutated, st.sampled_from(collection()), st.lists(change, max_size=8))
    value = st.one_of(piece, st.sampled_from(VALUES))
    lines = st.lists(st.tuples(st.sampled_from(NAMES), st.lists(value, max_size=6)), max_size=12)
    made = st.builds(
        lambda fields, body: b"".join(name + b": " + b"".join(values) + b"\r\n" for name, values in fields) + b"\r\n" + b"".join(body),
        lines,
        st.lists(piece, max_size=12),
    )  # fmt: skip
    return st.one_of(changed, changed, made, st.binary(max_size=300))


def through(raw: bytes, flow: CompiledFlow, tally: Tally) -> None:
    """One mail through everything."""
    tally.mails += 1
    started = time.thread_time()
    try:
        message = parse(raw)
        json.dumps(described("x", message), ensure_ascii=False).encode("utf-8", "surrogatepass")
        shown = preview(flow, message, NOW)
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        tally.raised.append(f"{error!r} for {raw!r}")
        return
    taken = time.thread_time() - started
    tally.slowest = max(tally.slowest, taken)
    if taken > SLOW:
        tally.slow.append(f"{taken:.2f} s for {raw[:2000]!r}")
    for step in shown.steps:
        if step.error is not None:
            tally.errors[step.error.code] += 1
            if step.error.code in {"node-raised", "header-damaged"}:
                tally.raised.append(f"{step.error} {step.error.__cause__} for {raw!r}")
    for sent in shown.sent:
        tally.composed += 1
        wrong = wrong_names(b"".join(sent.composed.content))
        if wrong:
            tally.headers.append(f"{wrong} for {raw!r}")


def wrong_names(raw: bytes) -> list[str]:
    """What is wrong with the field names of a composed mail, read strictly and as carelessly as anybody might."""
    block = raw.partition(b"\r\n\r\n")[0]
    wrong = []
    for line in block.split(b"\r\n"):
        if b"\r" in line or b"\n" in line or b"\0" in line:
            wrong.append(f"bare line end or NUL in {line!r}")
    careless = [
        line
        for line in re.split(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", block.decode("utf-8", "replace"))
        if line
    ]
    names = [line.partition(":")[0].lower() for line in careless if line[0] not in " \t"]
    names_again = [name.lower() for name in message_from_bytes(raw).keys()]  # noqa: SIM118 - it may hold a name twice
    for found in (names, names_again):
        wrong += [f"{name} is not asked for" for name in found if name not in ALLOWED]
        wrong += [f"{name} stands {times} times" for name, times in Counter(found).items() if times > 1]
    return wrong


def mails(count: int = MAILS) -> Tally:
    """Draw so many mails."""
    tally = Tally()
    ready = flows(min(FLOWS, max(20, count // 10)))
    for raw in collection():  # whatever is loaded and compiled once
        through(raw, ready[0], Tally())

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn(), st.integers(0, len(ready) - 1))
    def all_of_them(raw: bytes, number: int) -> None:
        through(raw, ready[number], tally)

    all_of_them()
    return tally


def main() -> list[Figure]:
    """All mails."""
    tally = mails(MAILS + MAILS // 50)
    for code, times in tally.errors.most_common():
        print(f"told: {code:28} {times:6}")
    for line in (*tally.raised[:20], *tally.slow[:20], *tally.headers[:20]):
        print(line[:3000])
    return [
        figures.at_least("mails", "mails read", tally.mails, MAILS),
        figures.told("mails", "mails composed from them", f"{tally.composed:,}"),
        figures.at_most("mails", "exceptions", len(tally.raised)),
        figures.at_most("mails", "above a second", len(tally.slow)),
        figures.told("mails", "slowest, in milliseconds", round(tally.slowest * 1000)),
        figures.at_most("mails", "with other header fields than meant", len(tally.headers)),
    ]
