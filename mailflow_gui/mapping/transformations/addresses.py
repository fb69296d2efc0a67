"""Transformations of mail addresses: a mailbox, or a text such as ``"Doe, Jane" <jane@example.com>``."""

from __future__ import annotations

from mailflow_gui.language import N_
from mailflow_gui.mail import addresses
from mailflow_gui.mail.message import Address
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import Value, as_text, check_count


def mailboxes(value: Value) -> tuple[Address, ...]:
    """The mailboxes in a value: itself, those of a list, those that a text names.

    :raises MappingError: far too many.
    """
    if isinstance(value, Address):
        return (value,)
    if isinstance(value, tuple):
        found = tuple(mailbox for entry in value for mailbox in mailboxes(entry))
    else:
        text = as_text(value)
        check_count(text.count(",") + text.count(";"))
        found = addresses.parse(text)
    check_count(len(found))
    return found


def _each(value: Value, texts: tuple[str, ...]) -> Value:
    """One text for one mailbox, a list for a list."""
    if isinstance(value, tuple) or len(texts) > 1:
        return texts
    return texts[0] if texts else None


@transformation("address", N_("Address only"), input="any", output="any", weight=200)
def address(value: Value, parameters: Parameters, context: MappingContext) -> Value:
    """``jane@example.com`` of ``Jane <jane@example.com>``; of several mailboxes a list; what is no mailbox has none."""
    return _each(value, tuple(mailbox.address for mailbox in mailboxes(value)))


@transformation("name", N_("Name only"), input="any", output="any", weight=200)
def name(value: Value, parameters: Parameters, context: MappingContext) -> Value:
    """``Jane`` of ``Jane <jane@example.com>``, empty where there is none; of several mailboxes a list."""
    return _each(value, tuple(mailbox.name for mailbox in mailboxes(value)))


@transformation("domain", N_("Domain only"), input="any", output="any", weight=200)
def domain(value: Value, parameters: Parameters, context: MappingContext) -> Value:
    """``example.com`` of ``Jane <jane@example.com>``, in small letters; of several mailboxes a list."""
    return _each(value, tuple(domain_of(mailbox) for mailbox in mailboxes(value)))


def domain_of(mailbox: Address) -> str:
    """What stands behind the last @, in small letters; empty where there is none."""
    return mailbox.address.rpartition("@")[2].lower() if "@" in mailbox.address else ""
