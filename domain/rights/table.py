"""Who may do what, in which states: one row an action, default deny. What has no row nobody may.

An action is an act of the decider, another mutation of the API, or a reading. docs/rights.md is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from domain.procedure import Role
from domain.rights.words import COUNCIL, PRESIDENCY, About, PlatformRole, Reach, Standing, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One row: who may, in which states, about what, and how far a personal access token must reach for it."""

    #: Whose offices entitle to it.
    roles: frozenset[Role] = frozenset()
    #: Which roles on the platform do.
    platform: frozenset[PlatformRole] = frozenset()
    #: Who may besides.
    others: frozenset[Who] = frozenset()
    #: Whose offices entitle to it, too, while nobody holds a seat of coordinator: they find one.
    bereft: frozenset[Role] = frozenset()
    #: Which roles on the platform do so.
    bereft_platform: frozenset[PlatformRole] = frozenset()
    #: States in which the concertation does not refuse it. None for what is about no concertation.
    states: frozenset[Standing]
    about: About
    reach: Reach


_States: TypeAlias = frozenset[Standing]
_Roles: TypeAlias = frozenset[Role]

_RUNNING = frozenset({Standing.RUNNING})
_LAUNCHED = _RUNNING | {Standing.SUSPENDED}
_LIVE = _LAUNCHED | {Standing.DRAFT}
_PUBLIC = _LAUNCHED | {Standing.OVER}
_EVER = frozenset(Standing)
_DRAFT = frozenset({Standing.DRAFT})
_NONE: _States = frozenset()

_CONDUCT = frozenset({Role.COORDINATOR})
_SCHEDULE = _CONDUCT | PRESIDENCY
_WRITING = frozenset({Role.RAPPORTEUR, Role.GENERAL_RAPPORTEUR})
_HEARINGS = _CONDUCT | _WRITING
_MEETINGS = _CONDUCT | {Role.COUNCIL_CHAIR}
_GUARANTOR = frozenset({Role.GUARANTOR})
_ADDRESSEE = frozenset({Role.ADDRESSEE})
_AUTHORITY = frozenset({Role.DECIDING_AUTHORITY})
_CLERK = frozenset({Role.CLERK})
_ANY_OFFICE = frozenset(Role)


def _office(roles: _Roles, states: _States, about: About = About.WHOLE, *others: Who) -> Right:
    """Write what one does by an office."""
    return Right(roles=roles, others=frozenset(others), states=states, about=about, reach=Reach.CONDUCT)


def _or_to_find_a_coordinator(right: Right) -> Right:
    """Write what the presidency, or who drafts concertations, does as well while nobody conducts this one."""
    return replace(right, bereft=PRESIDENCY, bereft_platform=frozenset({PlatformRole.COORDINATOR}))


def _oneself(
    states: _States, *others: Who, about: About = About.ANYWHERE, reach: Reach = Reach.CONTRIBUTE
) -> Right:
    """Write what one does for oneself, without any office."""
    return Right(others=frozenset(others or {Who.THEMSELF}), states=states, about=about, reach=reach)


def _reading(
    roles: _Roles,
    *others: Who,
    states: _States = _EVER,
    about: About = About.ANYWHERE,
    reach: Reach = Reach.READ,
) -> Right:
    """Write what one reads by an office."""
    return Right(roles=roles, others=frozenset(others), states=states, about=about, reach=reach)


def _platform(role: PlatformRole, states: _States = _NONE) -> Right:
    """Write what a role on the platform, and nothing else, entitles to."""
    return Right(
        platform=frozenset({role}),
        states=states,
        about=About.ANYWHERE if states else About.PLATFORM,
        reach=Reach.CONDUCT,
    )


def _engine(states: _States) -> Right:
    return Right(others=frozenset({Who.ENGINE}), states=states, about=About.ANYWHERE, reach=Reach.ACCOUNT)


