"""How rows of the ledger are chained: by hashes that anybody can recompute.

hash(n) = SHA-256( hash(n-1) followed by the canonical JSON of {"concertation": …, "event": …, "seq": n} )

with hash(0), the genesis, being 32 zero bytes. Canonical JSON is that of domain/digests.py.
"""

from __future__ import annotations

from hashlib import sha256

GENESIS = bytes(32)
"""What the first row is hashed with."""


def row_hash(previous: bytes, concertation: str, seq: int, content: str) -> bytes:
    """Give the hash of a row. `content` is the event as canonical JSON, so the three keys are in order already."""
    return sha256(
        previous + f'{{"concertation":"{concertation}","event":{content},"seq":{seq}}}'.encode()
    ).digest()
