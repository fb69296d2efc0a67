"""What a refused sign-in tells and doesn't tell."""

from __future__ import annotations

import base64
import hmac

import pytest

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Reply, Transient
from mailflow_gui.mail import sign_in_causes
from mailflow_gui.mail.pop3 import Pop3Session
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp import SmtpSession
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.scripted import Expect, Say, Scripted, Stall

USER, PASSWORD = "ann@example.com", 'canary\\"9 ü'


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "secret",
    [
        PASSWORD,
        'canary\\\\\\"9 ü',
        coded(PASSWORD),
        coded(f"\0{USER}\0{PASSWORD}"),
        coded(f"\0{USER}\0{PASSWORD}").rstrip("="),
        coded(f"{USER} {hmac.new(PASSWORD.encode(), b'<1@x>', 'md5').hexdigest()}"),
    ],
)
def test_every_form_of_a_password_is_masked(secret: str) -> None:
    masked = sign_in_causes.masked(f"535 what is [{secret}]? UGFzc3dvcmQ6", USER, PASSWORD)
    assert masked == "535 what is [***]? UGFzc3dvcmQ6"


def test_server_that_repeats_the_sign_in_tells_nobody() -> None:
    token = coded(f"\0{USER}\0{PASSWORD}")
    with RecordingSmtp(username=USER, password=PASSWORD, mechanisms="PLAIN") as server:
        server.answer("AUTH", f"535 5.7.8 no: AUTH PLAIN {token} ({PASSWORD})")
        with pytest.raises(Reauthenticate) as outgoing:
            SmtpSession.open(Server(server.host, server.port, "none"), USER, PASSWORD)
    script = (
        Say("+OK"), Expect("CAPA", "+OK", "USER", "."), Expect("USER", "+OK"),
        Expect("PASS", f"-ERR [AUTH] no: PASS {PASSWORD}, {token}"), Stall(),
    )  # fmt: skip
    with Scripted(*script) as mailbox, pytest.raises(Reauthenticate) as incoming:
        Pop3Session.open(Server(mailbox.host, mailbox.port, "none"), USER, PASSWORD)
    for caught in (outgoing, incoming):
        error = caught.value
        told = f"{error} {error.detail} {error.arguments} {error.reply!r} {error.__cause__!r} {error.__context__!r}"
        assert "canary" not in told
        assert token not in told
        assert "***" in error.detail


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (Reauthenticate("sign-in-refused", reply=Reply("basic authentication is disabled", 535, "5.7.139")), AccountBroken, "oauth-needed"),
        (AccountBroken("account-refused", reply=Reply("the user credentials were incorrect", 535, "5.7.139")), Reauthenticate,
         "sign-in-refused"),
        (Reauthenticate("sign-in-refused", reply=Reply("Too many simultaneous connections", None, None)), Transient, "too-many-sessions"),
        (Reauthenticate("sign-in-refused", reply=Reply("Authentication failed.", 535, "5.7.8")), Reauthenticate, "sign-in-refused"),
        (Transient("sign-in-unavailable", reply=Reply("later", 454, "4.7.0")), Transient, "sign-in-unavailable"),
        (Transient("line-dropped"), Transient, "line-dropped"),
    ],
)  # fmt: skip
def test_words_choose_the_sentence(error: MailError, kind: type[MailError], code: str) -> None:
    better = sign_in_causes.of(error, "mail.example.com")
    assert (type(better), better.code) == (kind, code)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("imap.gmail.com", "app-password-needed"),
        ("IMAP.Gmail.com.", "app-password-needed"),
        ("notgmail.com", "sign-in-refused"),
        ("gmail.com.example.org", "sign-in-refused"),
        ("outlook.office365.com", "oauth-needed"),
        ("imap.mail.yahoo.co.jp", "outside-access-needed"),
    ],
)
def test_provider_is_known_by_its_whole_domain(host: str, code: str) -> None:
    refused = Reauthenticate("sign-in-refused", reply=Reply("LOGIN failed.", operation="LOGIN"))
    assert sign_in_causes.of(refused, host).code == code
