"""What time brings about: openings, closings, seals, gates, rounds and the end, without anyone's help."""

from __future__ import annotations

from domain import events as ev
from domain.acts import Conclusion, SealFigures, SecretTally, TermEnd
from domain.calendar import closing
from domain.council.concerns import conflicts
from domain.deciding.balloting import open_ballot, supersede_all
from domain.deciding.counting import at_least
from domain.deciding.outcomes import Perform, settle_ballots
from domain.deciding.rounds import open_next_round
from domain.deciding.seats import seats_named
from domain.deciding.subjects import gate_subject, last_subject
from domain.deciding.turn import Turn
from domain.deciding.works import (
    CLOSED_BY_TIME,
    answers_due_at,
    held_hearings,
    is_blocked,
    is_delivered,
    unfinished_hearings,
    unmarked_responses,
    work_figures,
)
from domain.procedure import Gate, Kind, Silence, Stage
from domain.process import Outcome, Phase, Purpose, StageRun, State, stage_in_round


def advance(turn: Turn, tallies: tuple[SecretTally, ...], perform: Perform) -> None:
    """Do all that is due at the turn's instant, until nothing is."""
    by_ballot = {tally.ballot: tally for tally in tallies}
    before = -1
    while before != len(turn.events) and not turn.process.over:
        before = len(turn.events)
        _end_terms(turn)
        settle_ballots(turn, by_ballot, perform)
        if turn.process.phase is Phase.LAUNCHED:
            _propose_withdrawals(turn)
        _end_embargo(turn)
        if turn.process.phase is Phase.LAUNCHED and turn.process.suspended_at is None:
            _advance_stages(turn)
            _mark_late_commitments(turn)
            _end_when_all_is_concluded(turn)


def advance_after_vote(turn: Turn, perform: Perform) -> None:
    """Do what a vote may bring about: nothing, unless it ends a ballot."""
    before = len(turn.events)
    settle_ballots(turn, {}, perform)
    if len(turn.events) != before:
        advance(turn, (), perform)


def _end_terms(turn: Turn) -> None:
    """Record the terms that have run out: tokens die with them, and bases of ballots change."""
    while turn.process.terms_end_at is not None and turn.process.terms_end_at <= turn.now:
        office, term = next(
            (office, term)
            for office in turn.process.offices.values()
            for term in office.terms
            if term.cause is None and term.until == turn.process.terms_end_at
        )
        turn.conclude(
            ev.TermEnded(office=office.id, seat=term.seat, member=term.member, cause=TermEnd.END_OF_TERM)
        )


def _propose_withdrawals(turn: Turn) -> None:
    """Propose to withdraw to members of the council whose declared interests meet an organisation concerned."""
    for run, member, organisation in tuple(conflicts(turn.process)):
        turn.conclude(ev.WithdrawalProposed(member=member, organisation=organisation), run.key)


def _end_embargo(turn: Turn) -> None:
    """Publish the decision at the instant that was named, even where clocks stand still: readers were told it."""
    end = turn.process.embargo_ends_at
    if end is None or turn.now < end or turn.process.over:
        return
    latest = turn.process.decisions[-1]
    turn.conclude(ev.DecisionPublished(version=latest.version), latest.stage)


def _advance_stages(turn: Turn) -> None:
    """Take every stage whose clock runs one step further, if it can."""
    for key in turn.process.live:
        process = turn.process
        run = process.runs[key]
        if run.suspended_at is None and not process.over:
            _step(turn, process.stages[key], run)


def _step(turn: Turn, stage: Stage, run: StageRun) -> None:
    """Take one stage one step further, if it can."""
    match run.state:
        case State.PENDING:
            _await_or_open(turn, stage, run)
        case State.AWAITING_OPENING:
            _wait_at_opening(turn, stage, run)
        case State.OPEN:
            _mark_late_responses(turn, run)
            _close_when_due(turn, stage, run)
        case State.CLOSED:
            _seal_when_due(turn, stage, run)
        case State.SEALED | State.AWAITING_CONCLUSION | State.CONCLUDED if run.rectifying_until is not None:
            if turn.now >= run.rectifying_until:
                _rectified(turn, stage, run)
        case State.SEALED:
            if stage.approval(Gate.CONCLUSION) is not None:
                turn.conclude(ev.StageAwaitsConclusion(), run.key)
            else:
                conclude_stage(turn, stage, run)
        case State.AWAITING_CONCLUSION:
            _wait_at_conclusion(turn, stage, run)
        case _:
            pass


