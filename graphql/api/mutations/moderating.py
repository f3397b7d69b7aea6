"""Moderation: hide, restore, redact, appeal, decide an appeal; and what readers report. One transaction each."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import ID, field

from api.answers import AnyRefusal
from api.context import Info
from api.moderation import measure_of
from api.moderation_accepting import AppealAccepted, ModerationAccepted, ReportAccepted
from api.mutations.addressing import mutation_of
from api.mutations.owning import OwnContributionInput, contribution_named, transacted
from api.naming import named
from api.performing import Refusing, refuse
from api.snapshot import Snapshot
from domain import moderation as domain
from domain.moderation import Act, AppealOutcome, Hand, ModerationReason
from domain.refusals import Code, Refusal
from domain.rights import EVERYWHERE, Scope, mandate_for
from store import reports
from store.moderation import Request, Whereabouts, carry_out
from store.reports import Reporting

_KEY = "Chosen by the client, 200 characters at most. Sent again with the same content: the same answer."


@strawberry.input(description="What every act of moderation says.")
class ModerationInput:
    idempotency_key: str = field(description=_KEY)
    contribution_id: ID = field(description="The contribution, in the version that the moderator read.")


@strawberry.input(
    description="Hide a contribution, in all its versions: its text is then for its author and moderators."
)
class HideContributionInput(ModerationInput):
    reason: ModerationReason = field(description="Why.")
    note: str = field(description="The facts, for the statement of reasons that its author is given.")


@strawberry.input(description="Show a hidden contribution again.")
class RestoreContributionInput(ModerationInput):
    note: str = field(description="Why; its author reads it.")


@strawberry.input(
    description="Destroy the text and answers of a hidden contribution for good, in this version and those before it. "
    "Takes somebody else than who hid it."
)
class RedactContributionInput(ModerationInput):
    reason: ModerationReason = field(description="Why: unlawful content or personal data.")
    note: str = field(description="The facts.")
    urgency: str | None = field(
        default=None,
        description="Why it cannot wait until its author has appealed or the time to do so is over.",
    )


@strawberry.input(description="Close the reports of a contribution that stays as it is.")
class DismissReportsInput(ModerationInput):
    note: str = field(description="Why; for those who moderate.")


@strawberry.input(one_of=True, description="One's own contribution that was hidden: exactly one of these.")
class AppealedInput(OwnContributionInput):
    pass


@strawberry.input(
    description="Contest the measure against one's contribution; once, within the time to appeal."
)
class AppealInput:
    idempotency_key: str = field(description=_KEY)
    appealed: AppealedInput = field(description="What was hidden.")
    text: str = field(description="Why the measure is contested.")


@strawberry.input(description="Decide an appeal. Takes somebody else than who decided the measure.")
class DecideAppealInput:
    idempotency_key: str = field(description=_KEY)
    measure_id: ID = field(description="The measure.")
    outcome: AppealOutcome = field(description="Whether it stays.")
    reasons: str = field(description="Why; its author reads it.")


@strawberry.input(description="Report a contribution to those who moderate. No account is needed.")
class ReportContributionInput:
    idempotency_key: str = field(description=_KEY)
    contribution_id: ID = field(description="The contribution.")
    reason: ModerationReason = field(description="Why.")
    text: str = field(default="", description="What is to be added; may be empty.")


def _result(accepted: Any, name: str, mutation: str) -> Any:
    return Annotated[accepted | AnyRefusal, strawberry.union(name, description=f"What `{mutation}` answers.")]


HideContributionResult = _result(ModerationAccepted, "HideContributionResult", "hideContribution")
RestoreContributionResult = _result(ModerationAccepted, "RestoreContributionResult", "restoreContribution")
RedactContributionResult = _result(ModerationAccepted, "RedactContributionResult", "redactContribution")
DismissReportsResult = _result(ModerationAccepted, "DismissReportsResult", "dismissReports")
AppealResult = _result(AppealAccepted, "AppealResult", "appeal")
DecideAppealResult = _result(ModerationAccepted, "DecideAppealResult", "decideAppeal")
ReportContributionResult = _result(ReportAccepted, "ReportContributionResult", "reportContribution")


def _hand(info: Info, at: Snapshot, action: str, place: Whereabouts | None) -> Hand:
    """Give who acts, by an office that covers the contribution; theirs first, then a delegated one."""
    member = info.context.viewer.member
    stage = at.process.stages.get(place.stage) if place else None
    scope = (
        Scope(lane=stage.lane, college=place.college, territory=place.territory)
        if place and stage
        else EVERYWHERE
    )
    seat = mandate_for(at.process, member, action, at.now, scope)
    if seat is None or member is None:
        raise refuse(Code.NOT_ALLOWED, act=action)
    return Hand(member, seat.on_behalf_of)


async def _moderated(info: Info, at: Snapshot, request: Request) -> Any:
    """Do it, and give the measure as it stands now."""
    done = await transacted(info, lambda connection: carry_out(connection, request))
    if done.measure is None:
        return None
    entry = await info.context.reading.moderation.entry(done.measure.id)
    return measure_of(at, entry, by_author=request.act.kind == "appeal") if entry else None


async def _hide(info: Info, input: HideContributionInput) -> ModerationAccepted:
    act = domain.Hide(reason=input.reason, text=input.note)
    return await _moderate(info, input, "moderate_contribution", act)


async def _restore(info: Info, input: RestoreContributionInput) -> ModerationAccepted:
    return await _moderate(info, input, "moderate_contribution", domain.Restore(text=input.note))


async def _redact(info: Info, input: RedactContributionInput) -> ModerationAccepted:
    act = domain.Redact(reason=input.reason, text=input.note, urgency=input.urgency)
    return await _moderate(info, input, "redact_contribution", act)


async def _dismiss(info: Info, input: DismissReportsInput) -> ModerationAccepted:
    return await _moderate(info, input, "moderate_contribution", domain.DismissReports(text=input.note))


async def _moderate(info: Info, input: ModerationInput, action: str, act: Act) -> ModerationAccepted:
    id = input.contribution_id
    at, key = await named(info, id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    _hand(info, at, action, None)
    place = await info.context.reading.moderation.whereabouts(key)
    if place is None or place.concertation != at.id:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    request = Request(
        act=act,
        by=_hand(info, at, action, place),
        key=input.idempotency_key,
        contribution=key,
        territories=at.process.territories,
        time_to_appeal=at.process.procedure.time_to_appeal if at.process.procedure else None,
    )
    measure = await _moderated(info, at, request)
    return ModerationAccepted(at=at, contribution_key=key, measure=measure)


async def _decide(info: Info, input: DecideAppealInput) -> ModerationAccepted:
    at, key = await named(info, input.measure_id, "Measure", Code.UNKNOWN_MEASURE, "measure_id")
    _hand(info, at, "decide_appeal", None)
    entry = await info.context.reading.moderation.entry(key)
    if entry is None or entry.concertation != at.id:
        raise refuse(Code.UNKNOWN_MEASURE, "measure_id")
    place = await info.context.reading.moderation.whereabouts(entry.contribution)
    request = Request(
        act=domain.DecideAppeal(outcome=input.outcome, text=input.reasons),
        by=_hand(info, at, "decide_appeal", place),
        key=input.idempotency_key,
        measure=key,
    )
    measure = await _moderated(info, at, request)
    return ModerationAccepted(at=at, contribution_key=entry.contribution, measure=measure)


async def _appeal(info: Info, input: AppealInput) -> AppealAccepted:
    at, row = await contribution_named(info, input.appealed)
    if not input.appealed.receipt_code and row.member != info.context.viewer.member:
        raise refuse(Code.NOT_ALLOWED, act="appeal")
    request = Request(
        act=domain.Appeal(text=input.text),
        by=Hand(row.member),
        key=input.idempotency_key,
        contribution=row.id,
    )
    return AppealAccepted(measure=await _moderated(info, at, request))


async def _report(info: Info, input: ReportContributionInput) -> ReportAccepted:
    context, id = info.context, input.contribution_id
    at, key = await named(info, id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    if key not in await context.reading.contributions(at, [key]):
        raise refuse(Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    member = context.viewer.member
    reporting = Reporting(
        concertation=at.id,
        contribution=key,
        reader=f"member {member}" if member else f"address {context.address}",
        reason=input.reason,
        text=input.text,
        key=input.idempotency_key,
    )
    taken = await context.reading.ask(lambda connection: reports.report(connection, reporting))
    if isinstance(taken, Refusal):
        raise Refusing(taken)
    context.changed = True
    return ReportAccepted(reported_at=taken)


@strawberry.type
class ModerationMutations:
    """Fields of the type Mutation."""

    hide_contribution = mutation_of(
        HideContributionInput,
        _hide,
        HideContributionResult,
        "Hide a contribution for a reason of the list. Nothing is deleted; its author is told, may appeal.",
    )
    restore_contribution = mutation_of(
        RestoreContributionInput, _restore, RestoreContributionResult, "Show a hidden contribution again."
    )
    redact_contribution = mutation_of(
        RedactContributionInput,
        _redact,
        RedactContributionResult,
        "Destroy a text for good. Leaf, receipt and counts remain, and verify as before.",
    )
    dismiss_reports = mutation_of(
        DismissReportsInput,
        _dismiss,
        DismissReportsResult,
        "Close the reports of a contribution that stays as it is.",
    )
    appeal = mutation_of(AppealInput, _appeal, AppealResult, "Contest a measure, as the author.")
    decide_appeal = mutation_of(
        DecideAppealInput, _decide, DecideAppealResult, "Decide an appeal, with reasons."
    )
    report_contribution = mutation_of(
        ReportContributionInput,
        _report,
        ReportContributionResult,
        "Report a contribution, with an account or without one. At most ten an hour, and one open for each "
        "contribution.",
    )
