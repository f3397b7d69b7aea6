"""Merkle trees after RFC 6962: known roots, and the same root as the recursive definition."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merkle import MerkleStack, branch_root, merkle_root

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Test vectors of Certificate Transparency: the roots of the first one, two, … eight leaves."""


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("number", range(1, 9))
def test_known_roots(number):
    assert merkle_root(bytes.fromhex(leaf) for leaf in LEAVES[:number]) == ROOTS[number - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert merkle_root([]) == sha256(b"").hexdigest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_stack_gives_the_root_of_the_definition_at_every_length(leaves):
    stack = MerkleStack()
    for number, leaf in enumerate(leaves, start=1):
        stack.add(leaf)
        assert (stack.count, stack.root()) == (number, by_definition(leaves[:number]))


@given(st.integers(min_value=0, max_value=7), st.binary(max_size=8))
def test_a_whole_branch_has_the_root_of_the_definition(height, salt):
    leaves = [salt + bytes([number]) for number in range(2**height)]
    assert branch_root(leaves) == by_definition(leaves)


def test_order_and_boundaries_of_leaves_matter():
    assert (
        len({merkle_root(leaves) for leaves in ([b"a", b"b"], [b"b", b"a"], [b"ab"], [b"a", b"b", b""])}) == 4
    )


def test_memory_grows_with_the_logarithm_of_the_leaves():
    stack = MerkleStack()
    for number in range(5000):
        stack.add(number.to_bytes(4, "big"))
    assert len(stack._peaks) == bin(5000).count("1")
