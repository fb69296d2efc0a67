"""The exception tree. The class says what the caller can do; the server's words stay data::

    MailFlowError               str(e) is a sentence a user can act on; e.code is stable
    ├─ UsageError               the command line or a control command asks for something impossible
    ├─ FlowFileError            .problems ── NewerVersionError
    ├─ AccountError             unknown account, no secret
    │  └─ KeyringError          keyring locked, absent or silent: what needs it waits until it can be read
    ├─ StorageError             no room or no right to write here
    ├─ JournalError             the journal can't be used, or its lock is held by another runner
    ├─ MailError                .account .reply, .outcome (one of the classes below)
    │  ├─ Transient             retry with back-off; RetryAfter: wait as told, freeze the whole account
    │  ├─ Recoverable           one named alternative, once
    │  ├─ Reauthenticate        stop using the secret at once, hold items, one notice
    │  ├─ AccountBroken         stop the account's flows; only a good Validate brings it back
    │  ├─ Rejected              dead letter, others go on
    │  └─ SendUncertain         the answer to DATA is lost: maybe sent; never sent again by itself
    └─ MappingError             .rule -> dead letter for this item

Foreign exceptions are translated once, in the module that calls the library, with ``raise ... from``. Anything else is a bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from mailflow_gui import logs, sentences
from mailflow_gui.sentences import Argument

if TYPE_CHECKING:
    from mailflow_gui.flow.problems import Problem

Outcome = Literal[
    "retry-backoff",
    "retry-after",
    "recover-alternative",
    "reauthenticate",
    "disconnect-connection",
    "reject-message",
    "uncertain",
]
"""What happens next with an item whose step failed."""


_FOREIGN = frozenset({"reason", "error", "complaint", "reply"})
"""Arguments that are words of a server, a library or a program."""


@dataclass(frozen=True)
class Reply:
    """What a server answered, in its own words."""

    text: str
    """The server's text, as it came (decoded, never shown as markup)."""
    code: int | None = None
    """SMTP's three digits (RFC 5321 4.2), else None."""
    enhanced: str | None = None
    """Enhanced status such as ``5.1.1`` (RFC 3463), or an IMAP or POP3 response code such as ``AUTHENTICATIONFAILED``."""
    operation: str = ""
    """The command that was answered: ``RCPT``, ``LOGIN``, ``UID FETCH`` … never with its arguments."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", logs.blank(self.text))  # some servers say a password back to whoever tried it


class MailFlowError(Exception):
    """Base of everything MailFlow raises on purpose.

    ``code`` names a sentence of :mod:`mailflow_gui.sentences`; ``arguments`` fill it. Never put a secret into an argument.
    """

    def __init__(self, code: str, /, **arguments: Argument) -> None:
        super().__init__(code)
        self.code = code
        self.arguments = {
            name: logs.blank(value) if name in _FOREIGN and isinstance(value, str) else value
            for name, value in arguments.items()
        }

    @property
    def text(self) -> str:
        """What happened, in the reader's language."""
        return sentences.text(self.code, self.arguments)

    @property
    def advice(self) -> str:
        """What to do, in the reader's language; may be empty."""
        return sentences.advice(self.code, self.arguments)

    @property
    def detail(self) -> str:
        """Technical detail for people who look closer: raw words, never a secret; may be empty."""
        return logs.blank(str(self.__cause__)) if self.__cause__ is not None else ""

    def __str__(self) -> str:
        return f"{self.text} {self.advice}".strip()


class UsageError(MailFlowError):
    """The command line, or a command to the runner, asks for something that can't be."""


class FlowFileError(MailFlowError):
    """A flow file that can't be used; ``problems`` lists all that is wrong with it."""

    def __init__(self, code: str, /, *, problems: Sequence[Problem] = (), **arguments: Argument) -> None:
        super().__init__(code, **arguments)
        self.problems = tuple(problems)


class NewerVersionError(FlowFileError):
    """The file was written by a newer MailFlow."""


class AccountError(MailFlowError):
    """An unknown account, or a secret that can't be had: none stored, keyring locked or absent."""


class KeyringError(AccountError):
    """The system's keyring can't be read now: locked, absent, faulty or silent. The account waits, and nobody signs in without a secret."""


class StorageError(MailFlowError):
    """No room or no right to write where MailFlow keeps its files."""


class JournalError(MailFlowError):
    """The journal can't be used: damaged, lost, of a newer version, or another runner holds it."""


class MappingError(MailFlowError):
    """A rule of a mapping failed for one item; ``rule`` is its index (from 0), or None."""

    def __init__(self, code: str, /, *, rule: int | None = None, **arguments: Argument) -> None:
        super().__init__(code, **arguments)
        self.rule = rule


class MailError(MailFlowError):
    """Something went wrong with a mail server or with one mail; the subclass says what happens next."""

    outcome: ClassVar[Outcome]

    def __init__(
        self, code: str, /, *, account: str | None = None, reply: Reply | None = None, **arguments: Argument
    ) -> None:
        super().__init__(code, **arguments)
        self.account = account
        self.reply = reply

    @property
    def detail(self) -> str:
        if self.reply is None:
            return super().detail
        parts = (self.reply.operation, str(self.reply.code or ""), self.reply.enhanced or "", self.reply.text)
        return " ".join(part for part in parts if part)


class Transient(MailError):
    """Try again later, with back-off."""

    outcome: ClassVar[Outcome] = "retry-backoff"


class RetryAfter(Transient):
    """The server says when to come back; the whole account waits ``seconds``."""

    outcome: ClassVar[Outcome] = "retry-after"

    def __init__(
        self,
        code: str,
        /,
        *,
        seconds: float,
        account: str | None = None,
        reply: Reply | None = None,
        **arguments: Argument,
    ) -> None:
        super().__init__(code, account=account, reply=reply, **arguments)
        self.seconds = seconds


class Recoverable(MailError):
    """One named alternative may be tried, once."""

    outcome: ClassVar[Outcome] = "recover-alternative"


class Reauthenticate(MailError):
    """The secret is refused: stop using it at once, hold the account's items."""

    outcome: ClassVar[Outcome] = "reauthenticate"


class AccountBroken(MailError):
    """The account can't work as it is set up; a good Validate brings it back."""

    outcome: ClassVar[Outcome] = "disconnect-connection"


class Rejected(MailError):
    """This mail is refused for good; others go on."""

    outcome: ClassVar[Outcome] = "reject-message"


class SendUncertain(MailError):
    """The mail was given to the server, its answer was lost: it may or may not have been sent."""

    outcome: ClassVar[Outcome] = "uncertain"
