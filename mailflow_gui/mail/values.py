"""The values a message is made of: who (an address), what hangs on it (an attachment), and what kind of mail it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mailflow_gui.mail.carried import Carried

Kind = Literal["person", "auto-reply", "bounce", "list"]
"""Who wrote a mail: a person, a machine that answers (RFC 3834), a mail system (RFC 3464) or a mailing list (RFC 2919)."""


@dataclass(frozen=True)
class Address:
    """One mailbox (RFC 5322 3.4): display name, decoded, may be empty; and ``local@domain``.

    What stands in an address header but is no mailbox is kept as a name with an empty address: it can be seen, and never be mailed.
    """

    name: str
    address: str

    def __str__(self) -> str:
        if not self.address:
            return self.name
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True)
class Attachment:
    """One attached part: what it says of itself, and its decoded bytes."""

    name: str
    """A safe file name: no directories, no control or direction characters, at most 120 bytes; never empty."""
    type: str
    """Media type in lower case, such as ``application/pdf``."""
    content: bytes = field(repr=False)
    inline: bool = False
    """Content-Disposition inline, or part of multipart/related (RFC 2183, RFC 2387)."""
    content_id: str | None = None
    """Content-ID without its angle brackets (RFC 2392), or None."""
    carried: Carried | None = field(default=None, init=False, repr=False, compare=False)
    """Where it lies in the mail that it came in; None for one that is made anew, changed copies too."""

    @classmethod
    def received(
        cls,
        carried: Carried,
        *,
        name: str,
        type: str,  # noqa: A002 (the field's own name)
        inline: bool,
        content_id: str | None,
    ) -> Attachment:
        """An attachment whose content is decoded when somebody asks for it."""
        attachment = cls.__new__(cls)
        attachment.__dict__.update(name=name, type=type, inline=inline, content_id=content_id, carried=carried)
        return attachment

    if not TYPE_CHECKING:  # a type checker would take every name for an attribute

        def __getattr__(self, name: str) -> bytes:
            carried = self.__dict__.get("carried")
            if name != "content" or carried is None:
                raise AttributeError(name)
            return self.__dict__.setdefault("content", carried.decoded())

    @property
    def size(self) -> int:
        """Bytes, decoded."""
        return len(self.content)
