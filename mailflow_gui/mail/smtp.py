"""SMTP: handing one mail after the other to an outgoing server (RFC 5321, RFC 2920, RFC 1870, RFC 6152, RFC 6531).

A mail goes in two steps, so that its owner can write down *maybe sent* in between: :meth:`SmtpSession.begin` says
envelope and content, all but the final dot; nothing has been sent until :meth:`SmtpSession.finish` says the dot.
Whatever goes wrong before the dot may be tried again; once the dot is out, only the server's answer counts, and a
lost answer is :class:`SendUncertain`.

Usually each call waits for the server. A thread that has many sessions says :meth:`SmtpSession.wait_for_nothing`: then it announces, begins
and says dots without waiting, and asks before it hears whether the replies are there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mailflow_gui.errors import MailError, Rejected, Reply, SendUncertain
from mailflow_gui.mail import smtp_body, smtp_opening, timeouts
from mailflow_gui.mail.envelope import envelope_address
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp_dialogue import Dialogue, good
from mailflow_gui.mail.smtp_envelope import Begun, Envelope, Receipt, Said, asked, granted, heard, prepared
from mailflow_gui.mail.wire import Progress, SignedIn, Wire, unwatched

if TYPE_CHECKING:
    import socket

_MOST_AHEAD = 50
"""Recipients of a mail whose envelope is said ahead; a longer one would fill buffers while the server still works on the mail before."""


class SmtpSession:
    """A live dialogue, signed in where asked. One thread uses it, but for :meth:`abort`."""

    def __init__(self, dialogue: Dialogue) -> None:
        """Use :meth:`open`."""
        self._dialogue = dialogue
        self._scale = timeouts.scale()
        self._begun = False
        self._ahead: tuple[Envelope, Said] | None = None
        """What was said together with the last final dot; its replies are on their way."""
        self.answer_time: float | None = None
        """Seconds that the server took for the last envelope, the way there and back included; None: not measured yet."""

    @classmethod
    def open(
        cls,
        server: Server,
        username: str = "",
        password: str | None = None,
        local_name: str | None = None,
        on_stage: Callable[[Progress], None] = unwatched,
    ) -> SmtpSession:
        """Connect, secure the line and sign in; an empty user name or no password: without sign-in.

        :param local_name: how we introduce ourselves; None: the address of our end of the line, which tells no name.
        :raises MailError: by what can be done about it. After a refused password nothing else is tried.
        """
        dialogue = Dialogue(Wire.open(server, on_stage))
        try:
            smtp_opening.greet(dialogue, local_name)
            if server.security == "starttls":
                on_stage("tls")
                smtp_opening.start_tls(dialogue, local_name)
            on_stage("sign-in")
            signed_in = username and password is not None
            on_stage(SignedIn(smtp_opening.sign_in(dialogue, username, password or "") if signed_in else ""))
        except BaseException:
            dialogue.close()
            raise
        return cls(dialogue)

    @property
    def extensions(self) -> Mapping[str, str]:
        """What the server can do: keyword in upper case, and its parameters (RFC 5321 4.1.1.1)."""
        return self._dialogue.extensions

    @property
    def encryption(self) -> str:
        """How the line is encrypted: ``TLS 1.3``; empty when it isn't."""
        return self._dialogue.wire.encryption

    @property
    def maximum_size(self) -> int | None:
        """The largest mail that the server takes, in bytes, or None where it names no limit (RFC 1870)."""
        value = self.extensions.get("SIZE", "")
        return int(value) or None if value.isascii() and value.isdigit() and len(value) < 20 else None

    @property
    def pipelines(self) -> bool:
        """Whether :meth:`finish` says the next envelope together with the final dot (RFC 2920)."""
        return "PIPELINING" in self.extensions

    @property
    def answered(self) -> bool:
        """Whether replies to the envelope that was said ahead have arrived, so that hearing them takes no time."""
        return self._ahead is not None and self._dialogue.pending()

    # ---- without waiting

    def wait_for_nothing(self) -> None:
        """From now on, take only the time that the line takes at once. For servers with PIPELINING."""
        self._dialogue.wait_for_nothing()

    def wait(self) -> None:
        """From now on, wait again; this itself takes no time."""
        self._dialogue.wait()

    @property
    def socket(self) -> socket.socket:
        """To wait for something to :meth:`gather`, or for room to :meth:`flush`."""
        return self._dialogue.wire.socket

    @property
    def due(self) -> float:
        """Until when the server has time for what it is asked (monotonic seconds)."""
        return self._dialogue.wire.due

    def gather(self) -> None:
        """Take in what has arrived; what is wrong with the line is told when something is heard."""
        self._dialogue.gather()

    @property
    def unsent(self) -> bool:
        """Whether something was said that the line hasn't taken yet: there is to be a :meth:`flush` once it has room."""
        return self._dialogue.unsent

    def flush(self) -> bool:
        """Send what the line takes; whether that was all. :raises MailError: lost."""
        return self._dialogue.flush()

    @property
    def spoken_to(self) -> bool:
        """Whether a whole reply has been gathered and not heard yet, or the server is gone: :meth:`hear` takes no time."""
        return self._dialogue.complete(1)

    def interruption(self) -> MailError:
        """What the server has said in the middle of a mail, as an error; the session is over."""
        return self._dialogue.interruption()

    def late(self) -> MailError:
        """The error for a server that has let its time pass; the session is over."""
        return self._dialogue.wire.late()

    @property
    def has_granted(self) -> bool | None:
        """Whether all of the envelope that was said ahead is granted, so that :meth:`begin` takes no time.

        None: not all replies are here yet. False: there is something to talk about, for which one has to :meth:`wait`.
        """
        if self._ahead is None:
            return False
        said = self._ahead[1]
        if self._dialogue.usual(said.granting):
            return not said.refused
        return False if self._dialogue.complete(len(said.granting)) else None

    def announce(self, envelope: Envelope) -> bool:
        """Say the envelope of the mail that is begun next; False: it has to be said by :meth:`begin`, which may wait.

        :raises MailError: lost.
        """
        said = self._to_say_ahead(envelope)
        if said is None:
            return False
        self._dialogue.allow("MAIL", timeouts.command())
        self._dialogue.send(said.lines)
        self._ahead = envelope, said
        return True

    @property
    def usable(self) -> bool:
        """Whether another mail can be begun; notices a server that has hung up meanwhile."""
        if self._ahead is not None:
            return not self._dialogue.closed
        if not self._dialogue.closed and not self._begun and self._dialogue.interrupted():
            self.abandon()
        return not self._dialogue.closed and not self._begun

    def begin(
        self,
        sender: str,
        recipients: Sequence[str],
        content: Iterable[bytes],
        *,
        size: int,
        eight_bit: bool = False,
        smtputf8: bool = False,
    ) -> Begun:
        """Say the envelope and, if anybody is accepted, the content, all but the final dot.

        :param sender: ``local@domain``, or empty for the null sender.
        :param content: the mail in chunks cut anywhere, with any line ends; read only if a recipient is accepted.
        :param size: bytes, as declared to the server.
        :param eight_bit: the content holds bytes above 127.
        :param smtputf8: the header holds addresses that need SMTPUTF8.
        :raises MailError: sender or mail refused, or lost before the dot; in every case the mail was not sent.
        """
        if self._begun:
            raise RuntimeError("begin() before finish() or abandon()")
        if not self.usable:
            raise self._dialogue.wire.failure("line-dropped")
        maximum = self.maximum_size
        if maximum is not None and size > maximum:
            raise Rejected("mail-too-large", account=self._account, host=self._host, size=size, maximum=maximum)
        envelope = Envelope(sender, tuple(recipients), size, eight_bit, smtputf8)
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] != envelope:
            self.abandon()
            raise RuntimeError("begin() with another envelope than finish()")
        said = ahead[1] if ahead is not None else prepared(self._dialogue, envelope)
        if not said.offered:
            return Begun((), said.refused)
        refused = dict(said.refused)
        if ahead is not None and (grant := self._dialogue.usual(said.granting)):
            self._dialogue.skip(grant)
            accepted = tuple(said.offered)
        else:
            accepted = self._envelope(said, refused, said_already=ahead is not None)
        if accepted:
            self._stream(content, size)
        return Begun(accepted, refused)

    def begin_granted(self, content: Iterable[bytes]) -> tuple[str, ...]:
        """:meth:`begin` for the mail that was announced and that the server :attr:`has_granted`; returns its recipients.

        :raises MailError: lost before the dot; the mail was not sent.
        """
        ahead, self._ahead = self._ahead, None
        grant = self._dialogue.usual(ahead[1].granting) if ahead is not None else 0
        if ahead is None or not grant:
            raise RuntimeError("begin_granted() without a grant")
        self._dialogue.skip(grant)
        self._stream(content, ahead[0].size)
        return tuple(ahead[1].offered)

    def _stream(self, content: Iterable[bytes], size: int) -> None:
        self._dialogue.stream(smtp_body.wire_form(content), timeouts.fetch(size, self._scale))
        self._begun = True

    def finish(self, ahead: Envelope | None = None) -> Receipt:
        """Say the final dot and wait for the answer, as long as RFC 5321 grants the server.

        :param ahead: the envelope of the mail that is begun next, to be said in the same write where the server takes that; :meth:`begin`
            then hears the answers.
        :raises SendUncertain: the answer was lost or is none: nobody can tell whether the mail was sent.
        :raises MailError: the server refused the mail, or was gone already before the dot.
        """
        self.say_dot(ahead)
        return self.hear()

    def say_dot(self, ahead: Envelope | None = None, *, looked: bool = False) -> None:
        """The first half of :meth:`finish`.

        :param looked: the caller has just found that nothing arrives at :attr:`socket`.
        :raises SendUncertain: the line was lost while saying it.
        :raises MailError: the server refused the mail, or was gone already before the dot.
        """
        if not self._begun:
            raise RuntimeError("finish() without begin()")
        self._begun = False
        dialogue = self._dialogue
        if dialogue.interrupted(looked=looked):
            raise dialogue.interruption()
        said = self._to_say_ahead(ahead) if ahead is not None else None
        try:
            dialogue.allow("data", timeouts.smtp_after_dot(self._scale))
            dialogue.send(b".\r\n" + said.lines if said else b".\r\n")
        except MailError as error:
            raise self._uncertain() from error
        if ahead is not None and said is not None:
            self._ahead = ahead, said

    def hear(self) -> Receipt:
        """The second half of :meth:`finish`: the answer to the dot.

        :raises SendUncertain: it was lost or is none.
        :raises MailError: the server refused the mail.
        """
        dialogue = self._dialogue
        ahead, self._ahead = self._ahead, None
        try:
            reply = dialogue.read("data")
            if reply.code is None or 300 <= reply.code < 400:
                raise dialogue.garbled()
        except MailError as error:
            raise self._uncertain() from error
        self._ahead = ahead
        if not good(reply):
            raise dialogue.refusal(reply)
        return Receipt(reply.code or 250, reply.text)

    def _uncertain(self) -> SendUncertain:
        return SendUncertain("mail-maybe-sent", account=self._account, host=self._host)

    def _to_say_ahead(self, envelope: Envelope) -> Said | None:
        """None: :meth:`begin` is to say it, or to tell what is wrong with it."""
        if not self.pipelines or (self.maximum_size or envelope.size) < envelope.size:
            return None
        try:
            said = prepared(self._dialogue, envelope)
        except MailError:
            return None
        return said if 0 < len(said.offered) <= _MOST_AHEAD else None

    def try_sender(self, address: str) -> Reply | None:
        """Ask whether ``address`` would do as a sender, without mailing anything: None if so, else the refusal.

        :raises MailError: the address is none, or the session was lost.
        """
        reply = self._dialogue.command("MAIL", f"MAIL FROM:<{envelope_address(address)}>")
        self.reset()
        return None if good(reply) else reply

    def reset(self) -> None:
        """RSET. :raises MailError: refused or lost."""
        self._dialogue.expect_good("RSET")

    def noop(self) -> None:
        """NOOP. :raises MailError: refused or lost."""
        self._dialogue.expect_good("NOOP")

    def abandon(self) -> None:
        """Drop the line without another word; a mail begun and not finished is not sent. Never raises."""
        self._begun = False
        self._ahead = None
        self._dialogue.close()

    def abort(self) -> None:
        """Cut the line from any thread: whoever waits on it gets an error at once."""
        self._dialogue.wire.abort()

    def close(self) -> None:
        """QUIT and let go; never raises. What was accepted stays accepted, however the farewell ends."""
        if not self._begun and self._ahead is None and not self._dialogue.closed:
            with contextlib.suppress(MailError):
                self._dialogue.allow("QUIT", timeouts.farewell())
                self._dialogue.send(b"QUIT\r\n")
                self._dialogue.read("QUIT")
        self.abandon()

    @property
    def _account(self) -> str | None:
        return self._dialogue.wire.account

    @property
    def _host(self) -> str:
        return self._dialogue.wire.server.host

    def _envelope(self, said: Said, refused: dict[str, MailError], *, said_already: bool = False) -> tuple[str, ...]:
        """MAIL, RCPT and DATA. Returns who is accepted; who isn't goes into ``refused``."""
        if said_already:
            answers = heard(self._dialogue, said)
        else:
            began = time.monotonic()
            answers = asked(self._dialogue, said)
            self.answer_time = time.monotonic() - began
        accepted = granted(self._dialogue, said, answers, refused)
        if accepted is None:
            return self._envelope(replace(said, parameters="", droppable=False), refused)
        return accepted
