"""What counts as one place that people come from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network


def place_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 network that one IPv6 subscriber has to himself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:200] or "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
