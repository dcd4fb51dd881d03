"""Addresses: which ones belong to the public internet.

Tells an address that anyone can reach from one that leads into this machine, its network or its
provider's. Knows nothing of names, URLs or connections.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPAddress = IPv4Address | IPv6Address

# What is not for everyone, from the IANA IPv4 Special-Purpose Address Registry, with multicast
# (224/4), the retired relays of 6to4 (192.88.99/24) and an address by which a cloud's machines
# reach their provider.
SPECIAL_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",
    )
)
# Public IPv6 addresses are given out of this block alone; the rest is private, local or unused.
GLOBAL_UNICAST = IPv6Network("2000::/3")
# Within it, from the IANA IPv6 Special-Purpose Address Registry: protocols (Teredo among them),
# documentation, 6to4. Teredo and 6to4 lead to the IPv4 address inside; no publisher uses them.
SPECIAL_IPV6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# These are ways of writing an IPv4 address, its last 32 bits (RFC 4291 2.5.5.2, RFC 6052).
IPV4_IN_IPV6 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def is_public(address: IPAddress) -> bool:
    """Tell whether an address belongs to the public internet, whichever way it is written."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in SPECIAL_IPV4)
    if any(address in network for network in IPV4_IN_IPV6):
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in GLOBAL_UNICAST and not any(address in network for network in SPECIAL_IPV6)
