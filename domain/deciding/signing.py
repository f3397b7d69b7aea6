"""Acts that need signatures: until all have signed, the act is a proposal, visible as such, that lapses."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from domain import events as ev
from domain.acts import (
    Abandon,
    Act,
    CloseStageEarly,
    ExtendStage,
    IssueDecision,
    Launch,
    MigrateProcedure,
    Position,
    PostponeStage,
    RectifyStage,
    ReopenStage,
    Resume,
    Suspend,
    WithdrawProposal,
    act_content,
)
from domain.deciding.act_rule import ActRule
from domain.deciding.balloting import open_ballot, seat_of
from domain.deciding.seats import offices_named
from domain.deciding.turn import Turn
from domain.digests import digest
from domain.procedure import BallotRule, Majority, Procedure, Signoff, Silence
from domain.process import BallotOutcome, BallotState, Purpose
from domain.refusals import Code, Refusal
from domain.rights import WHOLE

SIGNABLE_ACTS: dict[type[Act], str] = {
    Launch: "launch",
    ExtendStage: "extension",
    PostponeStage: "postponement",
    CloseStageEarly: "early_closing",
    Suspend: "suspension",
    Resume: "resumption",
    ReopenStage: "reopening",
    RectifyStage: "rectification",
    MigrateProcedure: "migration",
    Abandon: "abandonment",
    IssueDecision: "decision",
}
"""The name by which `signoffs` in a procedure speaks of an act."""


def signoff_for(turn: Turn, act: Act) -> Signoff | None:
    """Give the signatures that an act needs here, if any."""
    name = SIGNABLE_ACTS.get(type(act))
    if name is None or turn.process.procedure is None:
        return None
    return signoff_named(turn.procedure, name)


def signoff_named(procedure: Procedure, name: str) -> Signoff | None:
    """Give the signatures that a procedure asks for an act, by the name by which it speaks of it."""
    signoffs = procedure.signoffs
    return signoffs.get(name) or (_every_signature(signoffs) if name == "migration" and signoffs else None)


def _every_signature(signoffs: Mapping[str, Signoff]) -> Signoff:
    """Ask whoever signs anything here: nobody's signature is got around by another version of the procedure."""
    names = dict.fromkeys(name for act in sorted(signoffs) for name in signoffs[act].all_of)
    within = max(signoff.within for signoff in signoffs.values())
    return Signoff.model_construct(all_of=tuple(names), within=within)


def propose(turn: Turn, act: Act, signoff: Signoff) -> Refusal | None:
    """Open the ballot that gathers the signatures; an author who holds one of the offices signs with it."""
    for ballot_id in turn.process.running:
        proposal = turn.process.ballots[ballot_id].proposal
        if proposal is not None and proposal.act.kind == act.kind and proposal.stage == turn.stage:
            return Refusal(Code.PROPOSAL_PENDING, {"ballot": ballot_id})
    run = turn.process.runs.get(turn.stage) if turn.stage is not None else None
    ballot_id = open_ballot(
        turn,
        purpose=Purpose.SIGNATURES,
        rule=BallotRule(
            by=signoff.all_of,
            quorum=Fraction(1),
            majority=Majority.UNANIMOUS,
            within=signoff.within,
            if_silent=Silence.LAPSE,
        ),
        seats=offices_named(turn.process, signoff.all_of, None),
        subject=digest({"act": act_content(act), "round": turn.round, "stage": turn.stage}),
        stage=run.key if run is not None else None,
        act=act,
        by_author=True,
    )
    ballot = turn.process.ballots[ballot_id]
    seat = seat_of(turn.process, ballot, turn.actor.member, turn.now)
    if seat is not None:
        turn.on_behalf_of = seat[1]
        turn.tell(
            ev.VoteCast(ballot=ballot_id, seat=seat[0], position=Position.FAVOURABLE, subject=ballot.subject),
            ballot.stage,
        )
    return None


def withdraw_proposal(turn: Turn, act: WithdrawProposal) -> Refusal | None:
    """Take a proposal back: its author, or a coordinator."""
    ballot = turn.process.ballots.get(act.ballot)
    if ballot is None or ballot.proposal is None:
        return Refusal(Code.UNKNOWN_BALLOT, {"ballot": act.ballot}, ("ballot",))
    if ballot.state is BallotState.CLOSED:
        return Refusal(
            Code.BALLOT_CLOSED,
            {"ballot": ballot.id, "closedAt": ballot.closed_at.isoformat() if ballot.closed_at else ""},
            ("ballot",),
        )
    author = ballot.proposal
    if (turn.actor.member, turn.actor.on_behalf_of) in (
        (author.actor, None),
        (author.actor, author.on_behalf_of),
    ):
        turn.on_behalf_of = author.on_behalf_of
    else:
        entitled = turn.entitle(act.kind, WHOLE)
        if isinstance(entitled, Refusal):
            return entitled
    turn.tell(ev.BallotClosed(ballot=ballot.id, outcome=BallotOutcome.WITHDRAWN), ballot.stage)
    return None


RULES: dict[type, ActRule] = {
    WithdrawProposal: ActRule(withdraw_proposal),
}
