"""The decider: one command in, events (or a refusal) out. Pure: no clock, no I/O."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain import acts
from domain.acts import SYSTEM, Act, Command
from domain.deadlines import next_deadline
from domain.deciding import (
    answering,
    balloting,
    drafting,
    hearing,
    people,
    reviewing,
    scheduling,
    signing,
    synthesising,
)
from domain.deciding.advancing import advance, advance_after_vote, record_seal
from domain.deciding.turn import Turn
from domain.events import Event
from domain.procedure import Kind
from domain.process import Phase, Process, State
from domain.refusals import Code, Refusal
from domain.rights import EVERYWHERE, WHOLE, Scope

__all__ = ["QUIET", "decide", "next_deadline"]


def decide(process: Process, command: Command, now: datetime) -> list[Event] | Refusal:
    """Give the events that the command brings about at `now`, or why it is refused.

    What is due by `now` is done first, then the command, then what has become due by it. A late
    command therefore meets the state that time has made, even where nobody ticked in between.
    """
    if command.concertation != process.id:
        return Refusal(Code.UNKNOWN_CONCERTATION, {"id": command.concertation})
    act = command.act
    kind = type(act)
    turn = Turn(process, now, command.actor, command.round, command.stage)
    deadline = next_deadline(process)
    tallies = act.tallies if isinstance(act, acts.Tick) else ()
    if tallies or (deadline is not None and deadline <= now):
        advance(turn, tallies, _perform)
    refusal = _engine(turn, command) if command.actor.member == SYSTEM else _person(turn, act)
    if refusal is not None:
        return refusal
    if turn.events and kind not in QUIET:
        if kind is acts.CastVote:
            advance_after_vote(turn, _perform)
        else:
            advance(turn, (), _perform)
    return turn.events


def _engine(turn: Turn, command: Command) -> Refusal | None:
    """Take the engine's own commands. Asked again, they find nothing to do."""
    act = command.act
    if isinstance(act, acts.Tick):
        return None
    if isinstance(act, acts.AdmitInvited):
        if turn.process.phase is Phase.VOID:
            return Refusal(Code.UNKNOWN_CONCERTATION, {"id": turn.process.id})
        if turn.process.over:
            return Refusal(Code.CONCERTATION_OVER, {"phase": turn.process.phase})
        return people.admit_invited(turn, act)
    if not isinstance(act, acts.RecordSeal):
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    placed = turn.place(Kind.CALL_FOR_INPUT)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if run.state is State.SEALING and not turn.process.over:
        record_seal(turn, stage, run, act.figures)
    return None


def _person(turn: Turn, act: Act) -> Refusal | None:
    """Take a person's command: the concertation must live, they must be entitled, then the act is done or proposed."""
    process, kind = turn.process, type(act)
    for field in _DATES.get(kind, ()):
        date = getattr(act, field)
        if date is not None and (date.tzinfo is None or date - turn.now > HORIZON):
            return Refusal(Code.INPUT_INVALID, {"field": field}, (field,))
    if isinstance(act, acts.DraftConcertation):
        return drafting.draft_concertation(turn, act)
    if process.phase is Phase.VOID:
        return Refusal(Code.UNKNOWN_CONCERTATION, {"id": process.id})
    if process.over:
        return Refusal(Code.CONCERTATION_OVER, {"phase": process.phase})
    if kind in _OF_THE_ENGINE:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if kind not in _BY_THEMSELVES:
        entitled = turn.entitle(act.kind, _scope(turn, act))
        if isinstance(entitled, Refusal) and not people.finds_a_coordinator(turn, act):
            return entitled
    if process.phase is Phase.DRAFT and kind in _AFTER_LAUNCH:
        return Refusal(Code.NOT_LAUNCHED, {})
    signoff = signing.signoff_for(turn, act)
    if signoff is None:
        return _perform(turn, act)
    return _perform(turn.fork(), act) or signing.propose(turn, act, signoff)


def _scope(turn: Turn, act: Act) -> Scope:
    """Give what an act is about: one lane, or the whole concertation."""
    if isinstance(act, acts.AssignOrganisation):
        member = turn.process.members.get(act.member)
        return Scope(territory=member.territory if member else None, whole=True)
    key = act.stage if isinstance(act, acts.AttachDocument) else turn.stage
    stage = turn.process.stages.get(key) if key is not None else None
    if stage is not None and stage.lane is not None:
        return Scope(lane=stage.lane)
    return EVERYWHERE if type(act) in _IN_COMMON else WHOLE


def _perform(turn: Turn, act: Act) -> Refusal | None:
    """Do an act whose author is entitled and whose signatures, if any, are given."""
    return _ACTS[type(act)](turn, act)


_OF_THE_ENGINE = frozenset({acts.Tick, acts.RecordSeal, acts.AdmitInvited})
"""What nobody else asks for."""

HORIZON = timedelta(days=36525)
"""Nobody plans further ahead than a hundred years, the longest length of time that a procedure may name."""

