"""Whence a request comes, to keep limits for those without an account."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection


def address_of(request: HTTPConnection) -> str:
    """Say whence a request comes; of IPv6 the network of 64 bits, which one household or office has to itself.

    Behind a proxy, uvicorn takes it from X-Forwarded-For where the proxy is trusted (CONCERTATION_TRUSTED_PROXIES).
    """
    return counted_as(request.client.host if request.client else "")


@lru_cache(10_000)
def counted_as(host: str) -> str:
    """Say as what an address is counted and noted."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((address, 64), strict=False))
        address = address.ipv4_mapped  # as a socket that listens for both has it
    return str(address)
