"""Where a webhook may lead, and the many ways of writing an address that leads somewhere else."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.notices.addresses import AddressRefused, Destination, destination, judged, resolved

HOSTILE = (
    "", "https://", "https:///path", "https:/example.com", "https:example.com", "//example.com/", "example.com",
    "http://example.com/", "HTTPS://example.com/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "javascript:alert(1)",
    "https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://localhost./", "https://example.com./",
    "https://printer.local/", "https://db.internal/", "https://metadata.google.internal/", "https://intranet/", "https://x.onion/",
    "https://127.0.0.1/", "https://127.0.0.1:8443/", "https://127.1/", "https://127.000.000.001/", "https://0177.0.0.1/",
    "https://0x7f.0.0.1/", "https://0x7f000001/", "https://2130706433/", "https://017700000001/", "https://0/", "https://0.0.0.0/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/", "https://169.254.169.254/latest/",
    "https://100.64.0.1/", "https://100.100.100.200/", "https://168.63.129.16/", "https://192.0.0.1/", "https://192.0.2.1/",
    "https://198.18.0.1/", "https://203.0.113.1/", "https://224.0.0.1/", "https://239.255.255.250/", "https://240.0.0.1/",
    "https://255.255.255.255/", "https://1.1.1/", "https://1.1.1.1.1/", "https://256.1.1.1/", "https://1.1.1.1.nip.1/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[fec0::1]/",
    "https://[ff02::1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/", "https://[2001:db8::1]/", "https://[::1]evil.com/", "https://[::1", "https://[::1]:99999/",
    "https://user@example.com/", "https://example.com@127.0.0.1/", "https://example.com:pw@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://example.com\\@127.0.0.1/", "https://example.com\t.evil.com/",
    "https://exam ple.com/", "https://example.com/\r\nHost: x",
    "https://example.com/\x00", "https://ex\u0430mple.com/", "https://\uff11\uff12\uff17.0.0.1/", "https://127\u30020\u30020\u30021/",
    "https://example.com%2f@127.0.0.1/", "https://%31%32%37.0.0.1/", "https://example.com/%zz", "https://-example.com/",
    "https://example..com/", "https://.example.com/", "https://*.example.com/", "https://example.com:/x:y@z/", "https://example.com:0/",
    "https://example.com:22/", "https://example.com:25/", "https://example.com:80/", "https://example.com:65536/",
    "https://example.com:-1/", "https://example.com:4_43/", "https://example.com:443:80/", "https://example.com/" + "a" * 2_000,
)  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_without_being_repeated(url):
    with pytest.raises(AddressRefused) as refusal:
        destination(url, private=False)

    assert len(url) < 9 or url not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "place", "authority"),
    [
        ("https://crm.example.com", Destination("https", "crm.example.com", 443, "/"), "crm.example.com"),
        (
            "https://CRM.example.com:8443/a?b=c%20d",
            Destination("https", "crm.example.com", 8443, "/a?b=c%20d"),
            "crm.example.com:8443",
        ),
        (
            "https://xn--bcher-kva.example.com/",
            Destination("https", "xn--bcher-kva.example.com", 443, "/"),
            "xn--bcher-kva.example.com",
        ),
        ("https://1.1.1.1/hook", Destination("https", "1.1.1.1", 443, "/hook"), "1.1.1.1"),
        ("https://[2606:4700::1111]/", Destination("https", "2606:4700::1111", 443, "/"), "[2606:4700::1111]"),
    ],
)
def test_a_plain_public_url_is_taken(url, place, authority):
    found = destination(url, private=False)

    assert (found, found.authority) == (place, authority)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/", "https://localhost/", "http://crm.local/", "https://10.1.2.3/", "http://[::1]:81/"]
)
def test_private_networks_are_open_where_the_operator_says_so(url):
    assert destination(url, private=True)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://[fe80::1]/", "https://0.0.0.0/", "http://224.0.0.1/"])
def test_even_then_no_address_of_nobody_or_of_a_cloud_is(url):
    with pytest.raises(AddressRefused):
        destination(url, private=True)


def answering(*addresses: str):
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("::ffff:10.0.0.1",), ("2606:4700::1", "fe80::1%2"), ("169.254.169.254",)],
)
def test_a_name_that_leads_inside_is_refused_even_if_it_leads_outside_too(monkeypatch, addresses):
    monkeypatch.setattr(socket, "getaddrinfo", answering(*addresses))

    with pytest.raises(AddressRefused):
        resolved(destination("https://evil.example.com/", private=False), private=False)


def test_the_connection_is_made_to_the_address_that_was_judged(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering("2606:4700::1111", "1.1.1.1"))
    place = destination("https://crm.example.com:8443/hook", private=False)

    assert place.at(resolved(place, private=False)) == "https://1.1.1.1:8443/hook"


@given(st.ip_addresses())
def test_no_address_passes_that_is_not_of_the_public_network(address):
    try:
        passed = judged(address, private=False)
    except AddressRefused:
        return
    assert passed.is_global
    assert not any((passed.is_private, passed.is_loopback, passed.is_link_local, passed.is_multicast, passed.is_unspecified))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "64:ff9b::{}", "::{}"]))
def test_no_address_passes_that_hides_another(address, form):
    with pytest.raises(AddressRefused):
        judged(ipaddress.ip_address(form.format(address)), private=False)
