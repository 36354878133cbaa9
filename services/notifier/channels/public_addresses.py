"""Which network addresses a webhook may go to: our own table of those that are not public (T11, row 14).

Python's `is_global` passes NAT64, 6to4 and IPv4-compatible addresses; each of them leads to an IPv4 address of its
sender's choice, so each is closed as a whole, whatever stands inside.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Closed:
    """A network to which nothing goes, what it is, and who says so."""

    network: IPv4Network | IPv6Network
    name: str
    source: str


NOT_PUBLIC = tuple(
    Closed(ip_network(network), name, source)
    for network, name, source in (
        ("0.0.0.0/8", "this network", "RFC 791, 3.2"),
        ("10.0.0.0/8", "private", "RFC 1918"),
        ("100.64.0.0/10", "shared by carriers", "RFC 6598"),
        ("127.0.0.0/8", "loopback", "RFC 1122, 3.2.1.3"),
        ("168.63.129.16/32", "metadata of a cloud", "Azure"),
        ("169.254.0.0/16", "link-local, metadata of clouds among it", "RFC 3927"),
        ("172.16.0.0/12", "private", "RFC 1918"),
        ("192.0.0.0/24", "protocol assignments", "RFC 6890, 2.1"),
        ("192.0.2.0/24", "documentation", "RFC 5737"),
        ("192.31.196.0/24", "sink of reverse names", "RFC 7535"),
        ("192.52.193.0/24", "multicast relays", "RFC 7450"),
        ("192.88.99.0/24", "6to4 relays", "RFC 7526"),
        ("192.168.0.0/16", "private", "RFC 1918"),
        ("192.175.48.0/24", "sink of reverse names", "RFC 7534"),
        ("198.18.0.0/15", "benchmarks", "RFC 2544"),
        ("198.51.100.0/24", "documentation", "RFC 5737"),
        ("203.0.113.0/24", "documentation", "RFC 5737"),
        ("224.0.0.0/4", "multicast", "RFC 5771"),
        ("240.0.0.0/4", "reserved, and broadcast", "RFC 1112, 4; RFC 919, 7"),
        ("::/96", "unspecified, loopback and IPv4-compatible", "RFC 4291, 2.5"),
        ("::ffff:0:0:0/96", "IPv4-translated", "RFC 2765, 2.1"),
        ("64:ff9b::/96", "NAT64", "RFC 6052, 2.1"),
        ("64:ff9b:1::/48", "NAT64 of a site", "RFC 8215"),
        ("100::/64", "discard", "RFC 6666"),
        ("100:0:0:1::/64", "dummy", "RFC 9780"),
        ("2001::/23", "protocol assignments, Teredo among them", "RFC 2928; RFC 4380"),
        ("2001:db8::/32", "documentation", "RFC 3849"),
        ("2002::/16", "6to4, an IPv4 address inside", "RFC 3056"),
        ("2620:4f:8000::/48", "sink of reverse names", "RFC 7534"),
        ("3ffe::/16", "the former 6bone", "RFC 3701"),
        ("3fff::/20", "documentation", "RFC 9637"),
        ("5f00::/16", "segment routing", "RFC 9602"),
        ("fc00::/7", "unique local", "RFC 4193"),
        ("fe80::/10", "link-local", "RFC 4291, 2.5.6"),
        ("fec0::/10", "site-local, withdrawn", "RFC 3879"),
        ("ff00::/8", "multicast", "RFC 4291, 2.7"),
    )
)
"""Checked against the special-purpose registries of IANA (RFC 6890), and stricter than they are."""

UNICAST_V6 = ip_network("2000::/3")
"""All that IANA has given out of IPv6 for the internet (RFC 4291, 2.4); nothing outside of it is public."""


def is_public(address: str) -> bool:
    """Whether *address* is on the open internet; what cannot be read is not."""
    try:
        read = _mapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return closed_by(read) is None and (read.version == 4 or read in UNICAST_V6)


def closed_by(address: IPv4Address | IPv6Address) -> Closed | None:
    """The row of the table that keeps a message from *address*."""
    return next((each for each in NOT_PUBLIC if address in each.network), None)


def _mapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4-mapped address goes where the IPv4 address in it goes (RFC 4291, 2.5.5.2)."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address
