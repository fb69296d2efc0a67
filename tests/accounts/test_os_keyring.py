"""The system's keyring, against a real Secret Service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.accounts import secret_service

pytestmark = pytest.mark.skipif(bool(secret_service.MISSING), reason=f"not installed: {secret_service.MISSING}")

PRELUDE = """
import sys
from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.errors import AccountError
store = SecretStore(keyring_timeout=20)
account = Account(id="my-inbox", name="Inbox", protocol="imap", host="h.example", port=993, username="me")
"""


def script(home: Path, code: str, *, unlocked: bool = True) -> subprocess.CompletedProcess[str]:
    done = secret_service.run(home, ["-X", "dev", "-W", "error", "-c", PRELUDE + code], unlocked=unlocked)
    assert done.returncode == 0, done.stderr
    return done


def test_secret_is_kept_found_and_forgotten(tmp_path: Path) -> None:
    script(tmp_path, "assert store.get(account) is None; store.set('my-inbox', Secret('pässwörd 秘密'))")
    code = (
        "assert store.get(account).reveal() == 'pässwörd 秘密'; assert store.where(account) == 'keyring'\n"
        "store.set('my-inbox', Secret('new')); assert store.get(account).reveal() == 'new'\n"
        "store.delete('my-inbox'); assert store.get(account) is None; assert store.where(account) is None\n"
        "store.delete('my-inbox')"
    )
    script(tmp_path, code)


def test_locked_keyring_is_an_error_with_advice(tmp_path: Path) -> None:
    script(tmp_path, "store.set('my-inbox', Secret('x'))")
    code = (
        "import threading\n"
        "store = SecretStore(keyring_timeout=5)\n"
        "for action in (lambda: store.get(account), lambda: store.set('my-inbox', Secret('y'))):\n"
        "    try:\n        action()\n"
        "    except AccountError as error:\n        print(error.code, '--password-command' in error.advice)\n"
        "    else:\n        sys.exit('no error')\n"
    )
    done = script(tmp_path, code, unlocked=False)
    assert set(done.stdout.splitlines()) <= {"keyring-locked True", "keyring-timeout True"}
    assert len(done.stdout.splitlines()) == 2


def test_machine_without_a_keyring_is_an_error_with_advice(tmp_path: Path) -> None:
    code = (
        "for action in (lambda: store.get(account), lambda: store.set('a', Secret('y')), lambda: store.delete('a')):\n"
        "    try:\n        action()\n"
        "    except AccountError as error:\n        print(error.code, 'MAILFLOW_PASSWORD_<ID>' in error.advice)\n"
    )
    environ = secret_service.environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == ["keyring-absent True"] * 3, done.stderr
