"""Draft and launch: what a concertation needs before it is announced."""

from __future__ import annotations

from pydantic import ValidationError

from domain import events as ev
from domain.acts import AmendDraft, CreateOffice, DraftConcertation, Launch
from domain.calendar import plan
from domain.check import check
from domain.deciding.act_rule import ActRule
from domain.deciding.readiness import launch_findings
from domain.deciding.seats import SCIENTIFIC_COUNCIL
from domain.deciding.turn import Turn
from domain.procedure import Gate, Label, Lane, Procedure, Role
from domain.process import Phase
from domain.refusals import Code, Refusal
from domain.rights import TABLE
from domain.territories import known

_RESERVED = frozenset({SCIENTIFIC_COUNCIL, *(role.value for role in Role)})
"""Names that electorates and signatures already give a meaning to."""

_HELD_ONCE = frozenset({Role.CO_PRESIDENT_STATE, Role.CO_PRESIDENT_LOCAL, Role.COUNCIL_CHAIR})
"""Roles that weigh in ballots by being one: a second one would move the balance of the procedure."""


def draft_concertation(turn: Turn, act: DraftConcertation) -> Refusal | None:
    """Begin as a draft. The author becomes a member and holds the first coordinator's seat."""
    if turn.process.phase is not Phase.VOID:
        return Refusal(Code.ALREADY_EXISTS, {"id": turn.process.id})
    if TABLE[act.kind].platform.isdisjoint(turn.actor.platform_roles):
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    procedure = act.procedure
    followed = _with_lanes(procedure, act.lanes) if act.lanes is not None else procedure
    if isinstance(followed, Refusal):
        return followed
    findings = tuple(finding for finding in check(followed) if finding.severity == "error")
    if findings:
        return Refusal(Code.PROCEDURE_INVALID, {"count": len(findings)}, ("procedure",), findings)
    if refusal := _known_territories(act.territories or ()):
        return refusal
    turn.tell(
        ev.ConcertationDrafted(
            slug=act.slug,
            title=act.title,
            procedure=procedure,
            procedure_digest=act.procedure_digest,
            lanes=act.lanes if act.lanes is not None else {lane.id: lane.label for lane in procedure.lanes},
            themes=act.themes
            if act.themes is not None
            else {theme.id: theme.label for theme in procedure.themes},
            territories=act.territories if act.territories is not None else procedure.territories,
            parent=act.parent,
            copied_from=act.copied_from,
        )
    )
    office = next((o for o in procedure.offices if o.role is Role.COORDINATOR), None)
    turn.tell(ev.MemberEnrolled(member=turn.actor.member))
    if office is not None:
        turn.tell(ev.MemberAppointed(office=office.id, seat=1, member=turn.actor.member, since=turn.now))
    return None


def _with_lanes(procedure: Procedure, lanes: dict[str, Label]) -> Procedure | Refusal:
    """Give the procedure with the axes of this concertation: its stages and offices must find theirs."""
    named = []
    for lane, label in lanes.items():
        try:
            named.append(Lane(id=lane, label=label))
        except ValidationError:
            return Refusal(Code.UNKNOWN_LANE, {"lane": lane}, ("lanes",))
    return procedure.model_copy(update={"lanes": tuple(named)})


def _known_territories(territories: tuple[str, ...]) -> Refusal | None:
    for code in territories:
        if not known(code):
            return Refusal(Code.INPUT_INVALID, {"field": "territories"}, ("territories",))
    return None


def _draft_only(turn: Turn) -> Refusal | None:
    return (
        None if turn.process.phase is Phase.DRAFT else Refusal(Code.NOT_DRAFT, {"phase": turn.process.phase})
    )


def amend_draft(turn: Turn, act: AmendDraft) -> Refusal | None:
    """Change title or territories of a draft."""
    if refusal := _draft_only(turn):
        return refusal
    if refusal := _known_territories(act.territories or ()):
        return refusal
    title = act.title if act.title is not None else turn.process.title
    territories = act.territories if act.territories is not None else turn.process.territories
    turn.tell(ev.DraftAmended(title=title, territories=territories))
    return None


def create_office(turn: Turn, act: CreateOffice) -> Refusal | None:
    """Add an office, at any time before the end."""
    if act.office.id in turn.process.offices or act.office.id in _RESERVED:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.office.id}, ("office", "id"))
    if act.office.role in _HELD_ONCE:
        for office in turn.process.offices.values():
            if office.role is act.office.role and office.lane == act.office.lane:
                return Refusal(Code.ALREADY_EXISTS, {"id": office.id}, ("office", "role"))
    colleges = {college.id for college in turn.procedure.colleges}
    if act.office.college is not None and act.office.college not in colleges:
        return Refusal(Code.UNKNOWN_COLLEGE, {"college": act.office.college}, ("office", "college"))
    if act.office.lane is not None and act.office.lane not in turn.process.lanes:
        return Refusal(Code.UNKNOWN_LANE, {"lane": act.office.lane}, ("office", "lane"))
    turn.tell(ev.OfficeCreated(office=act.office))
    return None


def launch(turn: Turn, act: Launch) -> Refusal | None:
    """Announce the concertation; refused with everything that is missing, or when the notice is too short."""
    process = turn.process
    if process.phase is not Phase.DRAFT:
        return Refusal(Code.ALREADY_LAUNCHED, {})
    findings = launch_findings(process, turn.now)
    if findings:
        return Refusal(Code.LAUNCH_NOT_READY, {"count": len(findings)}, (), findings)
    if act.opens_at <= turn.now:
        return Refusal(
            Code.DATE_IN_PAST, {"at": act.opens_at.isoformat(), "now": turn.now.isoformat()}, ("opens_at",)
        )
    roots = [stage for stage in process.stages.values() if not stage.after]
    windows = [gate.within for stage in roots if (gate := stage.approval(Gate.OPENING)) is not None]
    earliest = turn.now + max((turn.procedure.notice, *windows))
    if act.opens_at < earliest:
        return Refusal(
            Code.NOTICE_TOO_SHORT,
            {"at": act.opens_at.isoformat(), "earliest": earliest.isoformat()},
            ("opens_at",),
        )
    try:
        calendar = plan(turn.procedure, process.stages, process.territories, act.opens_at)
    except OverflowError:
        return Refusal(Code.INPUT_INVALID, {"field": "opens_at"}, ("opens_at",))
    turn.tell(ev.ConcertationLaunched(opens_at=act.opens_at, calendar=calendar))
    return None


RULES: dict[type, ActRule] = {
    AmendDraft: ActRule(amend_draft),
    CreateOffice: ActRule(create_office),
    Launch: ActRule(launch, dates=("opens_at",)),
}
