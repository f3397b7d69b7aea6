"""The work of a stage: whether it is delivered, and the digests that its seal covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.acts import Answer, SealFigures
from domain.merkle import merkle_root
from domain.procedure import Kind
from domain.process import (
    BallotOutcome,
    BallotState,
    Decision,
    Hearing,
    HearingState,
    Process,
    Recommendation,
    Response,
    StageRun,
    State,
    Synthesis,
    items_of,
    stage_in_round,
)
from domain.refusals import Code, Refusal
from domain.treatment.lineage import standing_recommendations

CLOSED_BY_TIME = frozenset({Kind.CALL_FOR_INPUT, Kind.HEARINGS})
"""Stages that close at their term whatever was done. The others wait for their work."""


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
            return any(decision.is_out for decision in decisions_of(process, run))
        case Kind.FOLLOW_UP:
            return process.implementation_report is not None
        case Kind.CALL_FOR_INPUT | Kind.HEARINGS:
            return True


def decisions_of(process: Process, run: StageRun) -> tuple[Decision, ...]:
    """Give the versions of the decision that a stage issued in its round, under an embargo or not."""
    return tuple(d for d in process.decisions if d.stage == run.key and d.round == run.round)


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
                *(item.text.digest for item in items_of(synthesis).values()),
                *(answer.reasons.digest for answer in synthesis.answers.values()),
            ]
        case Kind.DECISION:
            return [
                *(d.text.digest for d in process.decisions),
                *(d.reasons.digest for d in process.decisions if d.reasons is not None),
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
    """Give the recommendations that stand: of each synthesis stage's latest round, those whose place no item took."""
    found: dict[str, Recommendation] = {}
    order = {key: number for number, key in enumerate(process.runs)}
    for synthesis in sorted(_syntheses(process), key=lambda synthesis: order[synthesis.stage]):
        found |= standing_recommendations(process, synthesis)
    return found


def _syntheses(process: Process) -> list[Synthesis]:
    """Give the synthesis of each stage's latest round, in the order in which they were begun."""
    return [
        synthesis
        for synthesis in process.syntheses.values()
        if process.runs[synthesis.stage].round == synthesis.round
    ]


def recommendation_named(process: Process, name: str) -> Recommendation | Refusal:
    """Give the recommendation of a name, which no other bears, or refuse because none that stands does."""
    for synthesis in _syntheses(process):
        found = synthesis.recommendations.get(name)
        if found is not None and name not in process.replaced:
            return found
    return Refusal(Code.UNKNOWN_RECOMMENDATION, {"recommendation": name}, ("recommendation",))


def missing_responses(process: Process) -> tuple[tuple[str, str], ...]:
    """Give the pairs of recommendation and addressee that still owe a response (D11)."""
    return tuple(_missing(process))


def _missing(process: Process) -> Iterator[tuple[str, str]]:
    for recommendation in recommendations(process).values():
        for addressee in recommendation.addressees:
            if f"{recommendation.id}/{addressee}" not in process.responses:
                yield recommendation.id, addressee


def answers_due_at(process: Process, run: StageRun) -> datetime | None:
    """Give when addressees must have answered at a stage of decision that was opened; `None`: no time is set."""
    within = process.stages[run.key].answers_within
    return None if within is None or run.opens_at is None else run.opens_at + within + run.suspended_for


def unmarked_responses(process: Process, run: StageRun) -> Iterator[tuple[str, str]]:
    """Give the pairs that owe a response at a stage of decision and were not called late yet, if they can be late."""
    if process.stages[run.key].answers_within is None or decisions_of(process, run):
        return
    for recommendation, addressee in _missing(process):
        if f"{recommendation}/{addressee}" not in process.late_responses:
            yield recommendation, addressee


def is_owed_in_time(process: Process, run: StageRun) -> bool:
    """Say whether some response can still be late; asked at each command, so it begins with the last, often missing."""
    if process.stages[run.key].answers_within is None or decisions_of(process, run):
        return False
    return any(
        (name := f"{recommendation.id}/{addressee}") not in process.responses
        and name not in process.late_responses
        for synthesis in _syntheses(process)
        for recommendation in reversed(standing_recommendations(process, synthesis).values())
        for addressee in reversed(recommendation.addressees)
    )


def deferred_responses(process: Process) -> tuple[Response, ...]:
    """Give the responses that an addressee put off, to the recommendations that stand."""
    standing = recommendations(process)
    return tuple(
        response
        for response in process.responses.values()
        if response.answer is Answer.DEFERRED and response.recommendation in standing
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
