"""Secrets that one entry can't hold, in a real keyring whose limit is forced."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import secretstorage
from hypothesis import given
from hypothesis import strategies as some
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # it has no types

from mailflow_gui.accounts import long_secrets
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.errors import AccountError
from tests.accounts.keyring_fixtures import keyring
from tests.accounts.keyring_service import KeyringService

__all__ = ["keyring"]

LIMIT = 100
ACCOUNT = Account(id="me", name="Me", protocol="imap", host="imap.example.com", port=993, username="me")


class Dictionary(dict[str, str]):
    """Entries in memory, where the order of writes is to be looked at; real ones are used below."""

    writes_left = 1000

    def get_password(self, _service: str, username: str) -> str | None:
        return self.get(username)

    def set_password(self, _service: str, username: str, password: str) -> None:
        self.writes_left -= 1
        if long_secrets.units(password) > LIMIT or self.writes_left < 0:
            raise OSError("The stub received bad data")
        self[username] = password

    def delete_password(self, _service: str, username: str) -> None:
        del self[username]


@given(some.text(max_size=600), some.text(max_size=600))
def test_any_text_comes_back_and_leaves_nothing(first: str, second: str) -> None:
    entries = Dictionary()
    for text in (first, second):
        long_secrets.set_(entries, "s", "me", text, LIMIT)
        assert long_secrets.get(entries, "s", "me") == text
        assert len(entries) <= 1 + -(-long_secrets.units(text) // (LIMIT - 1)), "pieces of the first are left"
    long_secrets.delete(entries, "s", "me", LIMIT)
    assert entries == {}


def test_windows_limit_counts_utf16_units_and_tears_no_character() -> None:
    text = "a" * 1279 + "😀" * 1281
    pieces = list(long_secrets.split(text, 1280))
    assert "".join(pieces) == text
    assert all(len(piece.encode("utf-16-le")) <= 2560 for piece in pieces)
    assert [long_secrets.units(piece) for piece in pieces] == [1279, 1280, 1280, 2]


@pytest.mark.parametrize("fails_at", range(6))
def test_write_that_fails_in_the_middle_leaves_the_old_secret(fails_at: int) -> None:
    for old in ("short", "o" * 350):
        entries = Dictionary()
        long_secrets.set_(entries, "s", "me", old, LIMIT)
        before = dict(entries)
        entries.writes_left = fails_at
        try:
            long_secrets.set_(entries, "s", "me", "n" * 250, LIMIT)
        except OSError:
            assert entries == before
        else:
            assert fails_at >= 4
            assert long_secrets.get(entries, "s", "me") == "n" * 250


def test_long_secrets_in_a_real_keyring_shrink_grow_and_go(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20, entry_limit=LIMIT)
    for text in ("x" * 350, "y" * 200, "z" * 100, "ä" * 101, "short", "q" * 950):
        store.set("me", Secret(text))
        assert store.get(ACCOUNT) == Secret(text)
        items = keyring.items()
        assert all(len(kept) <= LIMIT for kept in items.values())
        assert len(items) == 1 + (-(-len(text) // LIMIT) if len(text) > LIMIT else 0)
    # Another process, without the limit, reads and shortens the same.
    unlimited = SecretStore(keyring_timeout=20)
    assert unlimited.get(ACCOUNT) == Secret("q" * 950)
    unlimited.set("me", Secret("r" * 300))
    assert keyring.items() == {"me": "r" * 300}
    store.set("me", Secret("x" * 350))
    store.delete("me")
    assert keyring.items() == {}


def test_secret_whose_piece_is_lost_is_not_used_but_can_be_replaced_and_deleted(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20, entry_limit=LIMIT)
    repairs: list[Callable[[], None]] = [lambda: store.delete("me"), lambda: store.set("me", Secret("new"))]
    for repair in repairs:
        store.set("me", Secret("x" * 350))
        _remove(keyring, "me/a/1")
        with pytest.raises(AccountError) as caught:
            store.get(ACCOUNT)
        assert caught.value.code == "keyring-incomplete"
        assert "xxx" not in f"{caught.value} {caught.value.detail}"
        repair()
    assert keyring.items() == {"me": "new"}
    store.set("me", Secret("x" * 350))
    _remove(keyring, "me/a/1")
    with store.changed("me", Secret("typed again")):
        pass
    assert keyring.items() == {"me": "typed again"}


def test_secret_that_looks_like_the_line_of_a_long_one_is_kept_as_it_is(keyring: KeyringService) -> None:
    for limit in (LIMIT, None):
        store = SecretStore(keyring_timeout=20, entry_limit=limit)
        text = "mailflow-pieces-1:a:1:" + "0" * 64
        store.set("me", Secret(text))
        assert store.get(ACCOUNT) == Secret(text)
        store.delete("me")
        assert keyring.items() == {}


def _remove(keyring: KeyringService, user: str) -> None:
    connection = open_dbus_connection(keyring.address)
    try:
        [item] = secretstorage.Collection(connection).search_items({"username": user})
        item.delete()
    finally:
        connection.close()
