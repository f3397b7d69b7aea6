"""An exported ledger, read offline: whether its rows form a chain, and which roots it publishes.

A row is what the operation `Ledger` of the API answers for an event: `seq`, `previousHash`, `hash`, `content`. They
come as JSON Lines, as a JSON list, or as that answer itself. What stands before a row is vouched for by the hash of the
last row, the head: compare it with one that was published elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.digests import canonical
from store.ledger import GENESIS, row_hash


class LedgerUnreadable(Exception):
    """This is no export of a ledger."""


class LedgerBroken(Exception):
    """A row does not follow from the one before it, or its content is not what was hashed."""

    def __init__(self, seq: int) -> None:
        """Name the row."""
        super().__init__(seq)
        self.seq = seq


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLedger:
    """What an exported ledger says of seals."""

    #: The number of the last row.
    seq: int
    #: Its hash, in hexadecimal.
    head: str
    #: How many rows have no content, being not yet published: their hash is taken as it stands.
    withheld: int
    #: Roots in hexadecimal, by round and stage.
    roots: Mapping[tuple[int, str], frozenset[str]]


def read_ledger(text: str, concertation: str) -> PublishedLedger:
    """Read the export of the ledger of a concertation (its UUID), and verify its chain.

    Raises:
        LedgerUnreadable: it is none.
        LedgerBroken: it is not whole, or not of this concertation; names the first row at fault.
    """
    rows = _rows(text)
    roots: dict[tuple[int, str], frozenset[str]] = {}
    seq, head, withheld = 0, GENESIS, 0
    for number, row in enumerate(rows):
        own, previous, stated, content = _row(row)
        if (number and (own, previous) != (seq + 1, head)) or (own == 1 and previous != GENESIS):
            raise LedgerBroken(own)
        if content is None:
            withheld += 1
        elif row_hash(previous, concertation, own, _written(content, own)) != stated:
            raise LedgerBroken(own)
        else:
            _note(roots, content)
        seq, head = own, stated
    return PublishedLedger(seq=seq, head=head.hex(), withheld=withheld, roots=roots)


def _rows(text: str) -> Sequence[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError) as fault:
            raise LedgerUnreadable(str(fault)) from None
    for name in ("data", "concertation", "ledger", "nodes"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not found:
        raise LedgerUnreadable("rows")
    return found


def _row(row: Any) -> tuple[int, bytes, bytes, dict[str, Any] | None]:
    try:
        seq, previous, stated = row["seq"], bytes.fromhex(row["previousHash"]), bytes.fromhex(row["hash"])
        content = row["content"]
    except (KeyError, TypeError, ValueError) as fault:
        raise LedgerUnreadable(f"{type(fault).__name__}: {fault}") from None
    if type(seq) is not int or len(previous) != 32 or len(stated) != 32 or seq < 1:
        raise LedgerUnreadable("seq, previousHash, hash")
    if content is not None and not isinstance(content, dict):
        raise LedgerUnreadable("content")
    return seq, previous, stated, content


def _written(content: dict[str, Any], seq: int) -> str:
    try:
        return canonical(content).decode()
    except ValueError:  # a number that is not finite, half of a surrogate pair
        raise LedgerBroken(seq) from None


def _note(roots: dict[tuple[int, str], frozenset[str]], content: dict[str, Any]) -> None:
    match content:
        case {
            "round": int(round),
            "stage": str(stage),
            "fact": {"kind": "stage_sealed", "figures": {"root": str(root)}},
        }:
            roots[round, stage] = roots.get((round, stage), frozenset()) | {root}
