"""Which addresses are the public internet's, and so may be asked for what members name."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

PORTS = frozenset({80, 443, 8080, 8443})
"""Where pages are served; elsewhere other things listen, which a request could be meant to upset."""

# IANA's registries of special-purpose addresses (RFC 6890) and multicast. `ipaddress.is_global` is not asked: it
# calls multicast and 192.0.0.8 global, and what wraps another address (NAT64, 6to4) whatever it wraps.
_CLOSED_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # what Azure's machines know of themselves
            "169.254.0.0/16",  # link-local; what other clouds' machines know of themselves
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_OPEN_6 = IPv6Network("2000::/3")  # all that was given out; loopback, private, link-local, multicast are outside
_CLOSED_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how networks without IPv4 reach all of it


def is_public(host: str, port: int) -> bool:
    """Whether an address, as digits, is one that anybody on the internet reaches alike, on a port of the web.

    What wraps an IPv4 address is judged by that (mapped, NAT64); tunnels (6to4, Teredo) are none of the web's.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return port in PORTS and _is_open(address)


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in closed for closed in _CLOSED_4)
    if address.ipv4_mapped:
        return _is_open(address.ipv4_mapped)
    if address in _NAT64:
        return _is_open(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.scope_id is None and address in _OPEN_6 and not any(address in closed for closed in _CLOSED_6)
