"""The scripts: what servers do wrong, one each, and the class that this must come to.

An IMAP or POP3 script meddles with a real Dovecot; an SMTP script gives orders to the recording server. *Class* is that of the first error
that the engine takes note of; ``none`` where nothing went wrong for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from tests.servers.meddling import Edit, When
from tests.servers.recording_smtp import Action
from tests.servers.scripted import Dribble, Drop, Say, Stall


@dataclass(frozen=True)
class Script:
    """One server behaviour."""

    name: str
    protocol: Literal["imap", "pop3", "smtp"]
    expected: str
    """The class, or several joined by ``|`` where the order of two threads decides."""
    rules: tuple[When, ...] = ()
    orders: tuple[tuple[str, Any, int], ...] = ()
    """SMTP: verb, answer, how often."""
    extensions: tuple[str, ...] | None = None
    after: Any = "delete"


RETRY, AFTER, REAUTH, BROKEN, REJECT = (
    "retry-backoff",
    "retry-after",
    "reauthenticate",
    "disconnect-connection",
    "reject-message",
)
ALTERNATIVE, UNCERTAIN, NONE = "recover-alternative", "uncertain", "none"
LONG = "x" * 200_000


def _sub(pattern: bytes, by: bytes, count: int = 0) -> Edit:
    return Edit(lambda answer: re.sub(pattern, by, answer, count=count, flags=re.DOTALL))


def _before(words: bytes) -> Edit:
    return Edit(lambda answer: words + answer)


def _imap(name: str, expected: str, *rules: When, after: Any = "delete") -> Script:
    return Script(f"imap {name}", "imap", expected, rules, after=after)


def _no(words: str) -> Say:
    return Say(f"{{tag}} NO {words}")


SIGN_IN = "LOGIN|AUTHENTICATE"
BODY = "BODY.PEEK[]"
DONE = {"action": "move", "folder": "Done"}
_NESTED = b"(" * 5000
_CUT = Say(b"* 1 FETCH (UID 1 BODY[] {99999}\r\nFrom: A")
_NIL = _sub(rb"BODY\[\] \{\d+\}.*?Hello\.\r\n\)", b"BODY[] NIL)", 1)


def _but_no(answer: bytes) -> bytes:
    """What was done is denied."""
    return answer.splitlines(keepends=True)[-1].split()[0] + b" NO no\r\n"


def _long_names(answer: bytes) -> bytes:
    """Each UIDL, many times over."""
    return re.sub(rb"(\n\d+) (\S+)\r", lambda found: found[1] + b" " + found[2] * 6000 + b"\r", answer)


IMAP = (
    _imap("greets with BYE", RETRY, When("CONNECT", Say("* BYE too busy"), Drop())),
    _imap("greets with garbage", RETRY, When("CONNECT", Say(b"\x00\xff what\r\n"))),
    _imap("greets as POP3", BROKEN, When("CONNECT", Say("+OK hello"))),
    _imap("hangs up in place of a greeting", RETRY, When("CONNECT", Drop())),
    _imap("resets in place of a greeting", RETRY, When("CONNECT", Drop(reset=True))),
    _imap("is silent in place of a greeting", RETRY, When("CONNECT", Stall())),
    _imap("dribbles in place of a greeting", RETRY, When("CONNECT", Dribble())),
    _imap("greets with an overlong line", RETRY, When("CONNECT", Say(f"* OK {LONG * 10}"))),
    _imap("CAPABILITY: NO", RETRY, When("CAPABILITY", _no("not now"))),
    _imap(
        "has neither IDLE nor MOVE nor UIDPLUS",
        NONE,
        When(".*", _sub(rb" (IDLE|MOVE|UIDPLUS)\b", b""), times=1, about="CAPABILITY"),
        When(SIGN_IN, _sub(rb" (IDLE|MOVE|UIDPLUS)\b", b"")),
    ),
    _imap("sign-in, twice: NO [AUTHENTICATIONFAILED]", REAUTH, When(SIGN_IN, _no("[AUTHENTICATIONFAILED] no"), times=2)),
    _imap("sign-in, twice: NO without a code", REAUTH, When(SIGN_IN, _no("no"), times=2)),
    _imap("sign-in, twice: NO [EXPIRED]", REAUTH, When(SIGN_IN, _no("[EXPIRED] change it"), times=2)),
    _imap("sign-in: NO [UNAVAILABLE]", RETRY, When(SIGN_IN, _no("[UNAVAILABLE] database"))),
    _imap("sign-in: NO [INUSE]", RETRY, When(SIGN_IN, _no("[INUSE] locked"))),
    _imap("sign-in: NO, too many sessions", RETRY, When(SIGN_IN, _no("Too many simultaneous connections."))),
    _imap("sign-in: NO [CONTACTADMIN]", BROKEN, When(SIGN_IN, _no("[CONTACTADMIN] ask"))),
    _imap("sign-in: BYE", RETRY, When(SIGN_IN, Say("* BYE shutting down"), Drop())),
    _imap("sign-in: hangs up", RETRY, When(SIGN_IN, Drop())),
    _imap("sign-in: silence", RETRY, When(SIGN_IN, Stall())),
    _imap("SELECT: NO [UNAVAILABLE]", RETRY, When("SELECT", _no("[UNAVAILABLE] later"))),
    _imap("SELECT: NO [SERVERBUG]", RETRY, When("SELECT", _no("[SERVERBUG] oops"))),
    _imap("SELECT: NO [NONEXISTENT]", BROKEN, When("SELECT", _no("[NONEXISTENT] none"))),
    _imap("SELECT: NO without a code", BROKEN, When("SELECT", _no("no"))),
    _imap("SELECT: BAD", BROKEN, When("SELECT", Say("{tag} BAD what"))),
    _imap("SELECT: read-only", f"{BROKEN}|{REJECT}", When("SELECT", _sub(rb"\[READ-WRITE\]", b"[READ-ONLY]"))),
    _imap("SELECT: no UIDVALIDITY", BROKEN, When("SELECT", _sub(rb"\* OK \[UIDVALIDITY \d+\][^\r]*\r\n", b""))),
    _imap("SELECT: UIDVALIDITY 0", BROKEN, When("SELECT", _sub(rb"UIDVALIDITY \d+", b"UIDVALIDITY 0"))),
    _imap("SELECT: UIDVALIDITY is a word", RETRY, When("SELECT", _sub(rb"UIDVALIDITY \d+", b"UIDVALIDITY none"))),
    _imap("SELECT: no UIDNEXT", NONE, When("SELECT", _sub(rb"\* OK \[UIDNEXT \d+\][^\r]*\r\n", b""))),
    _imap("SELECT: stale EXISTS", NONE, When("SELECT", _sub(rb"\* \d+ EXISTS", b"* 0 EXISTS"))),
    _imap("NOOP: BYE", RETRY, When("NOOP", Say("* BYE idle for too long"), Drop())),
    _imap("NOOP: an alert and strange news", NONE, When("NOOP", _before(b"* OK [ALERT] disk\r\n* 99 EXISTS\r\n* XNEW a (b)\r\n"))),
    _imap("NOOP: another tag", RETRY, When("NOOP", Say("zzzz9 OK done"))),
    _imap("SEARCH: NO [SERVERBUG]", RETRY, When("UID SEARCH", _no("[SERVERBUG] oops"))),
    _imap("SEARCH: NO [OVERQUOTA]", AFTER, When("UID SEARCH", _no("[OVERQUOTA] full"))),
    _imap("SEARCH: BAD", REJECT, When("UID SEARCH", Say("{tag} BAD what"))),
    _imap("SEARCH: no answer line", NONE, When("UID SEARCH", Say("{tag} OK done"))),
    _imap("SEARCH: two answer lines", NONE, When("UID SEARCH", _sub(rb"(\* SEARCH) (\d+) ", rb"\1 \2\r\n\1 "))),
    _imap("SEARCH: words", RETRY, When("UID SEARCH", _sub(rb"SEARCH \d+", b"SEARCH one"))),
    _imap("SEARCH: mails that are not there", NONE, When("UID SEARCH", _sub(rb"SEARCH", b"SEARCH 77 4294967295"))),
    _imap("SEARCH: numbers that are none", f"{NONE}|{RETRY}", When("UID SEARCH", _sub(rb"SEARCH", b"SEARCH 99999999999999999999"))),
    _imap("SEARCH: the same mail thrice", NONE, When("UID SEARCH", _sub(rb"SEARCH (\d+)", rb"SEARCH \1 \1 \1"))),
    _imap("FETCH: no sizes", NONE, When("UID FETCH", Say("{tag} OK done"), about="SIZE")),
    _imap("FETCH: a negative size", f"{NONE}|{RETRY}", When("UID FETCH", _sub(rb"SIZE \d+", b"SIZE -5"), about="SIZE")),
    _imap("FETCH: a size of 4 TB", REJECT, When("UID FETCH", _sub(rb"SIZE \d+", b"SIZE 4398046511104", 1), about="SIZE")),
    _imap("FETCH: a literal of absurd size", RETRY, When("UID FETCH", _sub(rb"\{\d+\}", b"{999999999999}", 1), about=BODY)),
    _imap("FETCH: a literal of negative size", RETRY, When("UID FETCH", _sub(rb"\{\d+\}", b"{-3}", 1), about=BODY)),
    _imap("FETCH: a literal one byte short", RETRY, When("UID FETCH", _sub(rb"Hello\.\r\n\)", b"Hello.\r)", 1), about=BODY)),
    _imap("FETCH: drops inside a literal", RETRY, When("UID FETCH", _CUT, Drop(), about=BODY)),
    _imap("FETCH: resets inside a literal", RETRY, When("UID FETCH", _CUT, Drop(reset=True), about=BODY)),
    _imap("FETCH: silent inside a literal", RETRY, When("UID FETCH", _CUT, Stall(), about=BODY)),
    _imap("FETCH: dribbles inside a literal", RETRY, When("UID FETCH", _CUT, Dribble(), about=BODY)),
    _imap("FETCH: no body", f"{NONE}|{REJECT}", When("UID FETCH", Say("{tag} OK done"), about=BODY)),
    _imap("FETCH: NIL in place of a body", f"{NONE}|{REJECT}", When("UID FETCH", _NIL, about=BODY)),
    _imap("FETCH: another mail's UID", NONE, When("UID FETCH", _sub(rb"UID 2 ", b"UID 77 "), about=BODY)),
    _imap("FETCH: without UID", f"{NONE}|{REJECT}", When("UID FETCH", _sub(rb"UID 2 ", b""), about=BODY)),
    _imap("FETCH: 5,000 parentheses", RETRY, When("UID FETCH", _before(b"* 1 FETCH " + _NESTED + b"\r\n"), about=BODY)),
    _imap("FETCH: an overlong line", RETRY, When("UID FETCH", _before(b"* OK " + LONG.encode() * 40 + b"\r\n"), about=BODY)),
    _imap("FETCH: garbage before it", RETRY, When("UID FETCH", _before(b"\x00\xff garbage\r\n"), about=BODY)),
    _imap("FETCH: flags that nobody asked for", NONE, When("UID FETCH", _before(b"* 1 FETCH (FLAGS (\\Answered))\r\n"), about=BODY)),
    _imap("FETCH: an EXPUNGE in between", NONE, When("UID FETCH", _before(b"* 9 EXPUNGE\r\n* 8 EXISTS\r\n"), about=BODY)),
    _imap("FETCH: NO", f"{NONE}|{RETRY}", When("UID FETCH", _no("cannot"), about=BODY)),
    _imap("FETCH: NO [EXPUNGEISSUED]", NONE, When("UID FETCH", _no("[EXPUNGEISSUED] gone"), about=BODY)),
    _imap("FETCH: NO [UNAVAILABLE], always", f"{RETRY}", When("UID FETCH", _no("[UNAVAILABLE] later"), about=BODY, times=8)),
    _imap("FETCH: BYE in the middle", RETRY, When("UID FETCH", Say("* BYE maintenance"), Drop(), about=BODY)),
    _imap("STORE: NO", f"{RETRY}|{REJECT}", When("UID STORE", _no("no"))),
    _imap("STORE: NO [CANNOT]", REJECT, When("UID STORE", _no("[CANNOT] never"))),
    _imap("STORE: NO [INUSE]", RETRY, When("UID STORE", _no("[INUSE] locked"))),
    _imap("STORE: BAD", REJECT, When("UID STORE", Say("{tag} BAD what"))),
    _imap("STORE: hangs up", RETRY, When("UID STORE", Drop())),
    _imap("STORE: silence", RETRY, When("UID STORE", Stall())),
    _imap("EXPUNGE: done, but hangs up", RETRY, When("UID EXPUNGE", Edit(lambda _: b""), Drop())),
    _imap("EXPUNGE: NO", f"{RETRY}|{REJECT}", When("UID EXPUNGE", _no("no"))),
    _imap("MOVE: NO [TRYCREATE], twice", f"{ALTERNATIVE}|{REJECT}", When("UID MOVE", _no("[TRYCREATE] no"), times=2), after=DONE),
    _imap("MOVE: NO [OVERQUOTA]", AFTER, When("UID MOVE", _no("[OVERQUOTA] full")), after=DONE),
    _imap("MOVE: done, but hangs up", RETRY, When("UID MOVE", Edit(lambda _: b""), Drop()), after=DONE),
    _imap("MOVE: done, but NO", f"{RETRY}|{REJECT}", When("UID MOVE", Edit(_but_no), skip=1), after=DONE),
    _imap("LOGOUT: hangs up", NONE, When("LOGOUT", Drop())),
    _imap("LOGOUT: silence", NONE, When("LOGOUT", Stall())),
)  # fmt: skip


def _pop3(name: str, expected: str, *rules: When) -> Script:
    return Script(f"pop3 {name}", "pop3", expected, rules)


def _refuse(words: str) -> Say:
    return Say(f"-ERR {words}")


POP3 = (
    _pop3("greets with -ERR", RETRY, When("CONNECT", _refuse("busy"), Drop())),
    _pop3("greets as IMAP", BROKEN, When("CONNECT", Say("* OK hello"))),
    _pop3("is silent in place of a greeting", RETRY, When("CONNECT", Stall())),
    _pop3("hangs up in place of a greeting", RETRY, When("CONNECT", Drop())),
    _pop3("CAPA: -ERR, ever", NONE, When("CAPA", _refuse("what?"), times=99)),
    _pop3("sign-in, twice: -ERR", REAUTH, When("AUTH", _refuse("no"), times=2)),
    _pop3("sign-in, twice: -ERR [AUTH]", REAUTH, When("AUTH", _refuse("[AUTH] no"), times=2)),
    _pop3("sign-in: -ERR [IN-USE]", RETRY, When("AUTH", _refuse("[IN-USE] locked"))),
    _pop3("sign-in: -ERR [SYS/TEMP]", RETRY, When("AUTH", _refuse("[SYS/TEMP] disk"))),
    _pop3("sign-in: -ERR [SYS/PERM]", BROKEN, When("AUTH", _refuse("[SYS/PERM] gone"))),
    _pop3("sign-in: -ERR [LOGIN-DELAY]", AFTER, When("AUTH", _refuse("[LOGIN-DELAY] wait"))),
    _pop3("sign-in: hangs up", RETRY, When("AUTH", Drop())),
    _pop3("LIST: -ERR", RETRY, When("LIST", _refuse("busy"))),
    _pop3("LIST: -ERR [SYS/TEMP]", RETRY, When("LIST", _refuse("[SYS/TEMP] disk"))),
    _pop3("LIST: words", RETRY, When("LIST", Say("+OK", "one two", "."))),
    _pop3("LIST: absurd numbers", f"{RETRY}|{NONE}", When("LIST", _sub(rb"\n1 ", b"\n99999999999999999999999 "))),
    _pop3("LIST: a size of 4 TB", REJECT, When("LIST", _sub(rb"\n1 \d+", b"\n1 4398046511104"))),
    _pop3("LIST: wrong sizes", NONE, When("LIST", _sub(rb"(\n\d+) \d+", rb"\1 7"), times=99)),
    _pop3("LIST: never ends", RETRY, When("LIST", Say("+OK", "1 200"), Stall())),
    _pop3("LIST: hangs up", RETRY, When("LIST", Drop())),
    _pop3("UIDL: -ERR once", RETRY, When("UIDL", _refuse("busy"))),
    _pop3("UIDL: -ERR, ever, and no CAPA", NONE, When("UIDL", _refuse("what?"), times=99), When("CAPA", _refuse("what?"), times=99)),
    _pop3("UIDL: garbage", RETRY, When("UIDL", Say("+OK", "\x01 \x02", "."))),
    _pop3("UIDL: the same name for all", NONE, When("UIDL", _sub(rb"(\n\d+) \S+\r", rb"\1 same\r"), times=99)),
    _pop3("UIDL: no name for one", NONE, When("UIDL", _sub(rb"\n\d+ 00000002\S+\r", b""), times=99)),
    _pop3("UIDL: a name of 100 kB", f"{NONE}|{RETRY}", When("UIDL", Edit(_long_names), times=99)),
    _pop3("RETR: -ERR once", f"{NONE}|{RETRY}", When("RETR", _refuse("no such message"))),
    _pop3("RETR: -ERR [SYS/TEMP]", RETRY, When("RETR", _refuse("[SYS/TEMP] disk"))),
    _pop3("RETR: drops inside the mail", RETRY, When("RETR", Say("+OK", "From: Alice"), Drop())),
    _pop3("RETR: resets inside the mail", RETRY, When("RETR", Say("+OK", "From: Alice"), Drop(reset=True))),
    _pop3("RETR: silent inside the mail", RETRY, When("RETR", Say("+OK", "From: Alice"), Stall())),
    _pop3("RETR: dribbles inside the mail", RETRY, When("RETR", Say("+OK", "From: Alice"), Dribble())),
    _pop3("RETR: garbage in place of +OK", RETRY, When("RETR", Say(b"\x00\xff\r\n"))),
    _pop3("RETR: one answer too many", RETRY, When("RETR", _before(b"-ERR what?\r\n"))),
    _pop3("RETR: an answer twice", RETRY, When("RETR", Edit(lambda answer: answer + answer))),
    _pop3("DELE: -ERR", ALTERNATIVE, When("DELE", _refuse("no"))),
    _pop3("DELE: hangs up", RETRY, When("DELE", Drop())),
    _pop3("QUIT: -ERR, nothing deleted", RETRY, When("QUIT", _refuse("not removed"), Drop(), after="DELE")),
    _pop3("QUIT: deleted, but hangs up", RETRY, When("QUIT", Edit(lambda _: b""), Drop(), after="DELE")),
    _pop3("QUIT: silence", RETRY, When("QUIT", Stall(), after="DELE")),
)  # fmt: skip


def _smtp(name: str, expected: str, *orders: tuple[str, Any], times: int = 1, without: str = "") -> Script:
    from tests.servers.recording_smtp import EXTENSIONS

    kept = tuple(word for word in EXTENSIONS if word.split()[0] not in without.split()) if without else None
    return Script(f"smtp {name}", "smtp", expected, orders=tuple((*order, times) for order in orders), extensions=kept)


SMTP = (
    _smtp("greets with 421", RETRY, ("CONNECT", "421 4.3.2 busy")),
    _smtp("greets with 554", BROKEN, ("CONNECT", "554 5.7.1 not you")),
    _smtp("greets as IMAP", BROKEN, ("CONNECT", "* OK hello")),
    _smtp("hangs up in place of a greeting", RETRY, ("CONNECT", Action.DROP)),
    _smtp("is silent in place of a greeting", RETRY, ("CONNECT", Action.HANG)),
    _smtp("greets with an overlong line", RETRY, ("CONNECT", f"220 {LONG}")),
    _smtp("EHLO: 421", RETRY, ("EHLO", "421 4.3.0 busy")),
    _smtp("EHLO: 502, so HELO", NONE, ("EHLO", "502 5.5.1 what?"), times=99),
    _smtp("EHLO and HELO: 550", BROKEN, ("EHLO", "550 5.7.1 not that name"), ("HELO", "550 5.7.1 not that name")),
    _smtp("EHLO: garbage", RETRY, ("EHLO", b"\x00\xff\r\n")),
    _smtp("EHLO: hangs up", RETRY, ("EHLO", Action.DROP)),
    _smtp("has no extensions at all", NONE, without="PIPELINING SIZE 8BITMIME SMTPUTF8 ENHANCEDSTATUSCODES"),
    _smtp("MAIL: 421", RETRY, ("MAIL", "421 4.3.2 shutting down")),
    _smtp("MAIL: 451", RETRY, ("MAIL", "451 4.3.0 later")),
    _smtp("MAIL: 450 4.7.28 too many", AFTER, ("MAIL", "450 4.7.28 slow down")),
    _smtp("MAIL: 530 5.7.0", f"{BROKEN}|{REAUTH}|{ALTERNATIVE}", ("MAIL", "530 5.7.0 sign in first")),
    _smtp("MAIL: 550", REJECT, ("MAIL", "550 5.7.1 not from there")),
    _smtp("MAIL: 552 too large", f"{REJECT}|{ALTERNATIVE}", ("MAIL", "552 5.3.4 too large")),
    _smtp("MAIL: 555, so without parameters", NONE, ("MAIL", "555 5.5.4 what?")),
    _smtp("MAIL: garbage", RETRY, ("MAIL", b"what\r\n")),
    _smtp("MAIL: hangs up", RETRY, ("MAIL", Action.DROP)),
    _smtp("RCPT: 421", RETRY, ("RCPT", "421 4.3.2 shutting down")),
    _smtp("RCPT: 450", RETRY, ("RCPT", "450 4.2.1 busy")),
    _smtp("RCPT: 450 greylisted", RETRY, ("RCPT", "450 4.2.0 Greylisted, try again in 300 seconds")),
    _smtp("RCPT: 452", f"{RETRY}|{ALTERNATIVE}", ("RCPT", "452 4.5.3 too many recipients")),
    _smtp("RCPT: 550", REJECT, ("RCPT", "550 5.1.1 unknown")),
    _smtp("RCPT: 551", REJECT, ("RCPT", "551 5.1.6 moved")),
    _smtp("RCPT: 553", REJECT, ("RCPT", "553 5.1.3 syntax")),
    _smtp("RCPT: hangs up", RETRY, ("RCPT", Action.DROP)),
    _smtp("RCPT: resets", RETRY, ("RCPT", Action.RESET)),
    _smtp("DATA: no 354 but 250", RETRY, ("DATA", "250 2.0.0 ok")),
    _smtp("DATA: 421", RETRY, ("DATA", "421 4.3.2 shutting down")),
    _smtp("DATA: 451", RETRY, ("DATA", "451 4.3.0 later")),
    _smtp("DATA: 554", REJECT, ("DATA", "554 5.5.1 no")),
    _smtp("DATA: hangs up", RETRY, ("DATA", Action.DROP)),
    _smtp("DATA: silence", RETRY, ("DATA", Action.HANG)),
    _smtp("content: 552 in the middle", f"{REJECT}|{ALTERNATIVE}|{UNCERTAIN}", ("BODY", "552 5.3.4 large"), ("DOT", "552 5.3.4 large")),
    _smtp("content: hangs up in the middle", f"{RETRY}|{UNCERTAIN}", ("BODY", Action.DROP)),
    _smtp("dot: 421", RETRY, ("DOT", "421 4.3.2 shutting down")),
    _smtp("dot: 451", RETRY, ("DOT", "451 4.3.0 later")),
    _smtp("dot: 452", f"{RETRY}|{ALTERNATIVE}", ("DOT", "452 4.3.1 no room")),
    _smtp("dot: 550", REJECT, ("DOT", "550 5.7.1 spam")),
    _smtp("dot: 554", REJECT, ("DOT", "554 5.6.0 no")),
    _smtp("dot: garbage", UNCERTAIN, ("DOT", b"\x00\xff what\r\n")),
    _smtp("dot: an overlong line", UNCERTAIN, ("DOT", f"250 {LONG}")),
    _smtp("dot: hangs up, not kept", UNCERTAIN, ("DOT", Action.DROP)),
    _smtp("dot: resets, not kept", UNCERTAIN, ("DOT", Action.RESET)),
    _smtp("dot: silence, not kept", UNCERTAIN, ("DOT", Action.HANG)),
    _smtp("dot: 354 once more", UNCERTAIN, ("DOT", "354 go on")),
    _smtp("kept, but garbage", UNCERTAIN, ("KEPT", b"what\r\n")),
    _smtp("kept, but hangs up", UNCERTAIN, ("KEPT", Action.DROP)),
    _smtp("kept, but resets", UNCERTAIN, ("KEPT", Action.RESET)),
    _smtp("kept: 251", NONE, ("KEPT", "251 2.1.5 will forward")),
    _smtp("kept: 252", NONE, ("KEPT", "252 2.0.0 will try")),
    _smtp("kept: an answer of 50 lines", NONE, ("KEPT", "\r\n".join(["250-2.0.0 kept"] * 50 + ["250 2.0.0 kept"]))),
    _smtp("RSET: 500", REJECT, ("RCPT", "550 5.1.1 unknown"), ("RSET", "500 5.5.2 what?")),
    _smtp("QUIT: hangs up", NONE, ("QUIT", Action.DROP)),
    _smtp("QUIT: garbage", NONE, ("QUIT", b"what\r\n")),
)  # fmt: skip

SCRIPTS: tuple[Script, ...] = (*IMAP, *POP3, *SMTP)
