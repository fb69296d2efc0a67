"""Reading a mail. It never fails: what is wrong with the bytes is listed in the message's ``defects``.

Who does what: :mod:`headers` cuts the header block into fields, :mod:`words` and :mod:`addresses` read them, :mod:`tree` finds the parts
by their offsets, :mod:`text`, :mod:`html_tokens` and :mod:`charsets` turn bytes into text, :mod:`names` makes file names safe,
:mod:`kinds` tells people from machines.
"""

from __future__ import annotations

from mailflow_gui.mail.message import MailMessage


def parse(raw: bytes, flags: tuple[str, ...] = ()) -> MailMessage:
    r"""The mail in ``raw``; nothing is read before somebody looks at it. Never raises, whatever the bytes.

    :param flags: the server's flags, such as ``\Seen``.
    """
    return MailMessage(raw, flags)