def _await_or_open(turn: Turn, stage: Stage, run: StageRun) -> None:
    gate = stage.approval(Gate.OPENING)
    due_at = run.planned_opens_at if gate is None else run.planned_opens_at - gate.within
    if turn.now < due_at:
        return
    if gate is not None:
        turn.conclude(ev.StageAwaitsOpening(), run.key)
    elif not is_blocked(turn.process, run.key):
        _open(turn, stage, run)


def _wait_at_opening(turn: Turn, stage: Stage, run: StageRun) -> None:
    if run.opening_passed:
        if turn.now >= run.planned_opens_at and not is_blocked(turn.process, run.key):
            _open(turn, stage, run)
        return
    gate = stage.approval(Gate.OPENING)
    assert gate is not None
    if run.gate_ballot is not None:
        return
    subject = gate_subject(turn.process, run, gate)
    if run.gate_returned and last_subject(turn.process, run, Purpose.OPENING) == subject:
        return
    open_ballot(
        turn,
        purpose=Purpose.OPENING,
        rule=gate,
        seats=seats_named(turn.process, gate.by, stage.lane),
        subject=subject,
        stage=run.key,
    )


def _wait_at_conclusion(turn: Turn, stage: Stage, run: StageRun) -> None:
    gate = stage.approval(Gate.CONCLUSION)
    if run.conclusion_passed or gate is None:
        conclude_stage(turn, stage, run)
    elif run.gate_ballot is None:
        open_ballot(
            turn,
            purpose=Purpose.CONCLUSION,
            rule=gate,
            seats=seats_named(turn.process, gate.by, stage.lane),
            subject=gate_subject(turn.process, run, gate),
            stage=run.key,
        )


def _open(turn: Turn, stage: Stage, run: StageRun) -> None:
    """Open a stage. The announced closing stands unless keeping it would cut the minimum."""
    minimum = stage.duration.minimum
    closes_at = run.planned_closes_at
    if closes_at - turn.now < minimum or closes_at <= turn.now:
        closes_at = closing(
            turn.now, minimum or stage.duration.planned, turn.procedure, turn.process.territories
        )
    turn.conclude(
        ev.StageOpened(
            opens_at=turn.now,
            closes_at=closes_at,
            entry_closes_at=closes_at + stage.entry_window,
            late=closes_at != run.planned_closes_at,
        ),
        run.key,
    )


def _close_when_due(turn: Turn, stage: Stage, run: StageRun) -> None:
    assert run.opens_at is not None
    assert run.closes_at is not None
    if stage.kind in CLOSED_BY_TIME:
        if turn.now >= run.closes_at:
            turn.conclude(ev.StageClosed(closes_at=run.closes_at), run.key)
        return
    delivered = is_delivered(turn.process, run)
    if turn.now < run.closes_at:
        earliest = run.opens_at + stage.duration.minimum + run.suspended_for
        if delivered and stage.concludes == "when_delivered" and turn.now >= earliest:
            turn.conclude(ev.StageClosed(closes_at=turn.now), run.key)
    elif delivered:
        closes_at = run.closes_at if run.overdue_since is None else turn.now
        turn.conclude(ev.StageClosed(closes_at=closes_at), run.key)
    elif run.overdue_since is None:
        _work_is_overdue(turn, stage, run)


def _work_is_overdue(turn: Turn, stage: Stage, run: StageRun) -> None:
    """The term has passed without the work. A council that never put a text to the vote may have spoken by silence."""
    rule = stage.opinion
    if (
        stage.kind is Kind.SCIENTIFIC_REVIEW
        and rule is not None
        and rule.if_silent in (Silence.GIVEN, Silence.FAVOURABLE)
    ):
        opinion = turn.process.opinions.get(stage_in_round(run.round, run.key))
        if opinion is None or (opinion.version == 0 and not opinion.articles):
            turn.conclude(ev.OpinionAdopted(conclusion=Conclusion.FAVOURABLE, tacit=True), run.key)
            return
    turn.conclude(ev.StageOverdue(), run.key)


def _seal_when_due(turn: Turn, stage: Stage, run: StageRun) -> None:
    if stage.kind is Kind.CALL_FOR_INPUT:
        assert run.entry_closes_at is not None
        if turn.now >= run.entry_closes_at:
            turn.conclude(ev.SealingBegun(), run.key)
        return
    if stage.kind is Kind.HEARINGS:
        if unfinished_hearings(turn.process, run):
            return
        reached = held_hearings(turn.process, run)
        if reached < stage.minimum_hearings and not _go_on_without_quorum(
            turn, stage, run, {"hearings": reached}, {"hearings": stage.minimum_hearings}
        ):
            return
    turn.conclude(ev.StageSealed(figures=work_figures(turn.process, turn.process.runs[run.key])), run.key)


