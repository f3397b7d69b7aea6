"""The scientific council: interests, withdrawal, positions, the collective opinion, reservations, dissents (D7)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import (
    DeclareInterest,
    DeclineWithdrawal,
    DraftOpinion,
    MakeReservation,
    PutOpinionToVote,
    RecordDissent,
    RecuseMember,
    StatePosition,
    WithdrawFromReview,
)
from domain.council.concerns import pending
from domain.council.wording import running_on_articles
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import open_ballot, supersede
from domain.deciding.drawing import refused_articles
from domain.deciding.meeting import refused_without_meeting
from domain.deciding.seats import seats_named, speakers, stands_aside
from domain.deciding.turn import Turn
from domain.procedure import Kind, Role, Stage
from domain.process import BallotState, Opinion, Purpose, StageRun, stage_in_round
from domain.refusals import Code, Refusal
from domain.rights import COUNCIL, Scope, mandate


def declare_interest(turn: Turn, act: DeclareInterest) -> Refusal | None:
    """Declare one's interests by theme and organisation."""
    for theme in act.themes:
        if theme not in turn.process.themes:
            return Refusal(Code.UNKNOWN_THEME, {"theme": theme}, ("themes",))
    if turn.actor.on_behalf_of is not None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    turn.on_behalf_of = None
    turn.tell(
        ev.InterestDeclared(
            member=turn.actor.member,
            themes=act.themes,
            organisations=act.organisations,
            statement=act.statement,
            organisation_ids=tuple(dict.fromkeys(act.organisation_ids)) if act.organisation_ids else None,
        )
    )
    return None


def _placed_if_named(turn: Turn) -> Refusal | None:
    if turn.stage is None:
        return None
    placed = turn.place()
    return placed if isinstance(placed, Refusal) else None


def withdraw_from_review(turn: Turn, act: WithdrawFromReview) -> Refusal | None:
    """One's own act: take no part (CRPA R133-12)."""
    if refusal := _placed_if_named(turn):
        return refusal
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    if stands_aside(turn.process, turn.actor.member, turn.stage) is not None:
        return Refusal(Code.MEMBER_WITHDRAWN, {})
    if turn.actor.on_behalf_of is not None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    turn.on_behalf_of = None
    turn.tell(ev.MemberWithdrew(member=turn.actor.member, reason=act.reason), turn.stage)
    return None


def decline_withdrawal(turn: Turn, act: DeclineWithdrawal) -> Refusal | None:
    """Say why one does not withdraw: one's own act, on all that was proposed for this review."""
    placed = turn.place(Kind.SCIENTIFIC_REVIEW)
    if isinstance(placed, Refusal):
        return placed
    _, run = placed
    if turn.actor.on_behalf_of is not None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if all(proposed.member != turn.actor.member for proposed in pending(turn.process, run)):
        return Refusal(Code.NO_WITHDRAWAL_PROPOSED, {"stage": run.key})
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    turn.on_behalf_of = None
    turn.tell(ev.WithdrawalDeclined(member=turn.actor.member, reason=act.reason), run.key)
    return None


def recuse_member(turn: Turn, act: RecuseMember) -> Refusal | None:
    """The chair's act, on others: for oneself there is withdrawal."""
    if refusal := _placed_if_named(turn):
        return refusal
    if act.member == turn.actor.member:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if aside := _aside(turn, turn.stage):
        return aside
    if not act.reason.strip():
        return Refusal(Code.REASON_REQUIRED, {}, ("reason",))
    if mandate(turn.process, act.member, COUNCIL, turn.now) is None:
        return Refusal(Code.UNKNOWN_MEMBER, {"member": act.member}, ("member",))
    if stands_aside(turn.process, act.member, turn.stage) is not None:
        return Refusal(Code.MEMBER_RECUSED, {})
    turn.tell(ev.MemberRecused(member=act.member, reason=act.reason), turn.stage)
    return None


def in_review(turn: Turn, act: str) -> tuple[Stage, StageRun, Opinion] | Refusal:
    """Give the open review and its opinion, if the author sits in it and does not stand aside."""
    placed = turn.open_place(Kind.SCIENTIFIC_REVIEW)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    entitled = turn.entitle(act, Scope(lane=stage.lane))
    if isinstance(entitled, Refusal):
        return entitled
    if aside := _aside(turn, run.key):
        return aside
    name = stage_in_round(run.round, run.key)
    return stage, run, turn.process.opinions.get(name) or Opinion(stage=run.key, round=run.round)


def _aside(turn: Turn, stage: str | None) -> Refusal | None:
    """Refuse whoever stands aside, and whoever acts for one who does."""
    for member in (turn.actor.member, turn.on_behalf_of):
        recused = stands_aside(turn.process, member, stage) if member is not None else None
        if recused is not None:
            return Refusal(Code.MEMBER_RECUSED if recused else Code.MEMBER_WITHDRAWN, {"stage": stage or ""})
    return None


