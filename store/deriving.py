"""Tables that are derived from the ledger: written with the facts that they follow from, in one transaction.

They hold what the process does not keep, because no decision needs it row by row. What is here can be made
again from the ledger alone: a fact that was derived before changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from domain.process import Process
from store import treatment
from store.ledger import Link
from store.pool import Connection

Derivation = Callable[[Connection, Process, Sequence[Link]], Awaitable[None]]
"""Writes what some facts, in their order, come to. It is called with the process after all of them."""

DERIVATIONS: dict[type[Any], Derivation] = dict.fromkeys(treatment.FACTS, treatment.derive)
"""By kind of fact. Most facts have none."""


async def derive(connection: Connection, process: Process, links: Sequence[Link]) -> None:
    """Write what follows from facts: nothing, and without asking PostgreSQL, where no table follows from them."""
    following: dict[Derivation, list[Link]] = {}
    for link in links:
        derivation = DERIVATIONS.get(type(link.event.fact))
        if derivation is not None:
            following.setdefault(derivation, []).append(link)
    for derivation, its_links in following.items():
        await derivation(connection, process, its_links)