_DRAFTING_AND_PEOPLE = {
    "draft_concertation": _platform(PlatformRole.COORDINATOR),
    "amend_draft": _office(_CONDUCT, _DRAFT),
    "create_office": _office(_CONDUCT, _LIVE),
    "attach_document": _office(_CONDUCT, _LIVE),
    "enrol_member": _or_to_find_a_coordinator(_office(_CONDUCT, _LIVE)),
    "enrol_members": _office(_CONDUCT, _LIVE),
    "assign_organisation": _office(_CONDUCT | _CLERK, _LIVE),
    "remove_member": _office(_CONDUCT, _LIVE),
    "appoint_member": _or_to_find_a_coordinator(_office(_CONDUCT, _LIVE)),  # then a coordinator only
    "end_term": _office(_CONDUCT, _LIVE, About.WHOLE, Who.THEMSELF),  # their own: one resigns
    "give_delegation": _oneself(_LIVE, reach=Reach.CONDUCT),  # of one's own seat
    "revoke_delegation": _office(_CONDUCT, _LIVE, About.WHOLE, Who.THEMSELF),  # who gave it
    "withdraw_proposal": _office(_CONDUCT, _LIVE, About.WHOLE, Who.THEMSELF),  # who made it
}

_SCHEDULING = {
    "launch": _office(_SCHEDULE, _DRAFT),
    "extend_stage": _office(_SCHEDULE, _RUNNING),
    "postpone_stage": _office(_SCHEDULE, _LAUNCHED),
    "close_stage_early": _office(_SCHEDULE, _RUNNING),
    "suspend": _office(_SCHEDULE, _RUNNING),
    "resume": _office(_SCHEDULE, _LAUNCHED),
    "reopen_stage": _office(_SCHEDULE, _RUNNING),
    "rectify_stage": _office(_SCHEDULE, _RUNNING),
    "migrate_procedure": _office(_CONDUCT, _LAUNCHED),
    "abandon": _office(_SCHEDULE, _LIVE),
}

_VOTING = {
    "cast_vote": _oneself(
        _LIVE, Who.ELECTORATE, reach=Reach.CONDUCT
    ),  # signatures, in drafts and suspensions
    "give_proxy": _oneself(_RUNNING, Who.ELECTORATE, reach=Reach.CONDUCT),
    "revoke_proxy": _oneself(_RUNNING, Who.ELECTORATE, reach=Reach.CONDUCT),
}

_HEARING = {
    "schedule_hearing": _office(_HEARINGS, _RUNNING, About.LANE),
    "hold_hearing": _office(_HEARINGS, _RUNNING, About.LANE),
    "cancel_hearing": _office(_HEARINGS, _RUNNING, About.LANE),
    "move_hearing": _office(_HEARINGS, _RUNNING, About.LANE),
    "request_hearing": _oneself(_RUNNING),
    "withdraw_request": _oneself(_RUNNING),
    "decline_request": _office(_HEARINGS, _RUNNING, About.LANE),
    "call_witness": _office(_HEARINGS, _RUNNING, About.LANE),
    "answer_call": _oneself(_RUNNING),
    "replace_witness": _office(_HEARINGS, _RUNNING, About.LANE, Who.THEMSELF),
    "draft_record": _office(_HEARINGS, _RUNNING, About.LANE),
    "record_hearing": _office(_HEARINGS, _RUNNING, About.LANE),
    "correct_record": _oneself(_RUNNING),
}

_REVIEWING = {
    "convene_meeting": _office(_MEETINGS, _RUNNING, About.LANE),
    "cancel_meeting": _office(_MEETINGS, _RUNNING, About.LANE),
    "hold_meeting": _office(_MEETINGS, _RUNNING, About.LANE),
    "record_minutes": _office(_MEETINGS, _RUNNING, About.LANE),
    "declare_interest": _office(COUNCIL | _WRITING | _GUARANTOR, _LIVE, About.LANE),
    "withdraw_from_review": _office(COUNCIL, _LIVE, About.LANE),
    "decline_withdrawal": _office(COUNCIL, _LAUNCHED, About.LANE),
    "recuse_member": _office(frozenset({Role.COUNCIL_CHAIR}), _LIVE),
    "state_position": _office(COUNCIL, _RUNNING, About.LANE),
    "draft_opinion": _office(COUNCIL, _RUNNING, About.LANE),
    "put_opinion_to_vote": _office(COUNCIL, _RUNNING, About.LANE),  # a member where no chair presides
    "evaluate": _office(COUNCIL, _RUNNING, About.LANE),
    "draft_article": _office(COUNCIL, _RUNNING, About.LANE),
    "propose_amendment": _office(COUNCIL, _RUNNING, About.LANE),
    "settle_amendment": _office(COUNCIL, _RUNNING, About.LANE),  # the rapporteur of the article, or the chair
    "put_article_to_vote": _office(COUNCIL, _RUNNING, About.LANE),  # a member where no chair presides
    "make_reservation": _office(COUNCIL, _RUNNING, About.LANE),
    "record_dissent": _office(COUNCIL, _LAUNCHED, About.LANE),
}

