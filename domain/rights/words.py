"""The words of the table of rights: who besides those who hold an office, in which states, about what, how far."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from domain.enumeration import direct
from domain.procedure import Role


@direct
class PlatformRole(StrEnum):
    """What a person may do on the platform, outside any concertation."""

    COORDINATOR = "coordinator"
    """May draft concertations."""
    OPERATOR = "operator"
    """May publish procedures and read every ledger."""


@direct
class Reach(StrEnum):
    """How far a personal access token reaches on behalf of its owner."""

    READ = "read"
    """Reads what its owner may read. Every token does: mutations answer with what they changed."""
    CONTRIBUTE = "contribute"
    """Does what its owner does for themself: contributes, answers, reports, appeals."""
    CONDUCT = "conduct"
    """Does what its owner does by an office or a seat; its votes among it."""
    ACCOUNT = "account"
    """What concerns the account itself: never in a token. A leaked one makes no other and turns no mail away."""


@direct
class Who(StrEnum):
    """Who may besides the holders of an office."""

    ANYBODY = "anybody"
    """Everybody, without an account, too."""
    ACCOUNT = "account"
    """Whoever has an account."""
    THEMSELF = "themself"
    """Whom it is about, for themself: as a member, an author, a witness, the holder of a seat. The act says whom."""
    CODE = "code"
    """Whoever has the code of an invitation or of a receipt."""
    ELECTORATE = "electorate"
    """Whoever speaks for a seat of the electorate of the ballot."""
    ENGINE = "engine"
    """The engine itself, and no person."""


@direct
class Standing(StrEnum):
    """The states of a concertation that rights know."""

    DRAFT = "draft"
    RUNNING = "running"
    """Announced, and not suspended as a whole."""
    SUSPENDED = "suspended"
    """The whole is suspended."""
    OVER = "over"
    """Ended or abandoned."""


@direct
class About(StrEnum):
    """What an action is about: for what an office of one axis, college or territory does not speak."""

    WHOLE = "whole"
    """The whole concertation, or the axis of its stage: of what is common to all, offices of one do not speak."""
    LANE = "lane"
    """The axis of its stage; in what all axes have in common, the holders of offices of one speak, too."""
    OFFICE = "office"
    """One office: that which is asked, or that which commits itself."""
    PLACE = "place"
    """The territory and college of whom it is about."""
    ANYWHERE = "anywhere"
    """Any office of the role will do."""
    PLATFORM = "platform"
    """No concertation: its state has no say."""


class Scope(NamedTuple):
    """What an act is about. An office with a lane, college or territory speaks only for these.

    `whole`: the act is about the whole concertation, for which an office of one lane does not speak.
    """

    lane: str | None = None
    college: str | None = None
    territory: str | None = None
    office: str | None = None
    whole: bool = False


EVERYWHERE = Scope()
"""Wherever it may be: any office of the role will do."""

WHOLE = Scope(whole=True)
"""The whole concertation."""

COUNCIL = frozenset({Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER})
PRESIDENCY = frozenset({Role.SPONSOR, Role.CO_PRESIDENT_STATE, Role.CO_PRESIDENT_LOCAL})
UNNAMED = frozenset({Role.CLERK, Role.PANELLIST})
"""The roles whose holders are not known by name to everybody."""


class Bound(NamedTuple):
    """What the code of an invitation is good for: to contribute to one stage of one concertation, as one member."""

    member: str
    concertation: str
    round: int
    stage: str
