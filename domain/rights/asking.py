"""Whether somebody may do something: by an office, for a term, within its scope, or by a delegation; and whether now.

`may` is the only question asked, by the API for every read and every write. The decider asks for the mandate, so that
an act says on whose behalf it was done, and refuses by the state in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.acts import SYSTEM, Actor
from domain.geography.places import contains
from domain.procedure import Role
from domain.process import OfficeHeld, Phase, Process
from domain.refusals import Code, Refusal
from domain.rights.table import TABLE, roles_for
from domain.rights.words import EVERYWHERE, About, Bound, Reach, Scope, Standing, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who reads or acts through the API. `member` unset: anyone."""

    member: str | None = None
    platform_roles: tuple[str, ...] = ()
    #: How far the personal access token reaches that they come with; unset: they come in person.
    reaches: frozenset[Reach] | None = None
    #: What they may do by the code of an invitation, which makes nobody of them anywhere else (`invited`).
    bound: Bound | None = None

    def actor(self, on_behalf_of: str | None = None) -> Actor:
        """Give the actor of a command by this viewer."""
        return Actor(member=self.member or "", on_behalf_of=on_behalf_of, platform_roles=self.platform_roles)


class Mandate(NamedTuple):
    """The seat by which somebody acts, and whom they act for where it is by delegation."""

    office: str
    seat: int
    role: Role
    on_behalf_of: str | None = None


def _covers(office: OfficeHeld, scope: Scope) -> bool:
    return (
        (scope.office is None or office.id == scope.office)
        and (office.lane is None or office.lane == scope.lane or (scope.lane is None and not scope.whole))
        and (office.college is None or scope.college is None or office.college == scope.college)
        and (
            office.territory is None or scope.territory is None or contains(office.territory, scope.territory)
        )
    )


def mandate(
    process: Process,
    member: str,
    roles: frozenset[Role],
    now: datetime,
    scope: Scope = EVERYWHERE,
    on_behalf_of: str | None = None,
) -> Mandate | None:
    """Give the seat by which a member may act in one of these roles at `now`: their own first, then a delegated one."""
    if on_behalf_of is None:
        for key in process.offices_of.get(member, ()):
            office = process.offices[key]
            if office.role in roles and (scope is EVERYWHERE or _covers(office, scope)):
                for term in office.terms:
                    if term.member == member and term.runs(now):
                        return Mandate(office.id, term.seat, office.role)
    for delegation in process.delegations.values():
        if delegation.to == member and delegation.runs(now) and on_behalf_of in (None, delegation.giver):
            office = process.offices[delegation.office]
            if (
                office.role in roles
                and _covers(office, scope)
                and office.holder(delegation.seat, now) == delegation.giver
            ):
                return Mandate(office.id, delegation.seat, office.role, delegation.giver)
    return None


def mandate_for(
    process: Process, member: str | None, action: str, now: datetime, scope: Scope = EVERYWHERE
) -> Mandate | None:
    """Give the seat by which somebody may do this, as `mandate` does, if the state of the concertation allows it."""
    if member is None or refusal_of_state(process, action) is not None:
        return None
    return mandate(process, member, roles_for(action), now, scope)


def standing_of(process: Process) -> Standing | None:
    """Give the state of a concertation, as far as rights know it; nothing as long as there is none."""
    if process.over:
        return Standing.OVER
    if process.phase is Phase.LAUNCHED:
        return Standing.RUNNING if process.suspended_at is None else Standing.SUSPENDED
    return Standing.DRAFT if process.phase is Phase.DRAFT else None


def refusal_of_state(process: Process, action: str) -> Refusal | None:
    """Say why the state of a concertation refuses an action to everybody, if it does."""
    right, standing = TABLE.get(action), standing_of(process)
    if right is None:
        return Refusal(Code.NOT_ALLOWED, {"act": action})
    if right.about is About.PLATFORM or standing in right.states:
        return None
    match standing:
        case None:
            return Refusal(Code.UNKNOWN_CONCERTATION, {"id": process.id})
        case Standing.OVER:
            return Refusal(Code.CONCERTATION_OVER, {"phase": process.phase})
        case Standing.SUSPENDED:
            return Refusal(Code.SUSPENDED, {})
        case Standing.DRAFT:
            return Refusal(Code.NOT_LAUNCHED, {})
        case _:
            return Refusal(Code.NOT_DRAFT, {"phase": process.phase})


def holds(
    viewer: Viewer, action: str, process: Process | None, now: datetime | None, scope: Scope = EVERYWHERE
) -> bool:
    """Say whether a viewer is one of those who may do this, whatever the state of the concertation."""
    right = TABLE.get(action)
    if right is None or viewer.member == SYSTEM:
        return False
    if viewer.reaches is not None and right.reach not in viewer.reaches:
        return False
    if Who.ANYBODY in right.others:
        return True
    if viewer.member is None:
        return False
    if Who.ACCOUNT in right.others or not right.platform.isdisjoint(viewer.platform_roles):
        return True
    if not right.roles or process is None or now is None:
        return False
    return mandate(process, viewer.member, right.roles, now, scope) is not None


def may(
    viewer: Viewer, action: str, process: Process | None, now: datetime | None, scope: Scope = EVERYWHERE
) -> bool:
    """Say whether a viewer may do this now. Actions without a row are denied.

    A `Reach` for an action asks whether what they come with is good for acts of this kind at all; who may do which, in
    which concertation, is asked by its own name. `now` may be left out where no office is asked for. Of an act that one
    does for oneself, or by a seat in an electorate, the act itself knows whose it is: here nobody may.
    """
    if isinstance(action, Reach):
        return viewer.member != SYSTEM and (viewer.reaches is None or action in viewer.reaches)
    return holds(viewer, action, process, now, scope) and _is_time(process, action)


def refused(
    viewer: Viewer, action: str, process: Process, now: datetime, scope: Scope = EVERYWHERE
) -> Refusal | None:
    """Say why a viewer may not do this now: because of who they are, or else of the state of the concertation."""
    if not holds(viewer, action, process, now, scope):
        return Refusal(Code.NOT_ALLOWED, {"act": action})
    return refusal_of_state(process, action)


def _is_time(process: Process | None, action: str) -> bool:
    if process is not None:
        return refusal_of_state(process, action) is None
    return TABLE[action].about is About.PLATFORM