_SYNTHESISING = {
    "submit_chapter": _office(_WRITING, _RUNNING, About.LANE),
    "make_recommendation": _office(_WRITING, _RUNNING, About.LANE),
    "make_ascertainment": _office(_WRITING, _RUNNING, About.LANE),
    "cite_sources": _office(_WRITING, _RUNNING, About.LANE),
    "set_aside": _office(_WRITING, _RUNNING, About.LANE),
    "take_back": _office(_WRITING, _RUNNING, About.LANE),
    "answer_reservation": _office(_WRITING, _RUNNING, About.LANE),
    "comment": _office(COUNCIL, _RUNNING, About.LANE),
    "assemble_synthesis": _office(frozenset({Role.GENERAL_RAPPORTEUR}), _RUNNING),
}

_DECIDING_AND_FOLLOWING = {
    "respond": _office(_ADDRESSEE, _RUNNING, About.OFFICE),
    "issue_decision": _office(_AUTHORITY, _RUNNING),
    "rectify_decision": _office(_AUTHORITY, _LAUNCHED),
    "make_commitment": _office(_ADDRESSEE | _AUTHORITY, _RUNNING, About.OFFICE),
    "report_progress": _office(_ADDRESSEE | _AUTHORITY | _CONDUCT, _RUNNING, About.OFFICE),
    "publish_implementation_report": _office(_AUTHORITY | _CONDUCT, _RUNNING),
    "publish_observation": _office(_GUARANTOR, _LIVE),
    "publish_guarantor_report": _office(_GUARANTOR, _LAUNCHED),
    "answer_guarantor_report": _office(PRESIDENCY | _AUTHORITY, _LAUNCHED),
}

_ENGINE = {
    "tick": _engine(_EVER),
    "record_seal": _engine(_PUBLIC),
    "admit_invited": _engine(_LIVE),
}

_CONTRIBUTING = {
    "submit_contribution": _oneself(_RUNNING),
    "revise_contribution": _oneself(_RUNNING),
    "withdraw_contribution": _oneself(_RUNNING),
    "save_draft": _oneself(_LAUNCHED),
    "discard_draft": _oneself(_EVER),
    "request_upload": _oneself(_LIVE),
    "send_file": _office(_CONDUCT | _CLERK, _LIVE, About.ANYWHERE),
    "record_contribution": _office(_CLERK, _RUNNING, About.PLACE),
    "report_contribution": _oneself(_PUBLIC, Who.ANYBODY),
    "appeal": _oneself(_PUBLIC, Who.THEMSELF, Who.CODE),
    "answer_grouping": _oneself(_PUBLIC, Who.THEMSELF, Who.CODE),
    "answer_grouping_for_author": _office(_CLERK, _PUBLIC, About.PLACE),  # on paper
}

_ADDRESSING = {
    "register_organisation": _office(_CONDUCT | _CLERK, _EVER),
    "invite": _office(_CONDUCT, _LAUNCHED),
    "remind": _office(_CONDUCT, _LAUNCHED),
    "open_invitation": _oneself(_PUBLIC, Who.CODE),
    "sign_in_with_code": _oneself(_LAUNCHED, Who.CODE, reach=Reach.ACCOUNT),  # a token makes no other
    "accept_invitation": _oneself(_LAUNCHED, Who.CODE),
    "decline_invitation": _oneself(_LAUNCHED, Who.CODE),
    "keep_webhooks": _office(_CONDUCT, _EVER),
    "keep_notices": _office(_CONDUCT, _EVER),
}

