"""Which network addresses a webhook may go to: our own table of those that are not public (T11, row 14)."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # shared by carriers, RFC 6598
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata service of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # unspecified, loopback and IPv4-compatible
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64 of a site, RFC 8215
        "100::/64",  # discard
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, withdrawn
        "ff00::/8",  # multicast
    )
)


def is_public(address: str) -> bool:
    """Whether *address* is on the open internet; what cannot be read is not."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = _mapped(read)
    return not any(plain in network for network in NOT_PUBLIC if network.version == plain.version)


def _mapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address
