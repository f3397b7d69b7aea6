"""The command behind a batch of events, rebuilt from the ledger alone: an archive needs no log of commands.

What a command claims and its events do not say (its id, a role on the platform) is not rebuilt. Whoever begins a
concertation, and whoever finds a coordinator for one that has none without holding a seat in it, did so as a
coordinator of the platform: that they were one is taken on trust.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.acts import SYSTEM, Actor, Command
from domain.closing.acts_of import (
    answering,
    articles,
    balloting,
    drafting,
    evaluating,
    hearing,
    meeting,
    migrating,
    people,
    reviewing,
    scheduling,
    synthesising,
)
from domain.closing.rebuilding import ActOf, Happened
from domain.events import ConcertationDrafted, Event, MemberAppointed, MemberEnrolled, OrganisationAssigned
from domain.process import Process
from domain.rights import PlatformRole

ACT_OF: Mapping[type, ActOf] = {
    **drafting.ACT_OF,
    **people.ACT_OF,
    **scheduling.ACT_OF,
    **migrating.ACT_OF,
    **balloting.ACT_OF,
    **hearing.ACT_OF,
    **meeting.ACT_OF,
    **reviewing.ACT_OF,
    **evaluating.ACT_OF,
    **articles.ACT_OF,
    **synthesising.ACT_OF,
    **answering.ACT_OF,
}
"""By kind of fact: how the act is rebuilt whose author's first event it is."""

_RESCUES = (MemberEnrolled, MemberAppointed)
_TAKEN_UP = (MemberEnrolled, OrganisationAssigned)


def command_of(events: Sequence[Event], process: Process) -> Command | None:
    """Give the command that a person, or an invitation that was taken up, brought these events about by.

    `process` is what it met, `events` what followed at its instant, from what time alone had brought about on. `None`
    where it was the engine by itself: time had passed, or a set was sealed.
    """
    first = next((number for number, event in enumerate(events) if event.actor != SYSTEM), None)
    if first is None:
        if not events or not isinstance(events[0].fact, _TAKEN_UP):
            return None
        first = 0
    happened = Happened(process=process, events=events[first:])
    event = happened.event
    act_of = ACT_OF.get(type(event.fact))
    found = act_of(happened) if act_of is not None else None
    if found is None:
        return None
    return Command(
        id="",
        concertation=process.id,
        actor=Actor(
            member=event.actor,
            on_behalf_of=event.on_behalf_of,
            platform_roles=_platform_roles(event, process),
        ),
        act=found.act,
        round=found.round,
        stage=found.stage,
    )


def _platform_roles(event: Event, process: Process) -> tuple[str, ...]:
    if isinstance(event.fact, ConcertationDrafted) or (
        isinstance(event.fact, _RESCUES)
        and event.on_behalf_of is None
        and event.actor not in process.offices_of
    ):
        return (PlatformRole.COORDINATOR.value,)
    return ()
