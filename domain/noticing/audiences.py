"""The members of an audience: functions of the event and of the process.

Authors, contributors and who is invited are not in the process: the store finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from domain.acts import SYSTEM
from domain.deciding.seats import speakers, voters
from domain.events import Event, StageConcluded
from domain.noticing.table import Audience
from domain.procedure import Kind, Role, Visibility
from domain.process import Decision, Process, stage_in_round
from domain.rights import COUNCIL, PRESIDENCY, roles_for

_Find = Callable[[Event, Process], Iterable[str]]


def members(
    audiences: Iterable[Audience], event: Event, process: Process, also: Iterable[str] = ()
) -> list[str]:
    """Give the members of all the audiences and those others, each once, in a fixed order; not those who left."""
    found = {*also, *(member for audience in audiences for member in _FIND[audience](event, process))}
    gone = {member for member in found if _has_left(process, member)}
    return sorted(found - gone - {SYSTEM})


def _has_left(process: Process, member: str) -> bool:
    known = process.members.get(member)
    return known is not None and known.left_at is not None


def _everybody(event: Event, process: Process) -> Iterable[str]:
    return process.members


def _of_roles(*roles: Role) -> _Find:
    def find(event: Event, process: Process) -> Iterable[str]:
        lane = process.stages[event.stage].lane if event.stage in process.stages else None
        for office in process.offices.values():
            if office.role in roles and (office.lane is None or lane is None or office.lane == lane):
                yield from speakers(process, office.id, event.at)

    return find


def is_told_to_all(event: Event, process: Process) -> bool:
    """Say whether an event may be told to everybody whom it concerns: not a decision under an embargo."""
    return _embargoed(event, process) is None


def publishes_synthesis(event: Event, process: Process) -> bool:
    """Say whether a synthesis may be read by everybody from this event on: its stage has concluded."""
    stage = process.stages.get(event.stage or "")
    if not isinstance(event.fact, StageConcluded) or stage is None or stage.kind is not Kind.SYNTHESIS:
        return False
    later = (Visibility.AT_ROUND_END, Visibility.NEVER)
    return stage.visibility.get("synthesis", Visibility.AT_CONCLUSION) not in later


def _embargoed(event: Event, process: Process) -> Decision | None:
    text = getattr(event.fact, "text", None)
    found = next((d for d in process.decisions if d.text == text), None)
    if found is None or found.embargo_until is None:
        return None
    return None if found.published_at is not None and found.published_at <= event.at else found


def _readers(event: Event, process: Process) -> Iterable[str]:
    """Everybody; under an embargo those who may read the decision all the same."""
    found = _embargoed(event, process)
    if found is None:
        return process.members
    return {*found.early_readers, *_of_roles(*roles_for("read_embargoed_decision"))(event, process)}


def _electorate(event: Event, process: Process) -> Iterable[str]:
    ballot = process.ballots.get(getattr(event.fact, "ballot", ""))
    for seat in ballot.seats if ballot else ():
        yield from voters(process, ballot, seat, event.at) if ballot else ()


def _witnesses(event: Event, process: Process) -> Iterable[str]:
    hearing = process.hearings.get(getattr(event.fact, "hearing", ""))
    return hearing.witnesses if hearing else ()


def _heard(event: Event, process: Process) -> Iterable[str]:
    hearing = process.hearings.get(getattr(event.fact, "hearing", ""))
    return hearing.heard if hearing else ()


def _addressees(event: Event, process: Process) -> Iterable[str]:
    """The one that is named, or all who owe an answer to the synthesis of the stage."""
    named = getattr(event.fact, "addressee", None)
    if named is not None:
        yield from speakers(process, named, event.at)
        return
    synthesis = process.syntheses.get(stage_in_round(event.round or 0, event.stage or ""))
    for recommendation in synthesis.recommendations.values() if synthesis else ():
        for office in recommendation.addressees:
            yield from speakers(process, office, event.at)


def _owner(event: Event, process: Process) -> Iterable[str]:
    known = process.commitments.get(getattr(event.fact, "commitment", ""))
    return speakers(process, known.owner, event.at) if known else ()


def _concerned(event: Event, process: Process) -> Iterable[str]:
    for name in ("member", "giver", "to", "witness", "by"):
        member = getattr(event.fact, name, None)
        if isinstance(member, str):
            yield member


def _nobody(event: Event, process: Process) -> Iterable[str]:
    return ()


_FIND: Mapping[Audience, _Find] = {
    Audience.EVERYBODY: _everybody,
    Audience.COORDINATION: _of_roles(Role.COORDINATOR),
    Audience.PRESIDENCY: _of_roles(*PRESIDENCY),
    Audience.COUNCIL: _of_roles(*COUNCIL),
    Audience.CHAIR: _of_roles(Role.COUNCIL_CHAIR),
    Audience.RAPPORTEURS: _of_roles(Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR),
    Audience.DECIDING_AUTHORITY: _of_roles(Role.DECIDING_AUTHORITY),
    Audience.READERS: _readers,
    Audience.GUARANTOR: _of_roles(Role.GUARANTOR),
    Audience.ELECTORATE: _electorate,
    Audience.WITNESSES: _witnesses,
    Audience.HEARD: _heard,
    Audience.ADDRESSEES: _addressees,
    Audience.OWNER: _owner,
    Audience.CONCERNED: _concerned,
    Audience.CONTRIBUTORS: _nobody,
    Audience.AUTHOR: _nobody,
    Audience.INVITED: _nobody,
}
