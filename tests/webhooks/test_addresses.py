"""Which addresses may be called: written ones and resolved ones."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.webhooks.addresses import BadAddress, is_public, read_target

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("number", PRIVATE)
def test_no_number_of_an_inner_network_is_public(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    "number", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_numbers_are_public_however_they_are_written(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_each_of_its_ipv6_disguises(plain: ipaddress.IPv4Address) -> None:
    disguises = [
        ipaddress.IPv6Address(0xFFFF << 32 | int(plain)),
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(plain)),
        ipaddress.IPv6Address(0x2002 << 112 | int(plain) << 80 | 1),
    ]
    assert {is_public(disguise) for disguise in disguises} == {is_public(plain)}


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example/",
        "ftp://bot.example/",
        "https://",
        "https:///path",
        "bot.example/path",
        "https://user:pass@bot.example/",
        "https://user@bot.example/",
        "https://bot.example/#part",
        "https://bot.example:22/",
        "https://bot.example:99999/",
        "https://localhost/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://bot.example/ spaced",
        "https://bot.example\\@10.0.0.1/",
        "https://bot.éxample/",
        "https://bot.example/\n",
        "https://bot.example/" + "a" * 500,
    ],
)
def test_an_address_that_cannot_be_called_is_refused_when_it_is_entered(url: str) -> None:
    with pytest.raises(BadAddress):
        read_target(url)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("0x7f.1", "four plain decimals"),
        ("0x7f000001", "four plain decimals"),
        ("0X7F.0.0.0x1", "four plain decimals"),
        ("0177.0.0.1", "four plain decimals"),
        ("127.1", "four plain decimals"),
        ("2130706433", "four plain decimals"),
        ("2130706433.", "four plain decimals"),
        ("bot.0x", "four plain decimals"),
        ("intranet", "full name"),
        ("localhost", "full name"),
        ("vault.internal", "ending in .internal"),
        ("Printer.LOCAL", "ending in .local "),
        ("bot.localhost.", "ending in .localhost"),
    ],
)
def test_odd_numbers_and_names_of_private_networks_are_refused_in_words(host: str, words: str) -> None:
    for may_be_local in (False, host != "localhost"):
        with pytest.raises(BadAddress, match=words):
            read_target(f"https://{host}/parley", may_be_local=may_be_local)


@pytest.mark.parametrize("host", ["bot.example", "1.example", "0x7f.example", "internal.example", "local.0xa.example"])
def test_public_names_that_look_a_little_like_numbers_are_welcome(host: str) -> None:
    assert read_target(f"https://{host}/").host == host


def test_the_parts_of_a_good_address_are_read() -> None:
    target = read_target("https://Bot.Example:8443/parley?key=1")
    assert (target.scheme, target.host, target.port, target.path) == ("https", "bot.example", 8443, "/parley?key=1")
    assert read_target("https://bot.example").port == 443


def test_this_machine_is_welcome_only_where_that_is_set() -> None:
    assert read_target("http://127.0.0.1:8123/x", may_be_local=True).port == 8123
    for url in ("http://10.0.0.1:8123/", "http://bot.example/", "https://169.254.169.254/"):
        with pytest.raises(BadAddress):
            read_target(url, may_be_local=True)
