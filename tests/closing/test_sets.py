"""A sealed set is compared with every seal of its run: roots, counts, quorums."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.acts import SealFigures
from domain.closing.contents import ArchiveUnfit, leaves_of, write_leaf
from domain.closing.figures import Leaf
from domain.closing.sets import SetVerdict, verify_set
from domain.merkle import merkle_root
from domain.process import Seal, StageRun
from tests.unit.play import START
from tests.unit.procedures import call_for_input, procedure

LEAVES = [
    Leaf(bytes([number]) * 32, "locales" if number % 2 else "etat", "paper" if number == 3 else "online")
    for number in range(5)
]


def seal(leaves: list[Leaf], *, number: int = 0, **more: Any) -> Seal:
    live = [leaf for leaf in leaves if leaf.counts_in(number)]
    figures = SealFigures(
        root=merkle_root(leaf.digest for leaf in leaves),
        count=len(leaves),
        by_college={
            name: n for name in ("etat", "locales") if (n := sum(leaf.college == name for leaf in live))
        },
        by_channel={
            name: n for name in ("online", "paper") if (n := sum(leaf.channel == name for leaf in live))
        },
        entitled={"etat": 10, "locales": 4},
    )
    return Seal(at=START, figures=replace(figures, **more), supplementary=number > 0)


def run(*seals: Seal, **more: Any) -> StageRun:
    return StageRun(
        key="appel", round=1, planned_opens_at=START, planned_closes_at=START, seals=seals, **more
    )


def verdict(found: StageRun, leaves: list[Leaf], **stage: Any) -> SetVerdict:
    definition = procedure(call_for_input(**stage)).stages[0]
    return verify_set(definition, found, leaves)


def test_a_set_and_its_only_seal() -> None:
    assert verdict(run(seal(LEAVES)), LEAVES) == SetVerdict(leaves=5, roots=True, counts=True, quorum=True)


def test_an_empty_set_is_a_set() -> None:
    assert verdict(run(seal([])), []).roots


def test_the_leaves_of_a_seal_are_the_beginning_of_those_of_the_next() -> None:
    leaves = [LEAVES[0], replace(LEAVES[1], gone=1), *LEAVES[2:]]
    both = run(seal(leaves[:3]), seal(leaves, number=1))
    assert verdict(both, leaves) == SetVerdict(leaves=5, roots=True, counts=True, quorum=True)
    assert not verdict(both, [leaves[1], leaves[0], *leaves[2:]]).roots
    assert not verdict(both, [LEAVES[0], LEAVES[1], *leaves[2:]]).counts


@pytest.mark.parametrize("leaves", [LEAVES[:4], [*LEAVES, LEAVES[0]], [*LEAVES[:4], LEAVES[0]]])
def test_another_set_does_not_give_the_root(leaves: list[Leaf]) -> None:
    assert not verdict(run(seal(LEAVES)), leaves).roots


@pytest.mark.parametrize(
    ("told", "holds"), [({"etat": 3}, True), ({}, False), ({"etat": 2}, False), ({"locales": 2}, False)]
)
def test_a_quorum_that_was_missed_is_told_as_it_was_missed(told: dict[str, int], holds: bool) -> None:
    quorum = {"etat": "1/2", "locales": 2}
    assert verdict(run(seal(LEAVES), quorum_missed=told), LEAVES, quorum=quorum).quorum is holds


def test_a_quorum_that_was_reached_after_an_extension_stays_told_as_missed() -> None:
    reached = {"etat": 3, "locales": 2}
    extended = run(seal(LEAVES), quorum_missed={"etat": 1}, automatic_extensions=1)
    assert verdict(extended, LEAVES, quorum=reached).quorum
    assert not verdict(run(seal(LEAVES), quorum_missed={"etat": 1}), LEAVES, quorum=reached).quorum


class OneFile:
    """As much of an archive as there is to read of leaves."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def lines(self, name: str) -> Any:
        assert name == "leaves/1-appel.jsonl"
        return iter(self.content.splitlines(keepends=True))


def test_leaves_are_read_as_they_were_written() -> None:
    leaves = [*LEAVES, Leaf(bytes(32), None, "phone", 2)]
    file: Any = OneFile(b"".join(map(write_leaf, leaves)))
    assert list(leaves_of(file, 1, "appel")) == leaves


@pytest.mark.parametrize("line", [b"{}", b"[]", b"{", write_leaf(LEAVES[0]).replace(b"null", b'"1"'), b'"x"'])
def test_what_is_no_leaf_cannot_be_read(line: bytes) -> None:
    file: Any = OneFile(line)
    with pytest.raises(ArchiveUnfit):
        list(leaves_of(file, 1, "appel"))