def state_position(turn: Turn, act: StatePosition) -> Refusal | None:
    """State an individual position before the collective opinion is adopted."""
    found = in_review(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    _, run, opinion = found
    if opinion.adopted_at is not None:
        return Refusal(Code.OPINION_ALREADY_ADOPTED, {"stage": run.key})
    turn.tell(
        ev.PositionStated(member=turn.actor.member, position=act.position, statement=act.statement), run.key
    )
    return None


def draft_opinion(turn: Turn, act: DraftOpinion) -> Refusal | None:
    """Hand in a version of the opinion. A ballot on an earlier version ends: its subject changed."""
    found = in_review(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    _, run, opinion = found
    if opinion.adopted_at is not None:
        return Refusal(Code.OPINION_ALREADY_ADOPTED, {"stage": run.key})
    if refusal := refused_articles(opinion, act.articles or {}):
        return refusal
    if running := running_on_articles(turn.process, opinion):
        return Refusal(Code.BALLOT_RUNNING, {"ballot": running})
    supersede(turn, opinion.ballot)
    turn.tell(
        ev.OpinionDrafted(
            text=act.text,
            conclusion=act.conclusion,
            version=opinion.version + 1,
            articles=act.articles or None,
        ),
        run.key,
    )
    return None


def put_opinion_to_vote(turn: Turn, act: PutOpinionToVote) -> Refusal | None:
    """Open the ballot on the opinion as a whole: the chair, or a member where no chair presides."""
    found = in_review(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    stage, run, opinion = found
    chairs = presiding(turn, stage, run)
    if chairs and turn.actor.member not in chairs:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if opinion.adopted_at is not None:
        return Refusal(Code.OPINION_ALREADY_ADOPTED, {"stage": run.key})
    if opinion.text is None or stage.opinion is None:
        return Refusal(Code.OPINION_MISSING, {"stage": run.key})
    if act.text != opinion.text.digest:
        return Refusal(Code.SUBJECT_CHANGED, {"subject": opinion.text.digest}, ("text",))
    if opinion.ballot is not None and turn.process.ballots[opinion.ballot].state is not BallotState.CLOSED:
        return Refusal(Code.BALLOT_RUNNING, {"ballot": opinion.ballot})
    if running := running_on_articles(turn.process, opinion):
        return Refusal(Code.BALLOT_RUNNING, {"ballot": running})
    if refusal := refused_articles(opinion, opinion.drawn_from):
        return refusal
    if refusal := refused_without_meeting(turn, stage, run, act.meeting):
        return refusal
    open_ballot(
        turn,
        purpose=Purpose.OPINION,
        rule=stage.opinion,
        seats=seats_named(turn.process, stage.opinion.by, stage.lane),
        subject=opinion.text.digest,
        stage=run.key,
        about=stage_in_round(run.round, run.key),
        by_author=True,
        meeting=act.meeting,
    )
    return None


def presiding(turn: Turn, stage: Stage, run: StageRun) -> set[str]:
    """Give those who chair the council of a stage and do not stand aside, with their delegates."""
    seats = seats_named(turn.process, (Role.COUNCIL_CHAIR,), stage.lane)
    return {
        member
        for seat in seats
        for member, holder in speakers(turn.process, seat, turn.now).items()
        if all(stands_aside(turn.process, one, run.key) is None for one in (member, holder or member))
    }


def make_reservation(turn: Turn, act: MakeReservation) -> Refusal | None:
    """Add a reservation to the draft."""
    found = in_review(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    _, run, opinion = found
    if opinion.adopted_at is not None:
        return Refusal(Code.OPINION_ALREADY_ADOPTED, {"stage": run.key})
    if act.reservation in opinion.reservations:
        return Refusal(Code.ALREADY_EXISTS, {"id": act.reservation}, ("reservation",))
    turn.tell(
        ev.ReservationMade(reservation=act.reservation, member=turn.actor.member, text=act.text), run.key
    )
    return None


def record_dissent(turn: Turn, act: RecordDissent) -> Refusal | None:
    """Record one's dissent from an opinion that is adopted, as long as its round stands.

    A stage that concludes once delivered leaves no time for it before its conclusion.
    """
    placed = turn.place(Kind.SCIENTIFIC_REVIEW)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    entitled = turn.entitle(act.kind, Scope(lane=stage.lane))
    if isinstance(entitled, Refusal):
        return entitled
    opinion = turn.process.opinions.get(stage_in_round(run.round, run.key))
    if opinion is None or opinion.adopted_at is None:
        return Refusal(Code.OPINION_MISSING, {"stage": run.key})
    if aside := _aside(turn, run.key):
        return aside
    turn.tell(ev.DissentRecorded(member=turn.actor.member, text=act.text), run.key)
    return None


RULES: dict[type, ActRule] = {
    DeclareInterest: ActRule(declare_interest),
    WithdrawFromReview: ActRule(withdraw_from_review),
    DeclineWithdrawal: ActRule(decline_withdrawal),
    RecuseMember: ActRule(recuse_member),
    StatePosition: ActRule(state_position, quiet=True),
    DraftOpinion: ActRule(draft_opinion),
    PutOpinionToVote: ActRule(put_opinion_to_vote),
    MakeReservation: ActRule(make_reservation, quiet=True),
    RecordDissent: ActRule(record_dissent),
}