_MODERATING_AND_GROUPING = {
    # the guarantor sees all of it and decides nothing
    "moderate_contribution": _office(_CONDUCT, _PUBLIC, About.PLACE),
    "decide_appeal": _office(_SCHEDULE, _PUBLIC, About.PLACE),
    "redact_contribution": _office(_SCHEDULE, _PUBLIC, About.PLACE),
    # who conducts it and who writes the synthesis; the authors themselves agree or not
    "group_contributions": _office(_HEARINGS, _PUBLIC, About.LANE),
}

_READING = {
    "read_concertation": _reading(frozenset(), Who.ANYBODY, states=_PUBLIC),
    "read_draft": _reading(_ANY_OFFICE, states=_DRAFT),
    "read_names": _reading(_SCHEDULE | _GUARANTOR | _CLERK),
    "read_follow_up": _reading(_SCHEDULE | _GUARANTOR),
    "read_moderation": _reading(_SCHEDULE | _GUARANTOR),
    "read_groupings": _reading(_HEARINGS | PRESIDENCY | _GUARANTOR),
    # a decision under an embargo, besides its early readers: who signs, conducts or guarantees it
    # what a migration would change: who conducts, signs, decides or guarantees it
    "read_impact": _reading(_SCHEDULE | _AUTHORITY | _GUARANTOR, states=_LAUNCHED),
    "read_embargoed_decision": _reading(_SCHEDULE | _AUTHORITY | _GUARANTOR),
    "read_contributions_before_publication": _reading(_HEARINGS | COUNCIL | _GUARANTOR),
    "read_agenda": _reading(_HEARINGS, about=About.LANE),
    # what comes with an act is read by a token that does the act
    "read_responses_of_office": _reading(_ADDRESSEE, about=About.OFFICE, reach=Reach.CONDUCT),
    "read_record_drafts": _reading(_HEARINGS, about=About.LANE, reach=Reach.CONDUCT),
    "read_scans": _reading(_CLERK, about=About.PLACE, reach=Reach.CONDUCT),
    "archive_before_the_end": _office(_CONDUCT, _LIVE, About.ANYWHERE),
    # withdrawn texts, salts and codes of receipts among it: for whoever keeps the database anyhow
    "export_complete": _platform(PlatformRole.OPERATOR, _EVER),
}

_ACCOUNT = {
    "publish_procedure": _platform(PlatformRole.OPERATOR),
    "keep_access_tokens": _oneself(_NONE, Who.ACCOUNT, about=About.PLATFORM, reach=Reach.ACCOUNT),
    "keep_sessions": _oneself(_NONE, Who.ACCOUNT, about=About.PLATFORM, reach=Reach.ACCOUNT),
    "set_contact": _oneself(_NONE, Who.ACCOUNT, about=About.PLATFORM, reach=Reach.ACCOUNT),
}

THEMES: dict[str, dict[str, Right]] = {
    "Drafting and people": _DRAFTING_AND_PEOPLE,
    "The schedule": _SCHEDULING,
    "Ballots": _VOTING,
    "Hearings": _HEARING,
    "Scientific review": _REVIEWING,
    "Synthesis": _SYNTHESISING,
    "Decision and follow-up": _DECIDING_AND_FOLLOWING,
    "What the engine does": _ENGINE,
    "Contributions": _CONTRIBUTING,
    "Organisations, invitations, notices": _ADDRESSING,
    "Moderation and grouping": _MODERATING_AND_GROUPING,
    "Readings": _READING,
    "Procedures and accounts": _ACCOUNT,
}

TABLE: dict[str, Right] = {action: right for rows in THEMES.values() for action, right in rows.items()}
"""For each action, who may and when. What is not here is denied."""


def roles_for(action: str) -> frozenset[Role]:
    """Give the roles whose offices entitle to an action; none for what has no row."""
    right = TABLE.get(action)
    return right.roles if right is not None else frozenset()


def reach_of(action: str) -> Reach:
    """Say how far a personal access token must reach for an action. What has no row: conducting."""
    right = TABLE.get(action)
    return right.reach if right is not None else Reach.CONDUCT
