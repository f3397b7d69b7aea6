"""Merkle tree hashing after RFC 6962, section 2.1, in O(log n) memory."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


class MerkleStack:
    """Takes leaves one by one and gives the root of the tree of all so far."""

    def __init__(self) -> None:
        """Start with the empty tree."""
        self.count = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf (its content, not its hash)."""
        node = sha256(b"\x00" + leaf).digest()
        size = self.count
        while size & 1:
            node = sha256(b"\x01" + self._peaks.pop() + node).digest()
            size >>= 1
        self._peaks.append(node)
        self.count += 1

    def root(self) -> bytes:
        """Give the root, 32 bytes; of no leaf: the SHA-256 of nothing."""
        if not self._peaks:
            return sha256(b"").digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = sha256(b"\x01" + peak + node).digest()
        return node


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Give the root of these leaves in lower-case hexadecimal."""
    stack = MerkleStack()
    for leaf in leaves:
        stack.add(leaf)
    return stack.root().hex()
