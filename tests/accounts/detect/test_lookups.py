"""DNS, asked for real: orders, refusals, and what is too long for a datagram."""

from __future__ import annotations

import socket

import pytest

from mailflow_gui.accounts.detect import autoconfig, lookups
from mailflow_gui.accounts.detect.crew import Crew
from mailflow_gui.accounts.detect.lookups import Service
from mailflow_gui.accounts.detect.network import Network
from mailflow_gui.accounts.detect.world import World
from mailflow_gui.errors import Transient
from tests.servers.dns import DnsServer


def world(*servers: tuple[str, int], seconds: float = 5.0) -> World:
    return World(Network(resolvers=servers, seconds=seconds), Crew(1))


def test_mail_exchangers_come_in_their_order() -> None:
    with DnsServer(
        {"a.test": {"MX": ["20 second.test.", "5 First.test.", "30 ."]}, "null.test": {"MX": ["0 ."]}}
    ) as dns:
        assert lookups.mail_exchangers("a.test", world(dns.address)) == ("first.test", "second.test")
        assert lookups.mail_exchangers("null.test", world(dns.address)) == ()
        assert lookups.mail_exchangers("nobody.test", world(dns.address)) == ()


def test_services_come_by_priority_then_weight() -> None:
    records = ["10 5 1 c.test.", "0 1 2 b.test.", "0 9 3 a.test.", "0 1 0 no-port.test.", "0 1 4 ."]
    with DnsServer({"_imaps._tcp.a.test": {"SRV": records}}) as dns:
        found = lookups.services("_imaps._tcp.a.test", world(dns.address))
    assert found == (Service("a.test", 3), Service("b.test", 2), Service("c.test", 1))


def test_answer_that_is_too_long_for_a_datagram_comes_whole() -> None:
    many = [f"{number} mx{number}.a-rather-long-name-for-a-mail-exchanger.test." for number in range(60)]
    with DnsServer({"a.test": {"MX": many}}) as dns:
        found = lookups.mail_exchangers("a.test", world(dns.address))
        assert len(dns.asked) == 2
    assert found[0].startswith("mx0.")
    assert len(found) == 10


def test_name_that_is_no_host_name_is_left_out() -> None:
    with DnsServer({"a.test": {"MX": ["1 bad\\032name.test.", "2 good.test."]}}) as dns:
        assert lookups.mail_exchangers("a.test", world(dns.address)) == ("good.test",)


def test_host_is_looked_up_at_the_resolvers_that_are_set() -> None:
    zone = {"both.test": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}, "neither.test": {"MX": ["1 a.test."]}}
    with DnsServer(zone) as dns:
        assert lookups.addresses("both.test", world(dns.address)) == ("192.0.2.1", "2001:db8::1")
        for unknown in ("neither.test", "nobody.test"):
            with pytest.raises(Transient) as caught:
                lookups.addresses(unknown, world(dns.address))
            assert caught.value.code == "host-unknown"
    assert lookups.addresses("both.test", world()) == ()
    assert lookups.addresses("192.0.2.7", world(dns.address)) == ()


def test_second_resolver_is_asked_where_the_first_is_dead() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead, DnsServer({"a.test": {"MX": ["1 b.test."]}}) as dns:
        dead.bind(("127.0.0.1", 0))
        assert lookups.mail_exchangers("a.test", world(dead.getsockname(), dns.address, seconds=20)) == ("b.test",)


@pytest.mark.parametrize("refuses", [True, False])
def test_dns_that_does_not_work_is_said(*, refuses: bool) -> None:
    with DnsServer({}, answers=refuses, refuses=refuses) as dns, pytest.raises(Transient) as caught:
        lookups.mail_exchangers("a.test", world(dns.address, seconds=1.0))
    assert caught.value.code == "name-lookup-failed"
    assert caught.value.detail


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("mx1.hoster.test", ["hoster.test"]),
        ("mx.a.b.hoster.test", ["a.b.hoster.test", "b.hoster.test", "hoster.test"]),
        ("mx1.provider.co.jp", ["provider.co.jp"]),
        ("mx.test", []),
        ("hoster.com.br", []),
    ],
)
def test_receiver_tells_domains_but_none_that_everybody_shares(host: str, domains: list[str]) -> None:
    assert autoconfig.domains_of(host) == domains
