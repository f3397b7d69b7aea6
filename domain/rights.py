"""Who may do what: one table, default deny. Roles belong to offices; offices have a scope.

`may` is the only question asked, by the decider for every act and by the API for every read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.acts import SYSTEM, Actor
from domain.enumeration import direct
from domain.geography.places import contains
from domain.procedure import Role
from domain.process import OfficeHeld, Phase, Process


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


COUNCIL = frozenset({Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER})
_CONDUCT = frozenset({Role.COORDINATOR})
PRESIDENCY = frozenset({Role.SPONSOR, Role.CO_PRESIDENT_STATE, Role.CO_PRESIDENT_LOCAL})
_SCHEDULE = _CONDUCT | PRESIDENCY
_HEARINGS = frozenset({Role.COORDINATOR, Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR})
_MEETINGS = frozenset({Role.COORDINATOR, Role.COUNCIL_CHAIR})
_WRITING = frozenset({Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR})
_ANY_OFFICE = frozenset(Role)

ROLES: dict[str, frozenset[Role]] = {
    # drafting and people
    "amend_draft": _CONDUCT,
    "create_office": _CONDUCT,
    "enrol_member": _CONDUCT,
    "enrol_members": _CONDUCT,
    "assign_organisation": _CONDUCT | frozenset({Role.CLERK}),
    "remove_member": _CONDUCT,
    "appoint_member": _CONDUCT,
    "end_term": _CONDUCT,
    "revoke_delegation": _CONDUCT,
    "withdraw_proposal": _CONDUCT,
    "give_delegation": _ANY_OFFICE,
    "attach_document": _CONDUCT,
    # the schedule
    "launch": _SCHEDULE,
    "extend_stage": _SCHEDULE,
    "postpone_stage": _SCHEDULE,
    "close_stage_early": _SCHEDULE,
    "suspend": _SCHEDULE,
    "resume": _SCHEDULE,
    "reopen_stage": _SCHEDULE,
    "rectify_stage": _SCHEDULE,
    "abandon": PRESIDENCY | _CONDUCT,
    # hearings
    "schedule_hearing": _HEARINGS,
    "hold_hearing": _HEARINGS,
    "cancel_hearing": _HEARINGS,
    "move_hearing": _HEARINGS,
    "decline_request": _HEARINGS,
    "call_witness": _HEARINGS,
    "replace_witness": _HEARINGS,  # or the witness themself
    "draft_record": _HEARINGS,
    "record_hearing": _HEARINGS,
    # meetings of the council
    "convene_meeting": _MEETINGS,
    "cancel_meeting": _MEETINGS,
    "hold_meeting": _MEETINGS,
    "record_minutes": _MEETINGS,
    # scientific review
    "declare_interest": COUNCIL | frozenset({Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR, Role.GUARANTOR}),
    "withdraw_from_review": COUNCIL,
    "decline_withdrawal": COUNCIL,
    "recuse_member": frozenset({Role.COUNCIL_CHAIR}),
    "state_position": COUNCIL,
    "draft_opinion": COUNCIL,
    "put_opinion_to_vote": COUNCIL,  # the chair; a member where no chair presides
    "evaluate": COUNCIL,
    "draft_article": COUNCIL,
    "propose_amendment": COUNCIL,
    "settle_amendment": COUNCIL,  # the rapporteur of the article, or the chair
    "put_article_to_vote": COUNCIL,  # the chair; a member where no chair presides
    "make_reservation": COUNCIL,
    "record_dissent": COUNCIL,
    # synthesis
    "submit_chapter": _WRITING,
    "make_recommendation": _WRITING,
    "make_ascertainment": _WRITING,
    "cite_sources": _WRITING,
    "set_aside": _WRITING,
    "take_back": _WRITING,
    "answer_reservation": _WRITING,
    "comment": COUNCIL,
    "assemble_synthesis": frozenset({Role.GENERAL_RAPPORTEUR}),
    # decision
    "respond": frozenset({Role.ADDRESSEE}),
    "issue_decision": frozenset({Role.DECIDING_AUTHORITY}),
    "rectify_decision": frozenset({Role.DECIDING_AUTHORITY}),
    # follow-up
    "make_commitment": frozenset({Role.ADDRESSEE, Role.DECIDING_AUTHORITY}),
    "report_progress": frozenset({Role.ADDRESSEE, Role.DECIDING_AUTHORITY, Role.COORDINATOR}),
    "publish_implementation_report": frozenset({Role.DECIDING_AUTHORITY, Role.COORDINATOR}),
    "publish_observation": frozenset({Role.GUARANTOR}),
    "publish_guarantor_report": frozenset({Role.GUARANTOR}),
    "answer_guarantor_report": PRESIDENCY | frozenset({Role.DECIDING_AUTHORITY}),
    # not acts of the decider
    "record_contribution": frozenset({Role.CLERK}),
    "register_organisation": _CONDUCT | frozenset({Role.CLERK}),
    "invite": _CONDUCT,
    "remind": _CONDUCT,
    "keep_webhooks": _CONDUCT,
    "keep_notices": _CONDUCT,
    "archive_before_the_end": _CONDUCT,
    "read_follow_up": _CONDUCT | PRESIDENCY | frozenset({Role.GUARANTOR}),
    # moderation: the guarantor sees all of it and decides nothing
    "moderate_contribution": _CONDUCT,
    "decide_appeal": _CONDUCT | PRESIDENCY,
    "redact_contribution": _CONDUCT | PRESIDENCY,
    "read_moderation": _CONDUCT | PRESIDENCY | frozenset({Role.GUARANTOR}),
    # grouping: who conducts it and who writes the synthesis; the authors themselves agree or not
    "group_contributions": _CONDUCT | _WRITING,
    "read_groupings": _CONDUCT | _WRITING | PRESIDENCY | frozenset({Role.GUARANTOR}),
    "send_file": _CONDUCT | frozenset({Role.CLERK}),
    "read_draft": _ANY_OFFICE,
    "read_names": _CONDUCT | PRESIDENCY | frozenset({Role.GUARANTOR, Role.CLERK}),
    # a decision under an embargo, besides its early readers: who signs, conducts or guarantees it
    "read_embargoed_decision": _CONDUCT | PRESIDENCY | frozenset({Role.DECIDING_AUTHORITY, Role.GUARANTOR}),
    "read_contributions_before_publication": _CONDUCT | _WRITING | COUNCIL | frozenset({Role.GUARANTOR}),
}
"""For each act or reading, the roles that may. What is not here is denied."""

ELECTORATE = frozenset({"cast_vote", "give_proxy", "revoke_proxy"})
"""Acts whose right comes from a seat in the electorate of the ballot."""

THEMSELVES = frozenset({"request_hearing", "withdraw_request", "answer_call", "correct_record"})
"""Acts of a member for themself: as a member, as a witness, as one who was heard."""

PLATFORM: dict[str, PlatformRole] = {
    "draft_concertation": PlatformRole.COORDINATOR,
    "publish_procedure": PlatformRole.OPERATOR,
    # withdrawn texts, salts and codes of receipts among it: for whoever keeps the database anyhow
    "export_complete": PlatformRole.OPERATOR,
}
"""What a role on the platform, and nothing else, entitles to."""


READING = frozenset(action for action in ROLES if action.startswith("read_")) | {"read_concertation"}
"""What every personal access token may be used for."""

CONTRIBUTING = THEMSELVES | {
    "submit_contribution",
    "revise_contribution",
    "withdraw_contribution",
    "save_draft",
    "discard_draft",
    "request_upload",
    "report_contribution",
    "appeal",
    "answer_grouping",
    "open_invitation",
    "accept_invitation",
    "decline_invitation",
}
"""What a member does for themself, or for the organisation that they represent."""

ACCOUNT = frozenset({"keep_access_tokens", "create_access_token", "revoke_access_token", "set_contact"})
"""What no personal access token may be used for."""


def reach_of(action: str) -> Reach:
    """Say how far a personal access token must reach for an act or reading. What nobody classified: conducting."""
    if action in READING:
        return Reach.READ
    if action in CONTRIBUTING:
        return Reach.CONTRIBUTE
    return Reach.ACCOUNT if action in ACCOUNT else Reach.CONDUCT


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who reads or acts through the API. `member` unset: anyone."""

    member: str | None = None
    platform_roles: tuple[str, ...] = ()
    #: How far the personal access token reaches that they come with; unset: they come in person.
    reaches: frozenset[Reach] | None = None

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


def may(
    viewer: Viewer, action: str, process: Process | None, now: datetime | None, scope: Scope = EVERYWHERE
) -> bool:
    """Say whether a viewer may do this. Unknown actions are denied.

    A `Reach` for an action asks whether what they come with is good for acts of this kind at all; who may do which, in
    which concertation, is asked by its own name. `now` may be left out where no office is asked for.
    """
    if viewer.member == SYSTEM:
        return False
    if isinstance(action, Reach):
        return viewer.reaches is None or action in viewer.reaches
    if viewer.reaches is not None and reach_of(action) not in viewer.reaches:
        return False
    if action in ACCOUNT:
        return viewer.member is not None
    if action in PLATFORM:
        return PLATFORM[action] in viewer.platform_roles
    if action == "read_concertation":
        return (
            process is not None
            and process.phase is not Phase.VOID
            and (process.phase is not Phase.DRAFT or may(viewer, "read_draft", process, now))
        )
    roles = ROLES.get(action)
    if roles is None or process is None or viewer.member is None or now is None:
        return False
    return mandate(process, viewer.member, roles, now, scope) is not None
