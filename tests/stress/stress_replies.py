"""Answers: under their parents in the mail server's own threads, and never in circles.

*Threads*: conversations begin in all the shapes that mail programs give them; a flow answers, a person answers the answer, the flow answers
again. All lies in one mailbox, and Dovecot's THREAD=REFERENCES (RFC 5256) says which mail stands under which.

*Circles*: two flows answer each other, each with a mailbox of its own and a server that delivers at once; on one machine and on two, with
headers kept and headers lost. They may send three mails; where a server takes out the mark of the loop guard and the flows were told to
answer machines, the budget of each (three answers for a thread) ends it.
"""

from __future__ import annotations

import re
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.delivering_smtp import DeliveringSmtp
from tests.servers.dovecot import Dovecot, dovecot
from tests.stress import figures
from tests.stress.figures import Figure
from tests.stress.forking import Forker
from tests.stress.machine import Machine
from tests.stress.stress_kill import new_user

MOST = 3
"""Mails that two flows may send each other."""
BUDGET = 6
"""Mails where only the budgets are left: three of each flow."""
ROUNDS = 2
"""Answers of the flow in each conversation."""

SHAPES: Sequence[tuple[str, str]] = (
    ("plain", ""),
    ("answers one mail, by both fields", "In-Reply-To: <root{n}@source.example>\r\nReferences: <root{n}@source.example>\r\n"),
    ("answers one mail, by In-Reply-To alone", "In-Reply-To: <root{n}@source.example>\r\n"),
    ("answers one mail, by References alone", "References: <root{n}@source.example>\r\n"),
    ("a long thread, folded", "References: {many}\r\nIn-Reply-To: <root{n}@source.example>\r\n"),
    ("References with words and commas", "References: Your mail, <root{n}@source.example>, of today\r\n"),
    ("In-Reply-To with words", "In-Reply-To: Alice's message of Friday <root{n}@source.example>\r\n"),
    ("a Japanese subject", ""),
    ("a subject with Re: already", "In-Reply-To: <root{n}@source.example>\r\nReferences: <root{n}@source.example>\r\n"),
)  # fmt: skip
SUBJECTS = {
    "a Japanese subject": "=?UTF-8?B?44GK5ZWP44GE5ZCI44KP44Gb?=",
    "a subject with Re: already": "Re: RE: Question",
}


@dataclass
class Tally:
    """What was seen."""

    answers: int = 0
    under: int = 0
    """Answers that stand under their parents."""
    circles: dict[str, int] = field(default_factory=dict)
    """Mails sent, by kind of circle."""
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Circle:
    """One way for two flows to answer each other."""

    name: str
    mode: str
    automatic: bool
    machines: int
    loses: tuple[str, ...] = ()
    most: int = MOST


MARK = "X-MailFlow-Loop"
CIRCLES = (
    Circle("reply, one machine", "reply", True, 1),
    Circle("reply, two machines", "reply", True, 2),
    Circle("reply-all, two machines", "reply-all", True, 2),
    Circle("new mails, two machines", "new", False, 2),
    Circle("forward, one machine", "forward", False, 1),
    Circle("reply as usual, all our marks lost", "reply", False, 2, (MARK,)),
    Circle("reply, told to answer machines, all our marks lost", "reply", True, 2, (MARK, "Auto-Submitted"), BUDGET),
)


# ---- threads


def beginnings() -> Iterator[tuple[str, bytes | None, bytes]]:
    """Shape, the mail before it (if the thread is known here), and the mail that is to be answered."""
    for number, (name, fields) in enumerate(SHAPES):
        many = "\r\n ".join(f"<older{number}.{index}@source.example>" for index in range(40))
        headers = fields.format(n=number, many=f"{many}\r\n <root{number}@source.example>")
        subject = SUBJECTS.get(name, f"Question {number}")
        root = _mail("alice@example.org", subject, f"<root{number}@source.example>") if fields else None
        yield name, root, _mail("alice@example.org", subject, f"<ask{number}@source.example>", headers)


