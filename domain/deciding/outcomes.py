"""What the outcome of a ballot does: to gates, opinions, records, and acts that wait for signatures."""

from __future__ import annotations

from collections.abc import Callable

from domain import events as ev
from domain.acts import Act, Actor, SecretTally
from domain.calendar import closing
from domain.deciding.balloting import close, counted_at, is_frozen, settle, supersede
from domain.deciding.counting import count, reaches
from domain.deciding.rounds import apply_last_resort, open_next_round
from domain.deciding.turn import Turn
from domain.procedure import ReferBack
from domain.process import (
    Ballot,
    BallotOutcome,
    BallotState,
    Proposal,
    Purpose,
    StageRun,
    article_in,
    stage_in_round,
)
from domain.refusals import Refusal

Perform = Callable[[Turn, Act], Refusal | None]


def settle_ballots(turn: Turn, tallies: dict[str, SecretTally], perform: Perform) -> None:
    """Close every ballot that can be closed now, and do what its outcome does."""
    for ballot_id in turn.process.running:
        process = turn.process
        ballot = process.ballots[ballot_id]
        if ballot.state is BallotState.CLOSED or is_frozen(process, ballot) or process.over:
            continue
        tally = tallies.get(ballot_id)
        outcome = settle(turn, ballot, tally)
        if outcome is not None:
            _apply(turn, turn.process.ballots[ballot_id], outcome, tally, perform)


def _apply(
    turn: Turn, ballot: Ballot, outcome: BallotOutcome, tally: SecretTally | None, perform: Perform
) -> None:
    if ballot.purpose is Purpose.SIGNATURES:
        _sign(turn, ballot, outcome, perform)
        return
    counted = count(turn.process, ballot, counted_at(turn.process, ballot, turn.now), tally)
    close(
        turn,
        ballot,
        outcome,
        count=counted,
        casting_vote=outcome is BallotOutcome.PASSED and not reaches(ballot, counted),
    )
    match ballot.purpose:
        case Purpose.OPENING | Purpose.CONCLUSION:
            _pass_gate(turn, ballot, outcome)
        case Purpose.OPINION:
            _adopt(turn, ballot, outcome)
        case Purpose.ARTICLE:
            _, article = article_in(ballot.about)
            voted = ev.ArticleAdopted if outcome.passes else ev.ArticleRefused
            turn.conclude(voted(article=article, ballot=ballot.id), ballot.stage)
        case Purpose.RECORD:
            stands = outcome.passes or ballot.rule.if_refused == "go_on_published"
            if stands and ballot.about is not None:
                turn.conclude(ev.HearingRecordApproved(hearing=ballot.about, outcome=outcome), ballot.stage)


def _sign(turn: Turn, ballot: Ballot, outcome: BallotOutcome, perform: Perform) -> None:
    """Do the act that was signed, as its author's; it lapses if it cannot be done any more."""
    proposal = ballot.proposal
    assert proposal is not None
    counted = count(turn.process, ballot, turn.now)
    if not outcome.passes:
        close(turn, ballot, outcome, count=counted)
        return
    closing_it = turn.fork()
    close(closing_it, ballot, outcome, count=counted)
    doing = _as_author(closing_it, proposal)
    refusal = perform(doing, proposal.act)
    if refusal is not None:
        close(turn, ballot, BallotOutcome.LAPSED, count=counted, lapse_reason=refusal.code.value)
        return
    turn.go_on_from(closing_it)
    turn.go_on_from(doing)


def _as_author(turn: Turn, proposal: Proposal) -> Turn:
    author = Actor(member=proposal.actor, on_behalf_of=proposal.on_behalf_of)
    doing = Turn(turn.process, turn.now, author, proposal.round, proposal.stage)
    doing.on_behalf_of = proposal.on_behalf_of
    return doing


def _pass_gate(turn: Turn, ballot: Ballot, outcome: BallotOutcome) -> None:
    key, gate = ballot.stage, "opening" if ballot.purpose is Purpose.OPENING else "conclusion"
    assert key is not None
    if outcome.passes:
        turn.conclude(_gate_passed(gate, ballot), key)
        return
    consequence = ballot.rule.if_refused
    if isinstance(consequence, ReferBack):
        if not open_next_round(turn, key, consequence.refer_back) and not turn.process.over:
            turn.conclude(_gate_passed(gate, ballot, in_spite_of_refusal=True), key)
        return
    if consequence == "go_on_published":
        turn.conclude(_gate_passed(gate, ballot, in_spite_of_refusal=True), key)
        return
    turn.conclude(
        ev.GateReturned(
            gate="opening" if ballot.purpose is Purpose.OPENING else "conclusion", ballot=ballot.id
        ),
        key,
    )
    if ballot.purpose is Purpose.CONCLUSION:
        _reopen(turn, turn.process.runs[key], ballot)


def _gate_passed(gate: str, ballot: Ballot, *, in_spite_of_refusal: bool = False) -> ev.GatePassed:
    return ev.GatePassed(
        gate="opening" if gate == "opening" else "conclusion",
        ballot=ballot.id,
        in_spite_of_refusal=in_spite_of_refusal,
    )


def _reopen(turn: Turn, run: StageRun, ballot: Ballot) -> None:
    """Open a stage again that its gate sent back, within its maximum; else the last resort applies."""
    stage = turn.process.stages[run.key]
    assert run.opens_at is not None
    length = stage.duration.minimum or stage.duration.planned
    closes_at = closing(turn.now, length, turn.procedure, turn.process.territories)
    maximum = stage.duration.maximum
    if run.reopenings >= turn.procedure.rounds.maximum or (
        maximum is not None and closes_at - run.opens_at - run.suspended_for > maximum
    ):
        apply_last_resort(turn, run.key)
        if not turn.process.over:
            turn.conclude(_gate_passed("conclusion", ballot, in_spite_of_refusal=True), run.key)
        return
    turn.conclude(
        ev.StageReopened(
            closes_at=closes_at, entry_closes_at=closes_at + stage.entry_window, reason="gate_refused"
        ),
        run.key,
    )


def _adopt(turn: Turn, ballot: Ballot, outcome: BallotOutcome) -> None:
    key = ballot.stage
    assert key is not None
    opinion = turn.process.opinions[stage_in_round(ballot.round, key)]
    if outcome.passes:
        assert opinion.conclusion is not None
        turn.conclude(
            ev.OpinionAdopted(
                conclusion=opinion.conclusion, ballot=ballot.id, tacit=outcome is not BallotOutcome.PASSED
            ),
            key,
        )
        return
    turn.conclude(ev.OpinionRejected(ballot=ballot.id), key)
    if isinstance(ballot.rule.if_refused, ReferBack):
        open_next_round(turn, key, ballot.rule.if_refused.refer_back)


def supersede_gate(turn: Turn, run: StageRun) -> None:
    """End the running ballot of a gate whose subject changed."""
    supersede(turn, run.gate_ballot)
