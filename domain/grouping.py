"""Grouping: contributions that say the same are merged under one of them, when people judge so and the authors agree.

The machine suggests (store/finding.py); a person judges each resemblance; each author is asked, and may take their
consent back until the merge. Nothing is deleted: every contribution keeps its leaf, its receipt and its voice in the
counts, and a grouping can be undone. Who holds which office is asked of domain/rights.py before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from domain.enumeration import direct
from domain.moderation import Hand
from domain.refusals import Code, Refusal

MOST_PARTS = 100
"""Contributions that one grouping brings together with the one that is kept."""


@direct
class GroupingState(StrEnum):
    """Where a grouping stands."""

    ASKED = "asked"
    """Its authors are asked for their consent."""
    MERGED = "merged"
    UNDONE = "undone"
    """Given up before the merge, or taken apart after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a contribution when somebody wants to group it."""

    author: str
    #: Stage and round: only what answers the same is grouped.
    place: tuple[str, int] = ("", 0)
    #: The version that replaced it.
    replaced_by: str | None = None
    withdrawn: bool = False
    #: Hidden by moderation, its text destroyed or not.
    hidden: bool = False
    #: The grouping that brings it under another one, asked for or merged.
    part_of: str | None = None
    #: Whether a grouping keeps it, asked for or merged.
    keeps: bool = False

    @property
    def is_there(self) -> bool:
        """Say whether it counts and can be read."""
        return self.replaced_by is None and not self.withdrawn and not self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One contribution in a grouping: the one that is kept, or one that comes under it."""

    author: str
    consents: bool | None = None
    answered_at: datetime | None = None
    #: Who answered: the author, or the clerk who was told.
    answered_by: str | None = None
    #: Whether it is in the merge: asked, agreed and there at that instant.
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Contributions that a person found to say the same, and what became of it."""

    id: str
    #: The contribution whose text stands for all.
    kept: str
    #: By contribution, the kept one too.
    parts: Mapping[str, Part]
    asked_at: datetime
    asked_by: Hand
    merged_at: datetime | None = None
    merged_by: Hand | None = None
    undone_at: datetime | None = None
    undone_by: Hand | None = None
    #: Why it was undone; public.
    undone_why: str | None = None

    @property
    def state(self) -> GroupingState:
        """Say where it stands."""
        if self.undone_at is not None:
            return GroupingState.UNDONE
        return GroupingState.ASKED if self.merged_at is None else GroupingState.MERGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Say of two contributions whether they say the same. The latest word counts; a no is not suggested again."""

    one: str
    other: str
    same: bool
    kind: str = "judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the authors of contributions to have them merged under one of them: a word that they say the same, too."""

    kept: str
    others: tuple[str, ...]
    kind: str = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Agree or not, for one contribution. `for_author`: by a clerk whom the author told."""

    contribution: str
    consents: bool
    for_author: bool = False
    kind: str = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Merge those whose authors agreed."""

    kind: str = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Give a grouping up, or take it apart."""

    text: str
    kind: str = "undo"


Act = Judge | Ask | Answer | Merge | Undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known when somebody wants something about a grouping."""

    now: datetime
    #: A name for a new grouping.
    fresh: str
    #: Whether everybody may read the contributions of the stage.
    is_out: bool = True
    is_over: bool = False
    grouping: Grouping | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)


def group(matter: Matter, act: Act, by: Hand) -> Grouping | Refusal | None:
    """Give the grouping as it stands after the act, or why the act is refused; `None` where none is concerned."""
    if matter.is_over:
        return Refusal(Code.CONCERTATION_OVER)
    match act:
        case Judge():
            return _judge(matter, act)
        case Ask():
            return _ask(matter, act, by)
    grouping = matter.grouping
    if grouping is None:
        return Refusal(Code.UNKNOWN_GROUPING, {}, ("grouping_id",))
    if not isinstance(act, Answer) and _own(grouping, by):
        return Refusal(Code.OWN_CONTRIBUTION)
    if grouping.state is GroupingState.UNDONE:
        return Refusal(Code.GROUPING_UNDONE, {}, ("grouping_id",))
    if isinstance(act, Undo):
        return replace(grouping, undone_at=matter.now, undone_by=by, undone_why=act.text)
    if grouping.state is GroupingState.MERGED:
        return Refusal(Code.GROUPING_MERGED, {}, ("grouping_id",))
    return _merge(matter, grouping, by) if isinstance(act, Merge) else _answer(matter, grouping, act, by)


