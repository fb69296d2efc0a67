"""The file of accounts."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError, StorageError, UsageError

INBOX = Account(id="inbox", name="Inbox", protocol="imap", host="imap.example.com", port=993, username="me")
OUTGOING = Account(id="outgoing", name="送信", protocol="smtp", host="smtp.example.com", port=465)


@pytest.fixture
def store(tmp_path: Path) -> AccountStore:
    return AccountStore(tmp_path / "config" / "accounts.json")


def test_home_without_a_file_has_no_accounts(store: AccountStore) -> None:
    assert store.all() == ()
    assert not store.path.parent.exists()


def test_accounts_come_back_as_they_were_saved(store: AccountStore) -> None:
    full = replace(
        INBOX,
        certificate="PEM\n",
        description="two\nlines",
        password_command="x",
        signs_in=False,
        validated="2026-01-01",
    )
    store.add(full)
    store.add(OUTGOING)
    assert AccountStore(store.path).all() == (full, OUTGOING)
    assert store.get("inbox") == full


def test_file_is_readable_by_its_owner_alone_and_fit_for_a_diff(store: AccountStore) -> None:
    store.add(OUTGOING)
    text = store.path.read_text(encoding="utf-8")
    assert text.startswith('{\n  "mailflow_accounts": 1,\n')
    assert text.endswith("}\n")
    assert "送信" in text
    if sys.platform != "win32":
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_account_is_found_by_id_before_name(store: AccountStore) -> None:
    tricky = replace(OUTGOING, id="b", name="inbox-2")
    store.add(tricky)
    store.add(replace(INBOX, id="inbox-2"))
    assert store.find("inbox-2").name == "Inbox"
    assert store.find("INBOX").id == "inbox-2"
    assert store.find("b") == tricky


@pytest.mark.parametrize("action", ["get", "find", "remove"])
def test_unknown_account_is_named(store: AccountStore, action: str) -> None:
    with pytest.raises(AccountError, match="nobody") as caught:
        getattr(store, action)("nobody")
    assert caught.value.code == "account-unknown"


def test_unknown_account_is_not_replaced(store: AccountStore) -> None:
    with pytest.raises(AccountError, match="inbox"):
        store.replace(INBOX)


def test_second_account_of_a_name_or_an_id_is_refused(store: AccountStore) -> None:
    store.add(INBOX)
    with pytest.raises(UsageError) as caught:
        store.add(replace(OUTGOING, name="inbox"))
    assert caught.value.code == "account-name-taken"
    with pytest.raises(AccountError) as taken:
        store.add(replace(OUTGOING, id="inbox"))
    assert taken.value.code == "account-id-taken"
    assert store.all() == (INBOX,)


def test_renaming_keeps_id_and_place(store: AccountStore) -> None:
    store.add(INBOX)
    store.add(OUTGOING)
    store.replace(replace(INBOX, name="Work"))
    assert [(account.id, account.name) for account in store.all()] == [("inbox", "Work"), ("outgoing", "送信")]
    store.remove("inbox")
    assert store.all() == (OUTGOING,)


def test_keys_of_other_versions_are_kept(store: AccountStore) -> None:
    store.add(INBOX)
    document = json.loads(store.path.read_text(encoding="utf-8"))
    document["later"] = {"a": [1]}
    document["accounts"][0]["colour"] = "red"
    store.path.write_text("\ufeff" + json.dumps(document), encoding="utf-8")
    store.replace(replace(INBOX, port=1993))
    store.add(OUTGOING)
    document = json.loads(store.path.read_text(encoding="utf-8"))
    assert document["later"] == {"a": [1]}
    assert document["accounts"][0]["colour"] == "red"
    assert document["accounts"][0]["port"] == 1993


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "accounts-file-broken"),
        (b"{", "accounts-file-broken"),
        (b"\xff\xfe\x00", "accounts-file-broken"),
        (b"[" * 100_000, "accounts-file-broken"),
        (b"[]", "accounts-file-broken"),
        (b'{"mailflow_accounts": true, "accounts": []}', "accounts-file-broken"),
        (b'{"mailflow_accounts": 1}', "accounts-file-broken"),
        (b'{"mailflow_accounts": 1, "accounts": [7]}', "accounts-file-broken"),
        (b'{"mailflow_accounts": 1, "accounts": [{"id": "a"}]}', "accounts-file-broken"),
        (b'{"mailflow_accounts": 2, "accounts": "?"}', "accounts-file-newer"),
    ],
)
def test_file_that_cannot_be_used_stays_as_it_is(store: AccountStore, content: bytes, code: str) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    for action in (store.all, lambda: store.add(INBOX), lambda: store.remove("inbox")):
        with pytest.raises(AccountError) as caught:
            action()
        assert caught.value.code == code
    assert store.path.read_bytes() == content


@pytest.mark.parametrize(
    "changes", [{"port": "993"}, {"port": True}, {"port": 0}, {"host": ""}, {"signs_in": 1}, {"protocol": "jmap"}]
)
def test_faulty_entry_is_named(store: AccountStore, changes: dict[str, object]) -> None:
    store.add(INBOX)
    document = json.loads(store.path.read_text(encoding="utf-8"))
    document["accounts"][0].update(changes)
    store.path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AccountError, match=rf"accounts\[1\]\.{next(iter(changes))}"):
        store.all()


def test_same_id_twice_in_the_file_is_a_fault(store: AccountStore) -> None:
    store.add(INBOX)
    document = json.loads(store.path.read_text(encoding="utf-8"))
    document["accounts"] *= 2
    store.path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AccountError, match="twice"):
        store.all()


def test_symbolic_link_is_followed_not_replaced(tmp_path: Path) -> None:
    real = tmp_path / "repository" / "accounts.json"
    real.parent.mkdir()
    link = tmp_path / "accounts.json"
    link.symlink_to(real)
    AccountStore(link).add(INBOX)
    assert link.is_symlink()
    assert AccountStore(real).all() == (INBOX,)


def test_directory_in_the_way_is_a_clear_sentence(store: AccountStore) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(StorageError, match=r"accounts\.json"):
        store.all()


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_write_that_fails_leaves_the_old_file(store: AccountStore) -> None:
    store.add(INBOX)
    before = store.path.read_bytes()
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from dataclasses import replace\n"
        "from mailflow_gui.accounts.store import AccountStore\n"
        "from mailflow_gui.errors import StorageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = AccountStore(Path(sys.argv[1]))\n"
        "account = replace(store.get('inbox'), description='x' * 100_000)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n    store.replace(account)\n"
        "except StorageError as error:\n    sys.exit(40 if error.code == 'accounts-file-inaccessible' else 41)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store.path)], check=False)
    assert done.returncode == 40
    assert store.path.read_bytes() == before
    assert sorted(entry.name for entry in store.path.parent.iterdir()) == ["accounts.json", "accounts.json.lock"]


def test_processes_do_not_lose_each_others_accounts(store: AccountStore) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from mailflow_gui.accounts.account import Account\n"
        "from mailflow_gui.accounts.store import AccountStore\n"
        "store = AccountStore(Path(sys.argv[1]))\n"
        "for number in range(15):\n"
        "    name = f'{sys.argv[2]}-{number}'\n"
        "    store.add(Account(id=name, name=name, protocol='imap', host='h.example', port=1))\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(store.path), letter]) for letter in "abc"]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert {account.id for account in store.all()} == {f"{letter}-{n}" for letter in "abc" for n in range(15)}


def test_lock_that_another_holds_is_a_clear_sentence(store: AccountStore) -> None:
    hurried = AccountStore(store.path, patience=0)
    with store.locked(), pytest.raises(StorageError, match=str(os.getpid())) as caught:
        hurried.add(INBOX)
    assert caught.value.code == "accounts-file-busy"
    hurried.add(INBOX)


def test_several_changes_can_be_one_step(store: AccountStore) -> None:
    with store.locked():
        store.add(INBOX)
        store.replace(replace(INBOX, port=143))
    store.add(OUTGOING)
    assert [account.port for account in store.all()] == [143, 465]
