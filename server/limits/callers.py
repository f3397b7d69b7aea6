"""Who uses what: the keys that an operation is charged to, each with its limit.

A viewer has a rate of their own wherever they are. People behind one address (a town hall, a university) share that of
the address: one for all who are not signed in, and a much larger one for all who are, so that neither a flood of
strangers nor one account keeps the others out. An IPv6 network of 64 bits is one address, and whoever has one of 48
bits, 65,536 of those, does not have as many rates.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import NamedTuple

from domain.rights import Viewer
from server.limits.bucket import Limit
from server.limits.caps import Cap
from server.settings import Settings

WIDER = 4
"""So many times the rate of an address is that of its network of 48 bits."""


class Charged(NamedTuple):
    """One key that is charged, with its limit."""

    key: str
    limit: Limit


Account = tuple[Charged, ...]
"""All that one operation is charged to: each must have room for it."""


@dataclass(frozen=True, slots=True)
class Callers:
    """The limits of callers."""

    member: Limit
    #: All who are not signed in, at one address.
    anonymous: Limit
    #: All who are, at one address.
    signed_in: Limit

    @classmethod
    def of(cls, settings: Settings) -> "Callers":
        """Take what an operator decided."""
        seconds = settings.rate_burst
        return cls(
            Limit(settings.rate_of_member, settings.rate_of_member * seconds),
            Limit(settings.rate_of_anonymous, settings.rate_of_anonymous * seconds),
            Limit(settings.rate_of_address, settings.rate_of_address * seconds),
        )

    def account(self, viewer: Viewer, address: str) -> Account:
        """Give what a viewer's operation is charged to."""
        if viewer.member is None:
            return self.stranger(address)
        return _of_member(viewer.member, address, self.member, self.signed_in)

    def stranger(self, address: str) -> Account:
        """Give what is charged for somebody who did not say who they are, or not well."""
        return _at("anonymous", address, self.anonymous)


@lru_cache(10_000)
def _of_member(member: str, address: str, own: Limit, all_of_address: Limit) -> Account:
    return (Charged(f"member {member}", own), *_at("signed-in", address, all_of_address))


@lru_cache(10_000)
def _at(kind: str, address: str, limit: Limit) -> Account:
    own = Charged(f"{kind} {address}"[:120], limit)
    wider = network_of(address)
    return (own, Charged(f"{kind} {wider}", Limit(*(part * WIDER for part in limit)))) if wider else (own,)


@lru_cache(10_000)
def network_of(address: str) -> str | None:
    """Give the network of 48 bits that one of 64 is in; none of IPv4, where networks hold people who never met."""
    if ":" not in address or not address.endswith("/64"):
        return None
    return str(ip_network(address).supernet(new_prefix=48))


@dataclass(frozen=True, slots=True)
class Caps:
    """The most of one kind that a caller may have at a time."""

    #: What it is: a word in keys.
    kind: str
    member: int
    #: Of all who are not signed in at one address; those who are, together, may have `WIDER` times as many.
    address: int

    def of(self, viewer: Viewer, address: str) -> tuple[Cap, ...]:
        """Give what a viewer's are counted under."""
        return _held(self.kind, self.member, self.address, viewer.member, address)


@lru_cache(10_000)
def _held(kind: str, own: int, of_address: int, member: str | None, address: str) -> tuple[Cap, ...]:
    if member is not None:
        return (
            Cap(f"{kind} of member {member}", own),
            Cap(f"{kind} of signed-in {address}", of_address * WIDER),
        )
    at, wider = Cap(f"{kind} of anonymous {address}"[:120], of_address), network_of(address)
    return (at, Cap(f"{kind} of anonymous {wider}", of_address * WIDER)) if wider else (at,)