def _mail(sender: str, subject: str, identity: str, headers: str = "", to: str = "box@example.com") -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: {identity}\r\n"
        f"Date: Fri, 20 Nov 2026 12:00:00 +0000\r\n{headers}\r\nHello.\r\n"
    ).encode()


def threads(server: Dovecot, forker: Forker, tally: Tally) -> None:
    """Let conversations happen and ask Dovecot for their threads."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        box, person = new_user(server), "person" + new_user(server)
        smtp = stack.enter_context(DeliveringSmtp(server))
        machine = Machine(directory, scale="0.1")
        machine.add("inbox", "imap", server.imap, box)
        machine.add("outgoing", "smtp", smtp.port)
        send = {"from": f"{box}@example.com", "mode": "reply"}
        flow = machine.flow({}, send, [{"target": "text", "sources": [{"constant": "Thank you."}]}])
        everything = "Threads"
        parents: list[tuple[str, str]] = []
        """Shape, and the Message-ID of the mail that is to be answered."""
        asked: list[bytes] = []
        for name, root, ask in beginnings():
            if root is not None:
                server.deliver(person, root, everything)
            asked.append(ask.replace(b"alice@example.org", f"{person}@example.com".encode()))
            parents.append((name, _field(ask, "Message-ID")))
        for round_ in range(ROUNDS):
            server.deliver_all(box, asked)
            server.deliver_all(person, asked, everything)
            before = len(smtp.messages)
            forker.run(["run", flow, "--until-idle", "--json"], machine.environment)
            answers = {_field(each.raw, "In-Reply-To"): each.raw for each in smtp.messages[before:]}
            asked = []
            for index, (name, parent) in enumerate(parents):
                raw = answers.get(parent)
                tally.answers += 1
                if raw is None:
                    tally.faults.append(f"{name}: no answer in round {round_ + 1}")
                    continue
                identity = _field(raw, "Message-ID")
                server.deliver(person, raw, everything)
                again = f"<again{round_}.{index}@source.example>"
                headers = f"In-Reply-To: {identity}\r\nReferences: {_field(raw, 'References')} {identity}\r\n"
                asked.append(_mail(f"{person}@example.com", _field(raw, "Subject"), again, headers))
                _check(server, person, everything, (name, parent, identity), tally)
                parents[index] = (name, again)


def _check(server: Dovecot, user: str, folder: str, link: tuple[str, str, str], tally: Tally) -> None:
    name, parent, answer = link
    above = thread_parents(server, user, folder)
    if above.get(answer) == parent:
        tally.under += 1
    else:
        tally.faults.append(f"{name}: {answer} stands under {above.get(answer)}, not under {parent}")


def thread_parents(server: Dovecot, user: str, folder: str) -> dict[str, str]:
    """Message-ID to the Message-ID that it stands under, as Dovecot answers THREAD=REFERENCES."""
    identities = {uid: _field(raw, "Message-ID") for uid, raw in server.messages(user, folder).items()}
    with server.client(user) as client:
        client.select(folder, readonly=True)
        kind, data = client.uid("THREAD", "REFERENCES", "UTF-8", "ALL")
        assert kind == "OK", data
    answer = b"".join(part for part in data if isinstance(part, bytes)).decode("ascii")
    return {identities[child]: identities[parent] for child, parent in _links(answer) if parent}


def _links(answer: str) -> Iterator[tuple[int, int]]:
    """Child and parent (0: none) of a THREAD answer (RFC 5256 4): ``(1 2 (3)(4 5))``."""
    above: list[int] = []
    current = 0
    for token in re.findall(r"\d+|[()]", answer):
        if token == "(":
            above.append(current)
        elif token == ")":
            current = above.pop()
        else:
            yield int(token), current
            current = int(token)


def _field(raw: bytes, name: str) -> str:
    found = re.search(rb"(?im)^%s: *(.*(?:\r\n[ \t].*)*)" % name.encode(), raw.partition(b"\r\n\r\n")[0])
    return " ".join(found[1].decode("utf-8").split()) if found else ""


# ---- circles


def circle(server: Dovecot, forkers: Sequence[Forker], what: Circle, tally: Tally) -> None:
    """Set two flows on each other and count what they send until they are quiet."""
    with ExitStack() as stack:
        smtp = stack.enter_context(DeliveringSmtp(server, what.loses))
        users = new_user(server), new_user(server)
        runs: list[tuple[Machine, list[Path]]] = []
        for index in range(what.machines):
            machine = Machine(Path(stack.enter_context(tempfile.TemporaryDirectory())), scale="0.1")
            machine.add("outgoing", "smtp", smtp.port)
            own = (0, 1) if what.machines == 1 else (index,)
            paths = []
            for number in own:
                machine.add(f"inbox{number}", "imap", server.imap, users[number])
                receive = {"connection": f"inbox{number}", "delay": {"value": 100, "unit": "milliseconds"}}
                paths.append(
                    machine.flow(receive, *_answering(what, users[number], users[1 - number]), name=f"flow{number}")
                )
            runs.append((machine, paths))
        first = _mail(f"{users[1]}@example.com", "Question", "<first@source.example>", to=f"{users[0]}@example.com")
        server.deliver(users[0], first)
        for forker, (machine, paths) in zip(forkers, runs, strict=False):
            forker.start(["run", *paths, "--json"], machine.environment)
        _until_quiet(smtp, what.most)
        for forker, _run in zip(forkers, runs, strict=False):
            forker.signal(signal.SIGTERM)
            forker.wait(30)
    tally.circles[what.name] = len(smtp.messages)
    if not 1 <= len(smtp.messages) <= what.most:
        tally.faults.append(f"{what.name}: {len(smtp.messages)} mails")


def _answering(what: Circle, own: str, other: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rules: list[dict[str, Any]] = [{"target": "text", "sources": [{"constant": "Thank you."}]}]
    if what.mode in {"new", "forward"}:
        rules.append({"target": "to", "sources": [{"constant": f"{other}@example.com"}]})
    send = {"from": f"{own}@example.com", "mode": what.mode, "answer_automatic": what.automatic}
    return send, rules


def _until_quiet(smtp: DeliveringSmtp, most: int, quiet: float = 2.0, longest: float = 20.0) -> None:
    """Until nothing has come for a while, or too much has."""
    end = time.monotonic() + longest
    count, since = 0, time.monotonic()
    while time.monotonic() < end and len(smtp.messages) <= most + 3:
        if len(smtp.messages) != count:
            count, since = len(smtp.messages), time.monotonic()
        elif count and time.monotonic() - since > quiet:
            return
        time.sleep(0.05)


def replies(circles: Sequence[Circle] = CIRCLES) -> Tally:
    """All threads, and these circles."""
    tally = Tally()
    with dovecot() as server, Forker() as one, Forker() as other:
        threads(server, one, tally)
        for each in circles:
            circle(server, (one, other), each, tally)
    return tally


def main() -> list[Figure]:
    """All of it."""
    tally = replies()
    for name, count in tally.circles.items():
        print(f"{name:52} {count} mails")
    for fault in tally.faults:
        print(fault)
    strict = [tally.circles[each.name] for each in CIRCLES if each.most == MOST]
    return [
        figures.at_least("replies", "answers", tally.answers, len(SHAPES) * ROUNDS),
        figures.at_least("replies", "of these under their parents by THREAD=REFERENCES", tally.under, tally.answers),
        figures.told("replies", "circles of two flows", len(tally.circles)),
        figures.at_most("replies", "mails in a circle, at most", max(strict), MOST),
        figures.at_most(
            "replies", "mails where only the budgets are left, at most", max(tally.circles.values()), BUDGET
        ),
        figures.at_most("replies", "anything else wrong", len(tally.faults)),
    ]
