"""Inclusion proofs after RFC 6962: every leaf proves, no foreign leaf does, at every size."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.merkle import MerklePath, MerkleStack, merkle_root, verify_inclusion
from tests.unit.test_merkle import LEAVES, ROOTS, by_definition

MOST = 70


def leaves_of(size: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(size)]


def path_by_definition(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, as it is written: PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*path_by_definition(index, left), by_definition(right)]
    return [*path_by_definition(index - split, right), by_definition(left)]


def proved(index: int, leaves: list[bytes]) -> MerklePath:
    path = MerklePath(index)
    for leaf in leaves:
        path.add(leaf)
    return path


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_leaf_has_the_path_of_the_definition_and_proves(size):
    leaves = leaves_of(size)
    root = by_definition(leaves)
    for index, leaf in enumerate(leaves):
        path = proved(index, leaves).path()
        assert path == path_by_definition(index, leaves)
        assert verify_inclusion(leaf, index, size, path, root)


@pytest.mark.parametrize("size", [0, *range(1, 34), MOST])
def test_no_foreign_leaf_proves_and_no_leaf_at_another_place(size):
    leaves = leaves_of(size)
    root = by_definition(leaves)
    for index in range(size):
        path = path_by_definition(index, leaves)
        assert not verify_inclusion(b"foreign", index, size, path, root)
        for other in range(-1, size + 1):
            if other != index:
                assert not verify_inclusion(leaves[index], other, size, path, root)
    assert not verify_inclusion(b"foreign", 0, size, [], root)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, MOST])
def test_a_path_that_was_changed_proves_nothing(size):
    leaves = leaves_of(size)
    root = by_definition(leaves)
    for index, leaf in enumerate(leaves):
        path = path_by_definition(index, leaves)
        wrong = bytes(32)
        assert not verify_inclusion(leaf, index, size, [*path, wrong], root)
        assert not verify_inclusion(leaf, index, size, path, wrong)
        assert not path or not verify_inclusion(leaf, index, size, path[:-1], root)
        for place in range(len(path)):
            assert not verify_inclusion(leaf, index, size, [*path[:place], wrong, *path[place + 1 :]], root)


@pytest.mark.parametrize("number", range(1, 9))
def test_the_known_leaves_prove_in_the_known_roots(number):
    leaves = [bytes.fromhex(leaf) for leaf in LEAVES[:number]]
    for index, leaf in enumerate(leaves):
        path = proved(index, leaves).path()
        assert verify_inclusion(leaf, index, number, path, bytes.fromhex(ROOTS[number - 1]))


def test_a_node_inside_the_tree_is_no_leaf():
    """Leaves and nodes are hashed with different prefixes: no second preimage (RFC 6962, 2.1)."""
    leaves = leaves_of(4)
    inner = b"".join(sha256(b"\x00" + leaf).digest() for leaf in leaves[:2])
    root = by_definition(leaves)
    assert not verify_inclusion(inner, 0, 2, [by_definition(leaves[2:])], root)


@given(st.data())
@settings(max_examples=60)
def test_a_proof_from_branches_is_the_proof_from_leaves(data):
    size = data.draw(st.integers(1, 3000), label="size")
    index = data.draw(st.integers(0, size - 1), label="index")
    height = data.draw(st.integers(0, 10), label="height")
    leaves = leaves_of(size)
    path = MerklePath(index)
    step = 1 << height
    for start in range(0, size, step):
        chunk = leaves[start : start + step]
        if len(chunk) == step and not start <= index < start + step:
            path.add_branch(bytes.fromhex(merkle_root(chunk)), height)
        else:
            for leaf in chunk:
                path.add(leaf)
    assert path.count == size
    assert path.path() == path_by_definition(index, leaves)


def test_a_large_tree_proves_with_a_path_of_the_logarithm():
    size = 100_003
    stack, paths = (
        MerkleStack(),
        {index: MerklePath(index) for index in (0, 65_535, 65_536, 99_999, size - 1)},
    )
    for number in range(size):
        leaf = number.to_bytes(4, "big")
        stack.add(leaf)
        for path in paths.values():
            path.add(leaf)
    for index, path in paths.items():
        assert len(path._peaks) == size.bit_count()
        assert len(path.path()) <= size.bit_length()
        assert verify_inclusion(index.to_bytes(4, "big"), index, size, path.path(), stack.root())


def test_a_path_can_be_asked_for_at_every_size_as_leaves_come():
    leaves = leaves_of(40)
    path = MerklePath(5)
    for size, leaf in enumerate(leaves, start=1):
        path.add(leaf)
        if size > 5:
            assert path.path() == path_by_definition(5, leaves[:size])


def test_what_cannot_be_proved_is_an_error():
    path = MerklePath(2)
    path.add(b"a")
    with pytest.raises(IndexError):
        path.path()
    with pytest.raises(ValueError, match="no branch of height 1 after 1 leaves"):
        path.add_branch(bytes(32), 1)
    path.add(b"b")
    with pytest.raises(ValueError, match="no branch of height 1 after 2 leaves"):
        path.add_branch(bytes(32), 1)