def _judge(matter: Matter, act: Judge) -> Refusal | None:
    return _fault(matter, act.one, (act.other,), ("contribution_ids",))


def _ask(matter: Matter, act: Ask, by: Hand) -> Grouping | Refusal:
    path = ("contribution_ids",)
    if not 0 < len(act.others) <= MOST_PARTS:
        return Refusal(Code.INPUT_INVALID, {"most": MOST_PARTS}, path)
    fault = _fault(matter, act.kept, act.others, path)
    if fault is not None:
        return fault
    named = {key: matter.standings[key] for key in (act.kept, *act.others)}
    if by.persons() & {standing.author for standing in named.values()}:
        return Refusal(Code.OWN_CONTRIBUTION)
    # Nobody agrees to what they cannot read.
    if not matter.is_out:
        return Refusal(Code.CONTRIBUTIONS_NOT_OUT)
    if any(
        standing.part_of is not None or (standing.keeps and key != act.kept)
        for key, standing in named.items()
    ):
        return Refusal(Code.ALREADY_GROUPED, {}, path)
    return Grouping(
        id=matter.fresh,
        kept=act.kept,
        parts={key: Part(author=standing.author) for key, standing in named.items()},
        asked_at=matter.now,
        asked_by=by,
    )


def _answer(matter: Matter, grouping: Grouping, act: Answer, by: Hand) -> Grouping | Refusal:
    part, standing = grouping.parts.get(act.contribution), matter.standings.get(act.contribution)
    if part is None or standing is None or (by.member != part.author and not act.for_author):
        return Refusal(Code.UNKNOWN_CONTRIBUTION, {}, ("contribution_id",))
    if act.consents and (fault := _absent(act.contribution, standing, ("contribution_id",))):
        return fault
    answered = replace(part, consents=act.consents, answered_at=matter.now, answered_by=by.member)
    return replace(grouping, parts={**grouping.parts, act.contribution: answered})


def _merge(matter: Matter, grouping: Grouping, by: Hand) -> Grouping | Refusal:
    kept = matter.standings[grouping.kept]
    if fault := _absent(grouping.kept, kept, ("grouping_id",)):
        return fault
    parts = {
        key: replace(part, merged=part.consents is True and matter.standings[key].is_there)
        for key, part in grouping.parts.items()
    }
    merged = sum(part.merged for part in parts.values())
    if not parts[grouping.kept].merged or merged < 2:
        return Refusal(Code.CONSENT_MISSING, {}, ("grouping_id",))
    return replace(grouping, parts=parts, merged_at=matter.now, merged_by=by)


def _own(grouping: Grouping, by: Hand) -> bool:
    return bool(by.persons() & {part.author for part in grouping.parts.values()})


def _fault(matter: Matter, kept: str, others: tuple[str, ...], path: tuple[str, ...]) -> Refusal | None:
    """Say what is wrong with contributions that are to be held against one of them."""
    keys = (kept, *others)
    if any(key not in matter.standings for key in keys):
        return Refusal(Code.UNKNOWN_CONTRIBUTION, {}, path)
    if len(set(keys)) < len(keys):
        return Refusal(Code.INPUT_INVALID, {}, path)
    if len({matter.standings[key].place for key in keys}) > 1:
        return Refusal(Code.CONTRIBUTIONS_APART, {}, path)
    faults = (_absent(key, matter.standings[key], path) for key in keys)
    return next((fault for fault in faults if fault), None)


def _absent(key: str, standing: Standing, path: tuple[str, ...]) -> Refusal | None:
    if standing.withdrawn:
        return Refusal(Code.CONTRIBUTION_WITHDRAWN, {}, path)
    if standing.replaced_by is not None:
        return Refusal(Code.CONTRIBUTION_REPLACED, {"contribution": standing.replaced_by}, path)
    return Refusal(Code.CONTRIBUTION_HIDDEN, {}, path) if standing.hidden else None
