"""The work of a stage: whether it is delivered, and the digests that its seal covers."""

from __future__ import annotations

from domain.acts import SealFigures
from domain.merkle import merkle_root
from domain.procedure import Kind
from domain.process import (
    BallotOutcome,
    BallotState,
    Hearing,
    HearingState,
    Process,
    Recommendation,
    StageRun,
    State,
    stage_in_round,
)
from domain.refusals import Code, Refusal


def is_delivered(process: Process, run: StageRun) -> bool:
    """Say whether a stage has what it exists for, so that it may close at its term.

    A council that refused its own text when no round was left goes on without an opinion, in public.
    """
    match process.stages[run.key].kind:
        case Kind.SCIENTIFIC_REVIEW:
            opinion = process.opinions.get(stage_in_round(run.round, run.key))
            return opinion is not None and (opinion.adopted_at is not None or opinion.given_up)
        case Kind.SYNTHESIS:
            synthesis = process.syntheses.get(stage_in_round(run.round, run.key))
            return synthesis is not None and synthesis.assembled_at is not None
        case Kind.DECISION:
            return bool(process.decisions) and any(
                decision.stage == run.key and decision.round == run.round for decision in process.decisions
            )
        case Kind.FOLLOW_UP:
            return process.implementation_report is not None
        case Kind.CALL_FOR_INPUT | Kind.HEARINGS:
            return True


def hearings_of(process: Process, run: StageRun) -> tuple[Hearing, ...]:
    """Give the hearings of a stage in its round, in the order they were set."""
    return tuple(h for h in process.hearings.values() if h.stage == run.key and h.round == run.round)


def unfinished_hearings(process: Process, run: StageRun) -> tuple[Hearing, ...]:
    """Give the hearings that still want something: to be held or cancelled, a record, its approval."""
    done = (HearingState.CANCELLED, HearingState.APPROVED)
    return tuple(h for h in hearings_of(process, run) if h.state not in done)


def held_hearings(process: Process, run: StageRun) -> int:
    """Give the number of hearings that took place."""
    return sum(
        1
        for h in hearings_of(process, run)
        if h.state not in (HearingState.SCHEDULED, HearingState.CANCELLED)
    )


def record_was_refused(process: Process, hearing: Hearing) -> bool:
    """Say whether those heard refused the record, so that a new version is awaited."""
    ballot = process.ballots.get(hearing.ballot) if hearing.ballot is not None else None
    return (
        hearing.state is HearingState.RECORDED
        and ballot is not None
        and ballot.state is BallotState.CLOSED
        and ballot.outcome in (BallotOutcome.REFUSED, BallotOutcome.LAPSED)
    )


def work_figures(process: Process, run: StageRun) -> SealFigures:
    """Give the seal of a stage that is not a call for input: the Merkle root of its digests, in ledger order."""
    leaves = [bytes.fromhex(leaf) for leaf in _leaves(process, run)]
    return SealFigures(root=merkle_root(leaves), count=len(leaves), by_college={}, by_channel={}, entitled={})


def _leaves(process: Process, run: StageRun) -> list[str]:
    name = stage_in_round(run.round, run.key)
    match process.stages[run.key].kind:
        case Kind.HEARINGS:
            return [h.record.digest for h in hearings_of(process, run) if h.record is not None]
        case Kind.SCIENTIFIC_REVIEW:
            opinion = process.opinions[name]
            texts = [opinion.text] if opinion.text is not None else []
            return [body.digest for body in (*texts, *(r.text for r in opinion.reservations.values()))]
        case Kind.SYNTHESIS:
            synthesis = process.syntheses[name]
            assert synthesis.text is not None
            return [
                synthesis.text.digest,
                *(chapter.text.digest for chapter in synthesis.chapters.values()),
                *(recommendation.text.digest for recommendation in synthesis.recommendations.values()),
            ]
        case Kind.DECISION:
            return [
                *(d.text.digest for d in process.decisions),
                *(response.reasons.digest for response in process.responses.values()),
            ]
        case Kind.FOLLOW_UP:
            report = process.implementation_report
            return [
                *([report.digest] if report is not None else []),
                *(commitment.text.digest for commitment in process.commitments.values()),
            ]
        case Kind.CALL_FOR_INPUT:
            return []


def recommendations(process: Process) -> dict[str, Recommendation]:
    """Give the recommendations that stand: those of each synthesis stage's latest round."""
    found: dict[str, Recommendation] = {}
    for key, run in process.runs.items():
        if process.stages[key].kind is Kind.SYNTHESIS:
            synthesis = process.syntheses.get(stage_in_round(run.round, key))
            if synthesis is not None:
                found |= synthesis.recommendations
    return found


def recommendation_named(process: Process, name: str) -> Recommendation | Refusal:
    """Give the recommendation of a name, or refuse because there is none."""
    found = recommendations(process).get(name)
    if found is None:
        return Refusal(Code.UNKNOWN_RECOMMENDATION, {"recommendation": name}, ("recommendation",))
    return found


def missing_responses(process: Process) -> tuple[tuple[str, str], ...]:
    """Give the pairs of recommendation and addressee that still owe a response (D11)."""
    return tuple(
        (recommendation.id, addressee)
        for recommendation in recommendations(process).values()
        for addressee in recommendation.addressees
        if f"{recommendation.id}/{addressee}" not in process.responses
    )


def is_decided(process: Process) -> bool:
    """Say whether the decision is out: nothing before it can be reopened or rectified any more.

    A decision that its own gate sent back to a new round is not.
    """
    return any(
        (run := process.runs.get(decision.stage)) is not None and run.round == decision.round
        for decision in process.decisions
    )


def is_blocked(process: Process, key: str) -> bool:
    """Say whether another stage of the same kind and lane is open: two never are at once."""
    stage = process.stages[key]
    return any(
        other != key
        and run.state is State.OPEN
        and process.stages[other].kind is stage.kind
        and process.stages[other].lane == stage.lane
        for other, run in process.runs.items()
    )
