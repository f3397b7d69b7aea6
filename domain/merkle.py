"""Merkle trees after RFC 6962, section 2.1, in O(log n) memory: roots, inclusion proofs, and their verification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    def add_branch(self, root: bytes, height: int) -> None:
        """Append 2 ** `height` leaves at once, by the root of the tree of them.

        Raises:
            ValueError: the branch does not begin at a multiple of its size.
        """
        if self.count % (1 << height):
            raise ValueError(f"no branch of height {height} after {self.count} leaves")
        size = self.count >> height
        while size & 1:
            root = _parent(self._peaks.pop(), root)
            size >>= 1
        self._peaks.append(root)
        self.count += 1 << height

    def root(self) -> bytes:
        """Give the root, 32 bytes; of no leaf: the SHA-256 of nothing."""
        if not self._peaks:
            return sha256(b"").digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = sha256(b"\x01" + peak + node).digest()
        return node


def branch_root(leaves: Sequence[bytes]) -> bytes:
    """Give the root of 1, 2, 4, 8, … leaves, 32 bytes: level by level, in half the time that a `MerkleStack` takes."""
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = [_parent(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Give the root of these leaves in lower-case hexadecimal."""
    stack = MerkleStack()
    for leaf in leaves:
        stack.add(leaf)
    return stack.root().hex()


class MerklePath:
    """Takes leaves one by one and gives the audit path of the one at `index`, counted from 0 (RFC 6962, 2.1.1).

    Whole branches may be given by their root, so that a proof needs not read every leaf again.
    """

    def __init__(self, index: int) -> None:
        """Start with the empty tree."""
        self.index = index
        self.count = 0
        self._peaks: list[bytes] = []
        self._holder: int | None = None
        """Which of the peaks holds the leaf."""
        self._path: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf (its content, not its hash)."""
        self._append(sha256(b"\x00" + leaf).digest(), 0)

    def add_branch(self, root: bytes, height: int) -> None:
        """Append 2 ** `height` leaves at once, by the root of the tree of them.

        Raises:
            ValueError: the branch holds the leaf to prove, or does not begin at a multiple of its size.
        """
        if self.count % (1 << height) or self.count <= self.index < self.count + (1 << height):
            raise ValueError(f"no branch of height {height} after {self.count} leaves")
        self._append(root, height)

    def _append(self, node: bytes, height: int) -> None:
        holds = height == 0 and self.count == self.index
        size = self.count >> height
        while size & 1:
            left = self._peaks.pop()
            if holds:
                self._path.append(left)
            elif self._holder == len(self._peaks):
                self._path.append(node)
                holds = True
            node = _parent(left, node)
            size >>= 1
        if holds:
            self._holder = len(self._peaks)
        self._peaks.append(node)
        self.count += 1 << height

    def path(self) -> list[bytes]:
        """Give the audit path in the tree of all leaves so far: the siblings, from the leaf up to the root.

        Raises:
            IndexError: the leaf did not come yet.
        """
        if self._holder is None:
            raise IndexError(self.index)
        path = list(self._path)
        last = len(self._peaks) - 1
        node, holds = self._peaks[last], self._holder == last
        for position in range(last - 1, -1, -1):
            peak = self._peaks[position]
            if holds:
                path.append(peak)
            elif self._holder == position:
                path.append(node)
                holds = True
            node = _parent(peak, node)
        return path


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether the leaf stands at `index` in the tree of `size` leaves that has this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node = sha256(b"\x00" + leaf).digest()
    last = size - 1
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = _parent(sibling, node)
            while not index & 1 and index:
                index >>= 1
                last >>= 1
        else:
            node = _parent(node, sibling)
        index >>= 1
        last >>= 1
    return last == 0 and node == root


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
