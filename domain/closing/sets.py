"""A sealed set against its seals: roots, counts by college and channel, and the quorum of each college."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.closing.figures import Leaf
from domain.deciding.counting import at_least
from domain.merkle import MerkleStack
from domain.procedure import Stage
from domain.process import Seal, StageRun


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVerdict:
    """What became of comparing a set with its seals."""

    leaves: int
    roots: bool
    counts: bool
    quorum: bool


def verify_set(stage: Stage, run: StageRun, leaves: Iterable[Leaf]) -> SetVerdict:
    """Compare the leaves of a call for input, in their order, with every seal of its run.

    The leaves of a seal are the beginning of those of the next one.
    """
    stack = MerkleStack()
    roots: list[str] = []
    by_college = [Counter[str]() for _ in run.seals]
    by_channel = [Counter[str]() for _ in run.seals]
    sizes = [seal.figures.count for seal in run.seals]
    for leaf in leaves:
        while len(roots) < len(sizes) and sizes[len(roots)] == stack.count:
            roots.append(stack.root().hex())
        for number, size in enumerate(sizes):
            if stack.count < size and leaf.counts_in(number):
                by_channel[number][leaf.channel] += 1
                if leaf.college is not None:
                    by_college[number][leaf.college] += 1
        stack.add(leaf.digest)
    while len(roots) < len(sizes) and sizes[len(roots)] == stack.count:
        roots.append(stack.root().hex())
    return SetVerdict(
        leaves=stack.count,
        roots=roots == [seal.figures.root for seal in run.seals] and stack.count == sizes[-1],
        counts=all(
            seal.figures.by_college == dict(colleges) and seal.figures.by_channel == dict(channels)
            for seal, colleges, channels in zip(run.seals, by_college, by_channel, strict=True)
        ),
        quorum=_is_quorum_told(stage, run, by_college),
    )


def _is_quorum_told(stage: Stage, run: StageRun, by_college: list[Counter[str]]) -> bool:
    """Say whether the colleges that missed their quorum are those that were told: at the last seal that asked for it.

    One that was missed at first, and reached after an extension, stays told.
    """
    number = max(number for number, seal in enumerate(run.seals) if number == 0 or not seal.supplementary)
    missed = missed_in(stage, run.seals[number], by_college[number])
    again = run.automatic_extensions or run.reopenings
    return run.quorum_missed == missed or (not missed and bool(again))


def missed_in(stage: Stage, seal: Seal, by_college: Mapping[str, int]) -> dict[str, int]:
    """Give what each college reached that missed its quorum."""
    missed = {}
    for college, quorum in stage.quorum.items():
        asked = quorum if isinstance(quorum, int) else at_least(quorum, seal.figures.entitled.get(college, 0))
        if by_college.get(college, 0) < asked:
            missed[college] = by_college.get(college, 0)
    return missed
