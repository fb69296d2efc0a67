"""Whom a mail of Send Email is from and to: typed and mapped values, read as mailboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mailflow_gui.errors import Rejected
from mailflow_gui.mail.envelope import envelope_address, parse_addresses
from mailflow_gui.mail.values import Address
from mailflow_gui.mapping.values import Value, as_list


@dataclass(frozen=True)
class People:
    """Whom a mail is from and to."""

    sender: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[Address, ...]
    """Of the envelope."""


def people_in(data: Mapping[str, Value]) -> People:
    """The mailboxes that a mail's resolved fields name.

    :raises Rejected: nobody is the sender, or something is no address, or can't be mailed to.
    """
    sender, to = data.get("from"), data.get("to")
    if "cc" in data or "bcc" in data or "reply_to" in data or not _is_short(sender) or not _is_short(to):
        return _people(sender, to, data.get("cc"), data.get("bcc"), data.get("reply_to"))
    return _same_people(sender, to)


def _people(sender: Value, to: Value, cc: Value, bcc: Value, reply_to: Value) -> People:
    authors = _addresses("from", sender)
    if not authors:
        raise Rejected("send-no-from")
    read_to, read_cc, read_bcc = _addresses("to", to), _addresses("cc", cc), _addresses("bcc", bcc)
    answers = _addresses("reply_to", reply_to)
    return People(authors, read_to, read_cc, read_bcc, answers, recipients_of(read_to, read_cc, read_bcc))


def _is_short(value: Value) -> bool:
    """Whether it may be remembered: a typed text, or one address."""
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return isinstance(value, (str, Address))


@lru_cache(maxsize=256)
def _same_people(sender: Value, to: Value) -> People:
    """Most mails of a flow go from one mailbox, or from few, to one."""
    return _people(sender, to, None, None, None)


def recipients_of(*lists: tuple[Address, ...]) -> tuple[Address, ...]:
    """The envelope's recipients: each mailbox once."""
    return _once([_on_the_wire(address) for addresses in lists for address in addresses])


def _addresses(name: str, values: Value) -> tuple[Address, ...]:
    """:raises Rejected: one of them is no address, or can't be mailed to."""
    found: list[Address] = []
    for value in as_list(values):
        if isinstance(value, Address):
            envelope_address(value.address or value.name)
            found.append(value)
        elif isinstance(value, str):
            found += _parsed(value)
        elif value is not None:
            raise Rejected("send-not-an-address", field=name)
    return _once(found)


@lru_cache(maxsize=4096)
def _on_the_wire(address: Address) -> Address:
    """The address as SMTP says it: two spellings of one domain are one recipient."""
    return replace(address, address=envelope_address(address.address))


_parsed = lru_cache(maxsize=256)(parse_addresses)
"""Typed addresses are the same for every item."""


def _once(addresses: Sequence[Address]) -> tuple[Address, ...]:
    """Each mailbox once, the first spelling of it."""
    if len(addresses) < 2:
        return tuple(addresses)
    found: dict[str, Address] = {}
    for address in addresses:
        found.setdefault(address.address.casefold(), address)
    return tuple(found.values())
