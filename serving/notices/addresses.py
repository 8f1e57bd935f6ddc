"""Where may a webhook lead: to a named host on the public network over TLS, never into this machine or its neighbourhood.

An address is judged twice: its text when somebody subscribes, and what its name resolves to at every delivery. The connection is
then made to exactly the address that was judged, so a name that changes its mind between the two gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from features.errors import InvalidInput

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST = 2_000
_VISIBLE = re.compile(r"[!-~]+")
_ODD = re.compile(r"[\\<>\"`{}|^@#]|%(?![0-9A-Fa-f]{2})")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(:[0-9]{1,5})?")
_LONGEST_NAME = 253
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.IGNORECASE)
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_LOCAL = ("localhost", "local", "internal", "lan", "home", "corp", "intranet", "private", "arpa", "test", "invalid", "onion")
_FIRST_FREE_PORT = 1024
_HIDDEN = tuple(
    ipaddress.ip_network(text)
    # NAT64, 6to4 and Teredo hide an IPv4 address within; the last is how one cloud is asked from inside its machines
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "fec0::/10",
        "192.88.99.0/24",
        "168.63.129.16",
    )
)
_NEIGHBOURS = tuple(
    ipaddress.ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)


class AddressRefused(InvalidInput):
    """A webhook was to lead where none may; the message says what was needed and repeats nothing of the address."""


@dataclass(frozen=True)
class Destination:
    """Whom to call: `host` as the certificate must name it, and `target`, path and query as they are sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _port_of(self.scheme) else f"{host}:{self.port}"

    def at(self, address: Address) -> str:
        """Return the URL that leads to one resolved address and nowhere else."""
        host = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{host}:{self.port}{self.target}"


def destination(url: str, *, private: bool) -> Destination:
    """Read a webhook's URL; `private`: addresses of this machine and of private networks are allowed, without TLS too.

    Raises
    ------
    AddressRefused
        If it is no plain `https://host/path`, or leads where none may.
    """
    if len(url) > LONGEST or not _VISIBLE.fullmatch(url) or _ODD.search(url):
        raise AddressRefused(f'Needed at most {LONGEST} visible ASCII characters, none of `\\<>"`{{}}|^@#`.')
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("Needed a URL with a host and, at most, a port from 1 to 65535.") from None
    if not url.startswith(("https://", "http://") if private else ("https://",)):
        raise AddressRefused("Needed a URL that begins with `https://`.")
    host = _host(parts.netloc, private=private)
    used = port if port is not None else _port_of(parts.scheme)
    if not private and used != _port_of("https") and used < _FIRST_FREE_PORT:
        raise AddressRefused("Needed port 443, or one from 1024 on.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, used, target)


def judged(address: Address, *, private: bool) -> Address:
    """Let an address pass that a webhook may lead to.

    Raises
    ------
    AddressRefused
        If it is of this machine, of a private network, of nobody, of many, or hides another one.
    """
    if private and any(address in network for network in _NEIGHBOURS if network.version == address.version):
        return address
    hides = any(address in network for network in _HIDDEN if network.version == address.version)
    if hides or not address.is_global or address.is_multicast or address.is_reserved or getattr(address, "ipv4_mapped", None):
        raise AddressRefused("Needed an address of the public network.")
    return address


def resolved(place: Destination, *, private: bool) -> Address:
    """Look the host up and return the address to connect to, IPv4 before IPv6; every address it has must be allowed.

    Raises
    ------
    AddressRefused
        If one of them is not, or the name has none.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("Needed a host that has an address.") from None
    addresses = [judged(ipaddress.ip_address(where[0]), private=private) for _, _, _, _, where in found]
    return min(addresses, key=lambda address: address.version)


def _port_of(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _host(netloc: str, *, private: bool) -> str:
    """Return the host of a URL: a name, or an address written the one usual way."""
    form = _AUTHORITY.fullmatch(netloc)
    host = form["host"] if form else ""
    last = host.rpartition(".")[2]
    if host.startswith("[") or _NUMBER.fullmatch(last):
        return str(judged(_literal(host.strip("[]")), private=private))
    if not _NAME.fullmatch(host) or len(host) > _LONGEST_NAME:
        raise AddressRefused("Needed a host name of letters, digits, dots and hyphens; other scripts as `xn--...`.")
    if not private and ("." not in host or last.lower() in _LOCAL):
        raise AddressRefused("Needed a host name of the public network.")
    return host.lower()


def _literal(text: str) -> Address:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise AddressRefused("Needed an IP address as four decimal numbers, or as IPv6 in brackets.") from None
    if getattr(address, "scope_id", None):
        raise AddressRefused("Needed an address without a zone.")
    return address
