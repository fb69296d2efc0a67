"""From an address to proposals: every source against real servers, their order, and what is never told to whom."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from mailflow_gui import sentences
from mailflow_gui.accounts.detect import SOURCES, Detected, Network, Step, detect
from mailflow_gui.errors import UsageError
from tests.accounts.detect.conftest import LOCAL, Description, Internet, server
from tests.accounts.detect.web_server import Page
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import Expect, Say, Scripted, Stall, StartTls

ADDRESS = "anna.canary@example.test"
AUTOCONFIG = "autoconfig.example.test/mail/config-v1.1.xml"
WELL_KNOWN = "example.test/.well-known/autoconfig/mail/config-v1.1.xml"
ISPDB = "ispdb.test/v1.1/example.test"


def found(detected: Detected) -> list[tuple[str, str, int, str, str, bool]]:
    """What was proposed, in short; every sentence that belongs to it must exist and be filled."""
    assert tuple(step.source for step in detected.steps) == SOURCES
    notes = [note for each in detected.proposals for note in each.notes]
    told = [(said.code, said.text) for said in detected.steps] + [(said.code, said.text) for said in notes]
    for code, text in (*told, (detected.outcome.code, detected.outcome.text)):
        assert code in sentences.SENTENCES
        assert text
        assert "?" not in text
    return [
        (each.protocol, each.host, each.port, each.security, each.source, each.verified) for each in detected.proposals
    ]


def states(detected: Detected) -> dict[str, str]:
    return {step.source: step.state for step in detected.steps}


@pytest.fixture
def smtp(internet: Internet) -> Scripted:
    """An SMTP server for smtp.example.test, with STARTTLS."""
    return Scripted(
        Say("220 smtp.example.test ready"),
        Expect("^EHLO ", "250-smtp.example.test", "250 STARTTLS"),
        Expect("^STARTTLS$", "220 go on"),
        StartTls(internet.context("smtp.example.test")),
        Expect("^EHLO ", "250-smtp.example.test", "250 AUTH PLAIN LOGIN"),
    )


def mail_servers(internet: Internet, dovecot: Dovecot, smtp: Scripted) -> None:
    """imap., pop. and smtp.example.test on their usual ports."""
    for name in ("imap", "pop", "smtp"):
        internet.zone[f"{name}.example.test"] = LOCAL
    internet.ports |= {993: dovecot.imaps, 143: dovecot.imap, 995: dovecot.pop3s, 110: dovecot.pop3, 587: smtp.port}


def test_usual_names_are_tried_and_proposed_when_they_prove_themselves(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    internet.ports[465] = closed_port()
    with smtp:
        detected = detect(ADDRESS, network=internet.network())
    assert found(detected) == [
        ("imap", "imap.example.test", 993, "tls", "probe", True),
        ("imap", "imap.example.test", 143, "starttls", "probe", True),
        ("pop3", "pop.example.test", 995, "tls", "probe", True),
        ("pop3", "pop.example.test", 110, "starttls", "probe", True),
        ("smtp", "smtp.example.test", 587, "starttls", "probe", True),
    ]
    assert {each.username for each in detected.proposals} == {ADDRESS}
    assert states(detected) == {"table": "nothing", "autoconfig": "nothing", "srv": "nothing", "probe": "found"}
    assert (detected.outcome.code, detected.offline, detected.provider) == ("detect-found", False, None)
    assert detected.best("imap") == detected.proposals[0]
    assert [each.port for each in detected.of("smtp")] == [587]
    assert not smtp.heard("AUTH")
    assert not smtp.problems


def test_server_with_a_certificate_for_another_name_is_not_proposed(
    internet: Internet, trusted_dovecot: Dovecot
) -> None:
    internet.zone["imap.other.test"] = LOCAL
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995), closed_port()) | {993: trusted_dovecot.imaps}
    detected = detect("anna@other.test", network=internet.network())
    assert found(detected) == []
    assert detected.outcome.code == "detect-nothing"
    assert not detected.offline


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_description_at_the_domain_comes_before_dns_and_the_collection(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted, description: Description
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    internet.pages = {
        AUTOCONFIG: Page(
            description(
                server("imap", "imap.%EMAILDOMAIN%", trusted_dovecot.imaps),
                server("pop3", "pop.example.test", 110, "plain"),
                server("smtp", "smtp.example.test", smtp.port, "STARTTLS", username="%EMAILLOCALPART%"),
            )
        ),
        ISPDB: Page(description(server("imap", "imap.collection.test", 993), server("smtp", "s.collection.test", 465))),
    }
    internet.zone["_imaps._tcp.example.test"] = {"SRV": ["0 1 1234 elsewhere.test."]}
    seen: list[Step] = []
    threads: set[int] = set()

    def on_step(step: Step) -> None:
        seen.append(step)
        threads.add(threading.get_ident())

    with smtp:
        detected = detect(ADDRESS, on_step=on_step, network=internet.network())
    assert found(detected) == [
        ("imap", "imap.example.test", trusted_dovecot.imaps, "tls", "autoconfig", True),
        ("smtp", "smtp.example.test", smtp.port, "starttls", "autoconfig", True),
    ]
    assert [each.username for each in detected.proposals] == [ADDRESS, "anna.canary"]
    assert detected.provider == "Example Mail"
    origin = detected.proposals[0].origin
    assert origin.startswith("https://autoconfig.example.test:")
    assert "canary" not in origin
    assert states(detected)["autoconfig"] == "found"
    assert threads == {threading.get_ident()}
    for source in SOURCES:
        told = [step.state for step in seen if step.source == source]
        assert told[0] == "asking"
        assert told[-1] == states(detected)[source]


def test_the_full_address_is_told_to_its_own_domain_alone(internet: Internet, description: Description) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    internet.zone["example.test"] = {"MX": ["10 mx1.hoster.test."]}
    internet.pages = {
        "ispdb.test/v1.1/hoster.test": Page(description(server("imap", "imap.hoster.test", 1))),
        AUTOCONFIG: Page(status=404),
    }
    detected = detect(ADDRESS, network=internet.network())
    assert internet.web is not None
    assert internet.dns is not None
    told = [request for request in internet.web.asked if "canary" in request]
    assert told == [f"{AUTOCONFIG}?emailaddress=anna.canary%40example.test"]
    assert "ispdb.test/v1.1/example.test" in internet.web.asked
    assert not any("canary" in name for name, _kind in internet.dns.asked)
    # The collection doesn't know the domain, but it knows whoever receives its mail.
    assert [(each.host, each.username) for each in detected.proposals] == [("imap.hoster.test", ADDRESS)]
    assert not detected.proposals[0].verified
    assert detected.proposals[0].notes


@pytest.mark.parametrize("elsewhere", ["?who=anna.canary@example.test", "/ANNA%2Ecanary/config.xml"])
def test_redirection_that_would_tell_the_address_to_others_is_not_followed(
    internet: Internet, elsewhere: str, description: Description
) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    internet.zone["third.test"] = LOCAL
    internet.web_names = ("autoconfig.example.test", "third.test")
    internet.pages[AUTOCONFIG] = Page(status=302)
    network = internet.network()
    assert internet.web is not None
    third = f"https://third.test:{internet.web.port}"
    internet.pages["third.test/"] = Page(description(server("imap", "imap.third.test", 993)))
    internet.pages[AUTOCONFIG] = Page(status=302, location=f"{third}{elsewhere}")
    assert detect(ADDRESS, network=network).proposals == ()
    assert not any(request.startswith("third.test") for request in internet.web.asked)
    internet.pages[AUTOCONFIG] = Page(status=302, location=f"{third}/")
    assert [each.host for each in detect(ADDRESS, network=network).proposals] == ["imap.third.test"]


@pytest.mark.parametrize("location", ["http://autoconfig.example.test/x", "ftp://example.test/x", "https://[x", ""])
def test_redirection_without_https_is_not_followed(internet: Internet, location: str) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    internet.pages[AUTOCONFIG] = Page(status=301, location=location)
    detected = detect(ADDRESS, network=internet.network())
    assert states(detected)["autoconfig"] == "nothing"


def test_redirections_in_a_circle_end(internet: Internet) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    internet.pages[AUTOCONFIG] = Page(status=302, location="/mail/config-v1.1.xml")
    assert detect(ADDRESS, network=internet.network()).proposals == ()
    assert internet.web is not None
    assert 1 < len([request for request in internet.web.asked if request.startswith(AUTOCONFIG)]) < 6


def test_description_is_not_read_from_a_server_that_nobody_trusts(internet: Internet, description: Description) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    internet.pages[AUTOCONFIG] = Page(description(server("imap", "imap.example.test", 993)))
    internet.web_names = ("another.test",)
    detected = detect(ADDRESS, network=internet.network())
    assert detected.proposals == ()
    assert internet.web is not None
    assert internet.web.asked == []


def test_description_that_is_too_long_is_not_read(internet: Internet, description: Description) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    long = description(server("imap", "imap.example.test", 993), name="x" * (300 << 10))
    internet.pages[AUTOCONFIG] = Page(long)
    assert detect(ADDRESS, network=internet.network()).proposals == ()


def test_services_in_dns_are_proposed_in_their_order(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    imaps, imap, dead = trusted_dovecot.imaps, trusted_dovecot.imap, closed_port()
    internet.zone |= {
        "_imaps._tcp.example.test": {
            "SRV": [f"20 1 {dead} imap.example.test.", f"10 1 {imaps} imap.example.test.", "1 1 0 imap.example.test."]
        },
        "_imap._tcp.example.test": {"SRV": [f"0 1 {imap} mail.example.test."]},
        "_pop3s._tcp.example.test": {"SRV": ["0 0 0 ."]},
        "_submission._tcp.example.test": {"SRV": [f"0 1 {smtp.port} smtp.example.test."]},
        "mail.example.test": LOCAL,
    }
    with smtp:
        detected = detect(ADDRESS, network=internet.network())
    assert found(detected) == [
        ("imap", "imap.example.test", imaps, "tls", "srv", True),
        ("imap", "mail.example.test", imap, "starttls", "srv", True),
        ("imap", "imap.example.test", dead, "tls", "srv", False),
        ("smtp", "smtp.example.test", smtp.port, "starttls", "srv", True),
    ]
    assert detected.proposals[0].origin == "_imaps._tcp.example.test"
    assert detected.of("pop3") == ()


def test_service_of_another_domain_is_named_and_must_prove_itself(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    internet.ports[465] = closed_port()
    internet.zone |= {
        "_imaps._tcp.example.test": {"SRV": [f"0 1 {trusted_dovecot.imaps} imap.forged.test."]},
        "imap.forged.test": LOCAL,
    }
    with smtp:
        detected = detect(ADDRESS, network=internet.network())
    forged = detected.of("imap")[-1]
    assert (forged.host, forged.verified, forged.source) == ("imap.forged.test", False, "srv")
    assert forged.origin == "_imaps._tcp.example.test → imap.forged.test"
    assert "detect-srv-elsewhere" in [note.code for note in forged.notes]
    assert "certificate-wrong-host" in [note.code for note in forged.notes]
    # What proved its name counts more than what DNS says without proof.
    best = detected.best("imap")
    assert best is not None
    assert (best.host, best.verified) == ("imap.example.test", True)


def test_forged_services_for_everything_do_not_end_the_search(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    internet.ports[465] = closed_port()
    internet.zone |= {
        "_imaps._tcp.example.test": {"SRV": [f"0 1 {trusted_dovecot.imaps} imap.forged.test."]},
        "_submissions._tcp.example.test": {"SRV": [f"0 1 {trusted_dovecot.imaps} smtp.forged.test."]},
        "imap.forged.test": LOCAL,
        "smtp.forged.test": LOCAL,
    }
    with smtp:
        detected = detect(ADDRESS, network=internet.network())
    best = [detected.best("imap"), detected.best("smtp")]
    assert [each and each.host for each in best] == ["imap.example.test", "smtp.example.test"]


def test_description_that_is_out_of_date_comes_with_what_works(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted, description: Description
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    dead = internet.ports[465] = closed_port()
    servers = server("imap", "old.example.test", dead), server("smtp", "smtp.example.test", dead)
    internet.zone["old.example.test"] = LOCAL
    internet.pages[AUTOCONFIG] = Page(description(*servers))
    with smtp:
        detected = detect(ADDRESS, network=internet.network())
    assert [(each.host, each.verified) for each in detected.of("imap")][:2] == [
        ("old.example.test", False),
        ("imap.example.test", True),
    ]
    assert [note.code for note in detected.proposals[0].notes] == ["validate-refused"]


def test_domain_in_the_table_is_asked_nobody_about(internet: Internet) -> None:
    internet.zone["imap.gmail.com"] = LOCAL
    internet.ports = dict.fromkeys((993, 995, 465, 587), closed_port())
    detected = detect("Anna.Canary@GMail.com", network=internet.network())
    assert [each[:5] for each in found(detected)] == [
        ("imap", "imap.gmail.com", 993, "tls", "table"),
        ("pop3", "pop.gmail.com", 995, "tls", "table"),
        ("smtp", "smtp.gmail.com", 465, "tls", "table"),
        ("smtp", "smtp.gmail.com", 587, "starttls", "table"),
    ]
    assert detected.provider == "Gmail"
    assert detected.address == "Anna.Canary@gmail.com"
    assert detected.proposals[0].notes[0].code == "detect-app-password"
    assert states(detected) == {"table": "found", "autoconfig": "nothing", "srv": "nothing", "probe": "nothing"}
    assert {step.code for step in detected.steps[1:]} == {"detect-not-needed"}
    assert internet.web is not None
    assert internet.dns is not None
    assert internet.web.asked == []
    assert {kind for _name, kind in internet.dns.asked} == {"A", "AAAA"}


def test_who_receives_the_mail_tells_whose_customer_a_domain_is(internet: Internet) -> None:
    internet.zone["example.test"] = {"MX": ["10 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com."]}
    internet.ports = dict.fromkeys((993, 995, 143, 110, 465, 587), closed_port())
    detected = detect(ADDRESS, network=internet.network())
    best = detected.best("imap")
    assert best is not None
    assert (best.host, best.username, best.origin, detected.provider) == ("imap.gmail.com", ADDRESS, "Gmail", "Gmail")


def test_name_of_the_machine_tells_whose_customer_a_domain_is(internet: Internet) -> None:
    internet.zone |= {
        "example.test": {"MX": ["10 example.test."], **LOCAL},
        "1.0.0.127.in-addr.arpa": {"PTR": ["www1234.sakura.ne.jp."]},
    }
    internet.ports = dict.fromkeys((993, 995, 143, 110, 465, 587), closed_port())
    detected = detect(ADDRESS, network=internet.network())
    assert {(each.host, each.source, each.username) for each in detected.proposals} == {
        ("www1234.sakura.ne.jp", "table", ADDRESS)
    }


@pytest.mark.parametrize("machine", ["ik1-1-2.vs.sakura.ne.jp.", "ip-1-2-3-4.ip.secureserver.net.", "x.l.google.com."])
def test_customers_of_a_data_centre_are_not_taken_for_those_of_its_mail(internet: Internet, machine: str) -> None:
    internet.zone |= {
        "example.test": {"MX": ["10 example.test."], **LOCAL},
        "1.0.0.127.in-addr.arpa": {"PTR": [machine]},
    }
    internet.ports = dict.fromkeys((993, 995, 143, 110, 465, 587), closed_port())
    assert detect(ADDRESS, network=internet.network()).proposals == ()


def test_domain_beyond_ascii_is_asked_about_in_punycode(internet: Internet, description: Description) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    domain = "xn--bcher-kva.test"
    internet.pages = {
        f"autoconfig.{domain}/mail/config-v1.1.xml": Page(description(server("imap", "imap.%EMAILDOMAIN%", 993)))
    }
    detected = detect("  anna@BÜCHER.test ", network=internet.network())
    assert (detected.address, detected.domain) == ("anna@bücher.test", domain)
    assert [(each.host, each.username) for each in detected.proposals] == [(f"imap.{domain}", f"anna@{domain}")]


@pytest.mark.parametrize("silent", [True, False])
def test_offline_is_said_and_the_table_is_there_all_the_same(internet: Internet, silent: bool) -> None:
    network = internet.network(dns_answers=not silent, dns_refuses=True, seconds=1.0)
    detected = detect(ADDRESS, network=network)
    assert (detected.offline, detected.outcome.code, detected.proposals) == (True, "detect-offline", ())
    assert states(detected) == dict.fromkeys(SOURCES, "failed")
    known = detect("anna@gmail.com", network=network)
    assert (known.offline, known.outcome.code) == (True, "detect-offline")
    assert len(known.proposals) == 4
    assert not any(each.verified for each in known.proposals)


def test_blocked_mail_ports_are_not_taken_for_being_offline(internet: Internet) -> None:
    with Scripted(Stall()) as silent:
        internet.zone |= {"imap.gmail.com": LOCAL, "pop.gmail.com": LOCAL, "smtp.gmail.com": LOCAL}
        internet.ports = dict.fromkeys((993, 995, 465, 587), silent.port)
        detected = detect("anna@gmail.com", network=internet.network(seconds=1.0))
    assert not detected.offline
    assert not any(each.verified for each in detected.proposals)
    assert detected.outcome.code == "detect-found"


def test_cancelling_ends_the_search_with_what_there_is(internet: Internet, description: Description) -> None:
    with Scripted() as silent:
        internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), silent.port)
        internet.zone |= {"imap.example.test": LOCAL, "smtp.example.test": LOCAL}
        internet.pages[AUTOCONFIG] = Page(description(server("imap", "imap.example.test", silent.port)))
        network = internet.network()
        cancelled = threading.Event()

        def on_step(step: Step) -> None:
            if step.state == "found":
                cancelled.set()

        detected = detect(ADDRESS, on_step=on_step, cancelled=cancelled, network=network)
    assert (detected.cancelled, detected.offline, detected.outcome.code) == (True, False, "detect-cancelled")
    assert [each.host for each in detected.proposals] == ["imap.example.test"]
    assert {step.state for step in detected.steps} <= {"found", "nothing", "failed"}


def test_servers_that_say_nothing_end_the_search_in_time(internet: Internet) -> None:
    with Scripted(Stall()) as silent:
        internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), silent.port)
        internet.zone |= {f"{name}.example.test": LOCAL for name in ("imap", "mail", "smtp", "pop")}
        begun = time.monotonic()
        detected = detect(ADDRESS, network=internet.network(seconds=1.0))
        assert time.monotonic() - begun < 30
    assert detected.proposals == ()
    assert silent.calls > 0
    assert not silent.heard("AUTH")


def test_no_thread_is_left_when_all_is_said(internet: Internet) -> None:
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995, 993), closed_port())
    before = set(threading.enumerate())  # another test's may still wait for an answer
    detect(ADDRESS, network=internet.network())

    def left() -> list[str]:
        return [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("detect")]

    end = time.monotonic() + 20
    while left() and time.monotonic() < end:
        time.sleep(0.01)
    assert left() == []


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "@example.test", "anna@localhost", "anna@example", "an na@example.test", "anna@exa mple.test",
     "Anna <anna@example.test>", "anna@example..test", "anna\r\n@example.test", "anna@1.2.3.4", f"{'x' * 65}@example.test",
     f"anna@{'x' * 64}.test", "anna@[127.0.0.1]", "a@b@example.test", "anna@-x.test"],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anybody_is_asked(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        detect(address, network=Network(resolvers=(("127.0.0.1", 1),)))
    assert caught.value.code == "detect-address-malformed"


def test_old_japanese_mobile_addresses_are_addresses(internet: Internet) -> None:
    assert [each.host for each in detect("anna..b.@docomo.ne.jp", network=internet.network()).of("imap")] == [
        "imap.spmode.ne.jp"
    ]
