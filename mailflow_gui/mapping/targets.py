"""What a target takes: the last step of a rule gives its value the form in which later nodes expect it."""

from __future__ import annotations

from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.fields import ADDRESS_FIELDS, header_of
from mailflow_gui.mapping.values import MisfitError, Value, as_list, as_text, clipped, is_blank

_TEXTS = frozenset({"subject", "text", "html"})

MAIL_TYPE = "message/rfc822"


def fitted(target: str, value: Value) -> Value:
    """``value`` as ``target`` takes it: texts as text, mailboxes as a list of addresses and texts that name some, files as a list
    of files, headers as a list of (name, value); everything else as it is, bytes as text.

    :raises MappingError: no file for attachments, or no header line for headers.
    """
    if target in _TEXTS or target.startswith("headers."):
        return None if value is None else as_text(value)
    if target in ADDRESS_FIELDS:
        return tuple([entry if isinstance(entry, Address) else as_text(entry) for entry in _entries(value)])
    if target == "attachments":
        return tuple(_file(entry) for entry in _entries(value))
    if target == "headers":
        return tuple(_header(entry) for entry in _entries(value))
    return _without_bytes(value)


def _without_bytes(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(_without_bytes(entry) for entry in value)
    return as_text(value) if isinstance(value, bytes) else value


def _entries(value: Value) -> tuple[Value, ...]:
    """The entries of a list, also of lists in it, without blank ones."""
    flat: list[Value] = []
    for entry in as_list(value):
        if isinstance(entry, tuple):
            flat += _entries(entry)
        elif not is_blank(entry):
            flat.append(entry)
    return tuple(flat)


def _file(value: Value) -> Attachment:
    if isinstance(value, Attachment):
        return value
    if isinstance(value, bytes):  # the field "raw": the whole mail
        return Attachment("message.eml", MAIL_TYPE, value)
    raise MisfitError("mapping-not-an-attachment", value=clipped(value))


def _header(value: Value) -> Value:
    name, text = header_of(value)
    if not name:
        raise MisfitError("mapping-bad-header", value=clipped(value))
    return name, text