def _rectified(turn: Turn, stage: Stage, run: StageRun) -> None:
    if stage.kind is Kind.CALL_FOR_INPUT:
        turn.conclude(ev.SealingBegun(supplementary=True), run.key)
    else:
        turn.conclude(ev.StageSealed(figures=work_figures(turn.process, run), supplementary=True), run.key)


def record_seal(turn: Turn, stage: Stage, run: StageRun, figures: SealFigures) -> None:
    """Take the figures of a sealed call for input; the quorum of each college is counted here."""
    supplementary = bool(run.seals) and run.rectifying_until is not None
    if not supplementary:
        asked = {
            college: quorum if isinstance(quorum, int) else at_least(quorum, figures.entitled.get(college, 0))
            for college, quorum in stage.quorum.items()
        }
        reached = {college: figures.by_college.get(college, 0) for college in asked}
        missed = {college: number for college, number in reached.items() if number < asked[college]}
        if missed and not _go_on_without_quorum(
            turn, stage, run, missed, {college: asked[college] for college in missed}
        ):
            return
    turn.conclude(ev.StageSealed(figures=figures, supplementary=supplementary), run.key)


def _go_on_without_quorum(
    turn: Turn, stage: Stage, run: StageRun, reached: dict[str, int], asked: dict[str, int]
) -> bool:
    """Record the finding and do what the procedure says; give whether the stage goes on to its seal."""
    policy = stage.if_no_quorum
    if policy.action == "extend" and policy.by is not None and run.automatic_extensions < policy.times:
        assert run.opens_at is not None
        assert run.closes_at is not None
        closes_at = closing(turn.now, policy.by, turn.procedure, turn.process.territories)
        maximum = stage.duration.maximum
        if maximum is None or closes_at - run.opens_at - run.suspended_for <= maximum:
            turn.conclude(ev.QuorumMissed(reached=reached, asked=asked, consequence="extend"), run.key)
            turn.conclude(
                ev.StageExtended(
                    closes_at=closes_at,
                    entry_closes_at=closes_at + stage.entry_window,
                    before=run.closes_at,
                    reason="quorum_missed",
                    automatic=True,
                ),
                run.key,
            )
            return False
    consequence = policy.then if policy.action == "extend" else policy.action
    turn.conclude(ev.QuorumMissed(reached=reached, asked=asked, consequence=consequence), run.key)
    if consequence == "stop":
        supersede_all(turn)
        turn.conclude(ev.ConcertationEnded(outcome=Outcome.STOPPED_NO_QUORUM))
        return False
    return True


def conclude_stage(turn: Turn, stage: Stage, run: StageRun) -> None:
    """Conclude a stage; an opinion that refers back opens the next round."""
    turn.conclude(ev.StageConcluded(), run.key)
    if stage.kind is Kind.SCIENTIFIC_REVIEW:
        opinion = turn.process.opinions[stage_in_round(run.round, run.key)]
        refers_back = opinion.adopted_at is not None and opinion.conclusion is Conclusion.REFER_BACK
        if refers_back and stage.refer_back is not None:
            open_next_round(turn, run.key, stage.refer_back)


def _end_when_all_is_concluded(turn: Turn) -> None:
    """End with the last conclusion; what is being rectified is sealed before."""
    if turn.process.over or turn.process.live:
        return
    supersede_all(turn)
    turn.conclude(ev.ConcertationEnded(outcome=Outcome.COMPLETED))


def _mark_late_responses(turn: Turn, run: StageRun) -> None:
    due_at = answers_due_at(turn.process, run)
    if due_at is None or turn.now < due_at:
        return
    for recommendation, addressee in tuple(unmarked_responses(turn.process, run)):
        turn.conclude(ev.ResponseLate(recommendation=recommendation, addressee=addressee), run.key)


def _mark_late_commitments(turn: Turn) -> None:
    due_at = turn.process.commitment_due_at
    if due_at is None or turn.now < due_at:
        return
    for commitment in turn.process.commitments.values():
        if commitment.pending and turn.now >= commitment.due_at:
            turn.conclude(ev.CommitmentLate(commitment=commitment.id))