_DATES: dict[type, tuple[str, ...]] = {
    acts.AppointMember: ("since", "until"),
    acts.GiveDelegation: ("since", "until"),
    acts.Launch: ("opens_at",),
    acts.ExtendStage: ("closes_at",),
    acts.PostponeStage: ("opens_at",),
    acts.CloseStageEarly: ("closes_at",),
    acts.ReopenStage: ("closes_at",),
    acts.RectifyStage: ("until",),
    acts.ScheduleHearing: ("starts_at", "ends_at"),
    acts.MakeCommitment: ("due_at",),
}
"""The dates that people set, by act: with their offset from UTC, and not out of sight."""

_BY_THEMSELVES = frozenset({
    acts.CastVote, acts.GiveProxy, acts.RevokeProxy, acts.WithdrawProposal,
    acts.EndTerm, acts.GiveDelegation, acts.RevokeDelegation,
})  # fmt: skip
"""Acts whose right does not come from a role: from a seat in the electorate, or from what one holds oneself."""

_IN_COMMON = frozenset({
    acts.ScheduleHearing, acts.HoldHearing, acts.CancelHearing, acts.RecordHearing,
    acts.DeclareInterest, acts.WithdrawFromReview, acts.StatePosition, acts.DraftOpinion, acts.PutOpinionToVote,
    acts.MakeReservation, acts.RecordDissent, acts.SubmitChapter, acts.MakeRecommendation,
    acts.Respond, acts.MakeCommitment, acts.ReportProgress,
})  # fmt: skip
"""Acts that the holders of offices of one lane do in a stage that is common to all lanes, too."""

QUIET = frozenset({
    acts.EnrolMember, acts.DeclareInterest, acts.StatePosition, acts.MakeReservation, acts.ScheduleHearing,
    acts.SubmitChapter, acts.MakeRecommendation, acts.Respond, acts.MakeCommitment, acts.ReportProgress,
    acts.PublishObservation,
})  # fmt: skip
"""Acts that bring nothing else about at their instant: no stage, no ballot and no term waits for them."""

_AFTER_LAUNCH = frozenset({
    acts.ExtendStage, acts.PostponeStage, acts.CloseStageEarly, acts.Suspend, acts.Resume, acts.ReopenStage,
    acts.RectifyStage, acts.ScheduleHearing, acts.HoldHearing, acts.CancelHearing, acts.RecordHearing,
    acts.StatePosition, acts.DraftOpinion, acts.PutOpinionToVote, acts.MakeReservation, acts.RecordDissent,
    acts.SubmitChapter, acts.MakeRecommendation, acts.AssembleSynthesis, acts.Respond, acts.IssueDecision,
    acts.RectifyDecision, acts.MakeCommitment, acts.ReportProgress, acts.PublishImplementationReport,
})  # fmt: skip

_ACTS: dict[type, Callable[[Turn, Any], Refusal | None]] = {
    acts.AmendDraft: drafting.amend_draft,
    acts.CreateOffice: drafting.create_office,
    acts.AttachDocument: drafting.attach_document,
    acts.Launch: drafting.launch,
    acts.EnrolMember: people.enrol_member,
    acts.EnrolMembers: people.enrol_members,
    acts.AssignOrganisation: people.assign_organisation,
    acts.RemoveMember: people.remove_member,
    acts.AppointMember: people.appoint_member,
    acts.EndTerm: people.end_term,
    acts.GiveDelegation: people.give_delegation,
    acts.RevokeDelegation: people.revoke_delegation,
    acts.ExtendStage: scheduling.extend_stage,
    acts.PostponeStage: scheduling.postpone_stage,
    acts.CloseStageEarly: scheduling.close_stage_early,
    acts.Suspend: scheduling.suspend,
    acts.Resume: scheduling.resume,
    acts.ReopenStage: scheduling.reopen_stage,
    acts.RectifyStage: scheduling.rectify_stage,
    acts.Abandon: scheduling.abandon,
    acts.CastVote: balloting.cast_vote,
    acts.GiveProxy: balloting.give_proxy,
    acts.RevokeProxy: balloting.revoke_proxy,
    acts.WithdrawProposal: signing.withdraw_proposal,
    acts.ScheduleHearing: hearing.schedule_hearing,
    acts.HoldHearing: hearing.hold_hearing,
    acts.CancelHearing: hearing.cancel_hearing,
    acts.RecordHearing: hearing.record_hearing,
    acts.DeclareInterest: reviewing.declare_interest,
    acts.WithdrawFromReview: reviewing.withdraw_from_review,
    acts.RecuseMember: reviewing.recuse_member,
    acts.StatePosition: reviewing.state_position,
    acts.DraftOpinion: reviewing.draft_opinion,
    acts.PutOpinionToVote: reviewing.put_opinion_to_vote,
    acts.MakeReservation: reviewing.make_reservation,
    acts.RecordDissent: reviewing.record_dissent,
    acts.SubmitChapter: synthesising.submit_chapter,
    acts.MakeRecommendation: synthesising.make_recommendation,
    acts.AssembleSynthesis: synthesising.assemble_synthesis,
    acts.Respond: answering.respond,
    acts.IssueDecision: answering.issue_decision,
    acts.RectifyDecision: answering.rectify_decision,
    acts.MakeCommitment: answering.make_commitment,
    acts.ReportProgress: answering.report_progress,
    acts.PublishImplementationReport: answering.publish_implementation_report,
    acts.PublishObservation: answering.publish_observation,
}
