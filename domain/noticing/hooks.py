"""Addresses of webhooks: which may be called. Never one inside the house, whoever asks for it."""

from __future__ import annotations

from base64 import b64encode
from ipaddress import ip_address
from urllib.parse import urlsplit

from domain.free_text import is_storable

LONGEST = 2_000


def is_address(url: str) -> bool:
    """Say whether a text is an address that may be kept: https, without a password; http on this machine alone."""
    if len(url) > LONGEST or not is_storable(url) or not url.isascii() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or port == 0 or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    )


def may_call(address: str, *, development: bool) -> bool:
    """Say whether an IP address may be called: public ones, and in development this machine."""
    found = ip_address(address)
    if found.version == 6 and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return (found.is_global and not found.is_multicast) or (development and found.is_loopback)


def shown(secret: bytes) -> str:
    """Write a secret as receivers take it."""
    return f"whsec_{b64encode(secret).decode()}"
