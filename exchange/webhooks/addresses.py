"""Which addresses a webhook may reach: public ones, by https, on few ports. Pure.

Checked twice: as far as the text tells when an address is entered, and for good on the resolved number at connect.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = frozenset({443, 8443})
LONGEST = 500
# Numbers that stand for an IPv4 address inside an IPv6 one: what counts is where they lead.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Refused whatever the library says of them: shared (CGNAT), benchmark, protocol, local NAT64, site-local, multicast …
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
# Names that no public resolver knows, kept for the inside of networks.
_INNER = frozenset({"internal", "local", "localhost"})
_HEXADECIMAL = re.compile(r"0x[0-9a-f]*")


class BadAddress(ValueError):
    """The address cannot be used; the message says why in words for its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to connect and what to ask for."""

    scheme: str
    host: str
    port: int
    path: str


def read_target(url: str, *, may_be_local: bool = False) -> Target:
    """Return what `url` means. With `may_be_local` (demo and tests) http and any port on this machine are welcome too.

    Raises `BadAddress`.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise BadAddress(f"Write a plain address of at most {LONGEST} ASCII characters.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise BadAddress("This is not a web address.") from error
    if parts.username is not None or parts.password is not None:
        raise BadAddress("Leave user name and password out: the signature tells who calls.")
    if parts.fragment or not host:
        raise BadAddress("Write the whole address, such as https://example.org/parley, without a #.")
    is_local = may_be_local and is_this_machine(host)
    if parts.scheme != "https" and not (is_local and parts.scheme == "http"):
        raise BadAddress("The address must begin with https://.")
    port = port if port is not None else 443 if parts.scheme == "https" else 80
    if port not in PORTS and not is_local:
        raise BadAddress(f"Only the ports {' and '.join(str(one) for one in sorted(PORTS))} can be called.")
    number = _number(host)
    if number is not None and not is_local and not is_public(number):
        raise BadAddress("This address lies in a private network and cannot be called.")
    if number is None and not is_local:
        _refuse_name(host.lower())
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=host, port=port, path=path)


def _refuse_name(host: str) -> None:
    """Raise `BadAddress` for a name that cannot be a public host's.

    A last label that is a number makes the whole an IPv4 address to browsers and resolvers, however it is spelt:
    `0x7f.1`, `0177.0.0.1` and `2130706433` are all 127.0.0.1.
    """
    last = host.rpartition(".")[2]
    if last.isdigit() or _HEXADECIMAL.fullmatch(last):
        raise BadAddress("Write a number as four plain decimals, or the name of the host.")
    if last == host:
        raise BadAddress("Write the full name of a public host.")
    if last in _INNER:
        raise BadAddress(f"Names ending in .{last} are those of private networks and cannot be called.")


def is_this_machine(host: str) -> bool:
    """Return whether the text names this machine: `localhost` or a loopback number."""
    number = _number(host)
    return host.lower() == "localhost" if number is None else number.is_loopback


def is_public(number: IpAddress) -> bool:
    """Return whether `number` is an address on the public internet, after undoing every way to hide another in it."""
    inner = _hidden_in(number)
    if inner is not None:
        return is_public(inner)
    if any(number.version == network.version and number in network for network in _NEVER):
        return False
    return number.is_global and not (number.is_private or number.is_loopback or number.is_link_local)


def _hidden_in(number: IpAddress) -> ipaddress.IPv4Address | None:
    if isinstance(number, ipaddress.IPv4Address):
        return None
    if number.ipv4_mapped is not None:
        return number.ipv4_mapped
    if number in _NAT64 or number in _COMPATIBLE:
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    if number in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(int(number) >> 80 & 0xFFFFFFFF)
    return None


def _number(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
