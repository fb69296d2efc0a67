"""Validate and sessions, against real servers: how far it comes, what it says, and that it signs in once."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui import sentences
from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.stages import STAGES, Stage
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.accounts.validate import validate, validate_saved
from mailflow_gui.errors import AccountError, Reauthenticate
from mailflow_gui.mail import tls
from tests.servers import certificates
from tests.servers import dovecot as dovecot_server
from tests.servers.dovecot import Dovecot

CANARY = "canary-c0ffee"


@pytest.fixture
def inbox(dovecot: Dovecot, user: str) -> Account:
    """An IMAP account over TLS that works with the password of the test server."""
    return Account(
        id="inbox", name="Inbox", protocol="imap", host=dovecot.host, port=dovecot.imaps, security="tls",
        username=user, certificate=dovecot.certificate.pem,
    )  # fmt: skip


PASSWORD = Secret(dovecot_server.PASSWORD)


def outcome(stages: tuple[Stage, ...]) -> tuple[str, str]:
    """The last stage and its code; everything before must have been ok, in order, and every text must exist."""
    assert [stage.stage for stage in stages] == list(STAGES[: len(stages)])
    assert all(stage.ok for stage in stages[:-1])
    for stage in stages:
        assert stage.code in sentences.SENTENCES
        assert stage.text
        assert "?" not in stage.text.replace(stage.detail, "")
        assert stage.ok or stage.advice
        assert CANARY not in f"{stage}{stage.as_json()}"
    return stages[-1].stage, stages[-1].code


def test_account_that_works_passes_every_stage(inbox: Account, dovecot: Dovecot) -> None:
    seen: list[Stage] = []
    threads: set[int] = set()

    def on_stage(stage: Stage) -> None:
        seen.append(stage)
        threads.add(threading.get_ident())

    stages = validate(inbox, PASSWORD, on_stage)
    assert outcome(stages) == ("abilities", "validate-imap-abilities")
    assert stages[-1].ok
    assert stages[-1].text == "Folders: 1. The server offers: IDLE, MOVE, UIDPLUS."
    facts = {stage.stage: stage.as_json()["facts"] for stage in stages}
    assert facts["tls"].keys() == {"encryption", "cipher", "days", "day", "fingerprint"}
    assert facts["sign-in"] == {"mechanism": "PLAIN"}
    assert facts["abilities"]["folders"] == 1
    assert not any(stage.warns for stage in stages)
    assert tuple(seen) == stages
    assert threads == {threading.get_ident()}
    assert dovecot.logins(inbox.username) == 1


def test_starttls_and_clear_text_pass_too(inbox: Account, dovecot: Dovecot) -> None:
    starttls = replace(inbox, security="starttls", port=dovecot.imap)
    assert outcome(validate(starttls, PASSWORD))[0] == "abilities"
    clear = validate(replace(inbox, security="none", port=dovecot.imap), PASSWORD)
    assert outcome(clear)[0] == "abilities"
    assert clear[3].code == "validate-tls-none-loopback"


def test_pop3_shows_its_abilities(inbox: Account, dovecot: Dovecot) -> None:
    stages = validate(replace(inbox, protocol="pop3", port=dovecot.pop3s), PASSWORD)
    assert outcome(stages) == ("abilities", "validate-pop3-abilities")
    assert stages[-1].text == "The server offers: UIDL, TOP."
    assert stages[-1].as_json()["facts"]["missing"] == "–"


@pytest.mark.parametrize(
    ("capabilities", "ids", "code"),
    [
        (b"-ERR what?\r\n", b"+OK\r\n1 abc\r\n.\r\n", "validate-pop3-unknown"),
        (b"-ERR what?\r\n", b"-ERR what?\r\n", "validate-pop3-no-uidl"),
        (b"+OK\r\nTOP\r\nUSER\r\n.\r\n", b"-ERR what?\r\n", "validate-pop3-no-uidl"),
    ],
)
def test_old_pop3_server_is_taken_as_it_is(inbox: Account, capabilities: bytes, ids: bytes, code: str) -> None:
    def old(sock: socket.socket) -> None:
        sock.sendall(b"+OK ready\r\n")
        while command := sock.recv(4096).split():
            answers = {b"CAPA": capabilities, b"UIDL": ids, b"LIST": b"+OK\r\n1 100\r\n.\r\n"}
            sock.sendall(answers.get(command[0].upper(), b"+OK\r\n"))

    with scripted(old) as port:
        stages = validate(replace(inbox, protocol="pop3", port=port, security="none"), PASSWORD)
    assert outcome(stages) == ("abilities", code)
    assert stages[-1].ok


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_wrong_password_is_tried_once(inbox: Account, dovecot: Dovecot, protocol: str) -> None:
    port = {"imap": dovecot.imaps, "pop3": dovecot.pop3s}[protocol]
    account = replace(inbox, protocol=protocol, port=port)  # type: ignore[arg-type]  # a protocol by its name
    stages = validate(account, Secret(CANARY))
    assert outcome(stages) == ("sign-in", "sign-in-refused")
    assert stages[-1].detail
    while not dovecot.refused_logins(account.username):  # logged when the server has noticed that we left
        time.sleep(0.01)
    assert dovecot.refused_logins(account.username) == 1
    assert dovecot.logins(account.username) == 0


def test_user_without_a_password_never_reaches_the_network(inbox: Account) -> None:
    (stage,) = validate(replace(inbox, host="127.0.0.1", port=1), None)
    assert (stage.stage, stage.ok, stage.code) == ("parameters", False, "secret-missing")
    assert "MAILFLOW_PASSWORD_INBOX" in stage.advice


def test_faulty_fields_never_reach_the_network(inbox: Account) -> None:
    for account in (replace(inbox, port=0), replace(inbox, host="a b"), replace(inbox, certificate="no PEM")):
        (stage,) = validate(account, PASSWORD)
        assert (stage.stage, stage.ok) == ("parameters", False)


def test_unknown_name_is_told_from_a_dead_port(inbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert outcome(validate(replace(inbox, port=port), PASSWORD)) == ("connect", "refused")

    def unknown(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    # The answer of a resolver that knows no such name; this machine's own may ask the network.
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert outcome(validate(replace(inbox, host="nowhere.invalid"), PASSWORD)) == ("lookup", "host-unknown")


def test_tls_where_the_server_speaks_clear_is_a_wrong_port_or_method(inbox: Account, dovecot: Dovecot) -> None:
    stages = validate(replace(inbox, port=dovecot.imap), PASSWORD)
    assert outcome(stages) == ("tls", "tls-not-spoken")
    assert "security method" in stages[-1].advice


def test_clear_text_where_the_server_speaks_tls_is_a_wrong_port_or_method(inbox: Account) -> None:
    stages = validate(replace(inbox, security="none"), PASSWORD)
    stage, _code = outcome(stages)
    assert stage == "connect"
    assert "security method" in stages[-1].advice


def test_advice_promises_no_further_attempts_and_names_the_usual_port(
    inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: socket.socket, _address: object) -> None:
        raise ConnectionRefusedError

    # Usual ports can't be listened on here, so the network is what refuses.
    monkeypatch.setattr(socket.socket, "connect", refuse)
    mixed_up = validate(replace(inbox, security="starttls", port=993), PASSWORD)
    assert outcome(mixed_up) == ("connect", "refused")
    assert "by itself" not in mixed_up[-1].advice
    assert "Port 993 is usual with SSL/TLS, not with STARTTLS: choose SSL/TLS, or port 143." in mixed_up[-1].advice
    assert "usual with" not in validate(inbox, PASSWORD)[-1].advice
    assert "usual with" not in validate(replace(inbox, security="none", port=143), PASSWORD)[-1].advice


def test_untrusted_certificate_is_said_before_the_password_is(inbox: Account, dovecot: Dovecot) -> None:
    for account, code in (
        (replace(inbox, certificate=""), "certificate-untrusted"),
        (replace(inbox, certificate=certificates.make(authority=True).pem), "certificate-changed"),
        (replace(inbox, certificate="", security="starttls", port=dovecot.imap), "certificate-untrusted"),
    ):
        stages = validate(account, PASSWORD)
        assert outcome(stages) == ("tls", code)
        assert stages[-1].shown == tls.describe(dovecot.certificate.pem)
        assert stages[-1].trusted == (tls.describe(account.certificate) if account.certificate else None)
    assert dovecot.logins(inbox.username) == 0


@pytest.mark.parametrize(
    ("names", "expired", "code"),
    [
        (("localhost",), True, "certificate-expired"),
        (("mail.example.com",), False, "certificate-wrong-host"),
    ],
)
def test_expired_and_wrong_certificates_are_told_apart(
    inbox: Account, tmp_path: Path, names: tuple[str, ...], expired: bool, code: str
) -> None:
    authority = certificates.make(authority=True)
    shown = certificates.make((*names, "127.0.0.1") if expired else names, issuer=authority, expired=expired)
    context = shown.server_context(tmp_path)

    def shake_hands(sock: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(sock, server_side=True) as secure:
            secure.recv(1)

    with scripted(shake_hands) as port:
        stages = validate(replace(inbox, port=port, certificate=authority.pem), PASSWORD)
    assert outcome(stages) == ("tls", code)


def test_server_without_starttls_gets_no_password(inbox: Account) -> None:
    heard = bytearray()

    def no_starttls(sock: socket.socket) -> None:
        sock.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
        while line := sock.recv(4096):
            heard.extend(line)
            tag = line.split()[0]
            sock.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")

    with scripted(no_starttls) as port:
        stages = validate(replace(inbox, port=port, security="starttls"), Secret(CANARY))
    assert outcome(stages) == ("tls", "starttls-missing")
    assert CANARY.encode() not in heard
    assert b"AUTHENTICATE" not in heard


def test_silent_server_can_be_cancelled(inbox: Account) -> None:
    connected, release = threading.Event(), threading.Event()

    def silent(sock: socket.socket) -> None:
        connected.set()
        release.wait(60)
        sock.close()

    with scripted(silent) as port:
        account = replace(inbox, port=port, security="none")
        stages = validate(account, PASSWORD, cancelled=connected.is_set)
        release.set()
    assert stages[-1].code == "validate-cancelled"
    assert not stages[-1].ok


def test_cancelling_before_the_sign_in_keeps_the_password_here(inbox: Account, dovecot: Dovecot) -> None:
    cancelled = threading.Event()

    def on_stage(stage: Stage) -> None:
        if stage.stage == "parameters":
            cancelled.set()

    stages = validate(inbox, PASSWORD, on_stage, cancelled.is_set)
    assert [stage.code for stage in stages] == ["validate-parameters-ok", "validate-cancelled"]
    assert dovecot.logins(inbox.username) == 0


@contextlib.contextmanager
def scripted(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one session; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError, ssl.SSLError):
                sock, _address = server.accept()
                with sock:
                    answer(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join()


@pytest.fixture
def store(tmp_path: Path, inbox: Account, monkeypatch: pytest.MonkeyPatch) -> AccountStore:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")
    store = AccountStore(tmp_path / "accounts.json")
    store.add(inbox)
    return store


def test_good_validation_of_a_saved_account_is_noted(
    store: AccountStore, inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(validate_saved(store, SecretStore(), "inbox")) == ("parameters", "keyring-refused")
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", "wrong")
    assert outcome(validate_saved(store, SecretStore(), "inbox"))[0] == "sign-in"
    assert store.get("inbox").validated is None
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", dovecot_server.PASSWORD)
    assert outcome(validate_saved(store, SecretStore(), "inbox"))[0] == "abilities"
    validated = store.get("inbox").validated
    assert validated is not None
    assert store.get("inbox") == replace(inbox, validated=validated)


def test_account_edited_during_its_validation_does_not_count_as_validated(
    store: AccountStore, inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", dovecot_server.PASSWORD)

    def edit(stage: Stage) -> None:
        if stage.stage == "connect":
            store.replace(replace(inbox, username="other"))

    stages = validate_saved(store, SecretStore(), "inbox", edit)
    assert stages[-1].ok
    assert store.get("inbox").validated is None


def test_session_is_opened_with_the_accounts_secret(
    store: AccountStore, inbox: Account, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(replace(inbox, id="pop", name="Pop", protocol="pop3", port=dovecot.pop3s, password_command="echo pw"))
    sessions = Sessions(store, SecretStore())
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", dovecot_server.PASSWORD)
    with contextlib.closing(sessions.imap("inbox")) as session:
        assert session.select("INBOX").exists == 0
    with contextlib.closing(sessions.pop3("pop")) as pop:
        assert list(pop.list()) == []
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", "wrong")
    with pytest.raises(Reauthenticate) as refused:
        sessions.imap("inbox")
    assert refused.value.account == "inbox"


def test_session_of_another_protocol_or_an_unknown_account_is_refused(store: AccountStore) -> None:
    sessions = Sessions(store, SecretStore())
    with pytest.raises(AccountError) as other:
        sessions.smtp("inbox")
    assert other.value.code == "account-other-protocol"
    with pytest.raises(AccountError) as unknown:
        sessions.imap("nobody")
    assert unknown.value.code == "account-unknown"
