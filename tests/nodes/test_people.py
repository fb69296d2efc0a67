"""Whom a mail is from and to: what is remembered is what would be read anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import Rejected
from mailflow_gui.mail.message import Address
from mailflow_gui.mapping.values import Value
from mailflow_gui.nodes import people

MAILBOX = Address("Jane", "jane@example.org")
VALUES: list[Value] = [
    *("a@example.com", "A <a@EXAMPLE.com>, b@example.com", "none", "", ("a@example.com",), ("b@example.com", MAILBOX)),
    *(MAILBOX, (MAILBOX,), (Address("nobody", ""),), None, (), 1, True, (None,), (("a@example.com",),)),
]


def read(data: dict[str, Value]) -> people.People | tuple[str, object]:
    try:
        return people.people_in(data)
    except Rejected as error:
        return error.code, error.arguments


def anew(data: dict[str, Value]) -> people.People | tuple[str, object]:
    try:
        return people._people(*[data.get(name) for name in ("from", "to", "cc", "bcc", "reply_to")])
    except Rejected as error:
        return error.code, error.arguments


@given(st.dictionaries(st.sampled_from(["from", "to", "cc", "bcc", "reply_to"]), st.sampled_from(VALUES)))
def test_what_is_remembered_is_what_would_be_read_anew(data: dict[str, Value]) -> None:
    for _time in range(2):
        assert read(data) == anew(data)


def test_a_refusal_is_told_each_time() -> None:
    for _time in range(2):
        with pytest.raises(Rejected, match=r".") as caught:
            people.people_in({"from": "bot@example.com", "to": "nobody"})
        assert caught.value.code == "address-invalid"


def test_who_is_named_twice_is_one_recipient() -> None:
    found = people.people_in(
        {"from": "bot@example.com", "to": "a@example.com", "cc": ("A@Example.com", "b@example.com")}
    )
    assert [one.address for one in found.recipients] == ["a@example.com", "b@example.com"]
