"""Moderation: hide, restore, redact, appeal, decide an appeal; and what readers report. One transaction each."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import strawberry
from strawberry import ID, argument, field

from api.answers import AnyRefusal
from api.context import Info
from api.moderation import measure_of
from api.moderation_accepting import AppealAccepted, ModerationAccepted, ReportAccepted
from api.naming import named
from api.performing import Refusing, refuse
from api.refusals import refusal_of
from api.snapshot import Snapshot
from domain import moderation as domain
from domain.moderation import Act, AppealOutcome, Hand, ModerationReason
from domain.receipts import read_code
from domain.refusals import Code, Refusal
from domain.rights import EVERYWHERE, ROLES, Scope, mandate
from store import reports
from store.contributions import Contribution
from store.faults import StoreUnreachable
from store.moderation import Moderated, Request, Whereabouts, carry_out
from store.pool import Connection
from store.reports import Reporting
from workflows.commanding import OutcomeUnknown

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


@strawberry.input(
    one_of=True,
    description="What was hidden: exactly one of these. The code serves those without an account.",
)
class AppealedInput:
    contribution_id: ID | None = field(
        default=strawberry.UNSET, description="One's own contribution, by its id."
    )
    receipt_code: str | None = field(default=strawberry.UNSET, description="Or the code of its receipt.")


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
    seat = mandate(at.process, member, ROLES[action], at.now, scope) if member else None
    if seat is None or member is None:
        raise refuse(Code.NOT_ALLOWED, act=action)
    return Hand(member, seat.on_behalf_of)


async def _moderated(info: Info, at: Snapshot, request: Request) -> Any:
    """Do it, and give the measure as it stands now."""
    context, begun = info.context, False

    async def question(connection: Connection) -> Moderated | Refusal:
        nonlocal begun
        begun = True
        return await carry_out(connection, request)

    try:
        done = await context.reading.ask(question)
    except StoreUnreachable as fault:
        raise (OutcomeUnknown(fault) if begun else fault) from fault
    if isinstance(done, Refusal):
        raise Refusing(done)
    context.changed = True
    context.renew()
    if done.measure is None:
        return None
    entry = await context.reading.moderation.entry(done.measure.id)
    return measure_of(at, entry, by_author=request.act.kind == "appeal") if entry else None


async def _moderate(info: Info, input: ModerationInput, action: str, act: Act) -> Any:
    at: Snapshot | None = None
    try:
        at, key = await named(
            info, input.contribution_id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id"
        )
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
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, (ModerationAccepted, *get_args(AnyRefusal)))
    return ModerationAccepted(at=at, contribution_key=key, measure=measure)


async def _decide(info: Info, input: DecideAppealInput) -> Any:
    at: Snapshot | None = None
    try:
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
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, (ModerationAccepted, *get_args(AnyRefusal)))
    return ModerationAccepted(at=at, contribution_key=entry.contribution, measure=measure)


async def _appeal(info: Info, input: AppealInput) -> Any:
    at: Snapshot | None = None
    try:
        at, row = await _own(info, input.appealed)
        request = Request(
            act=domain.Appeal(text=input.text),
            by=Hand(row.member),
            key=input.idempotency_key,
            contribution=row.id,
        )
        measure = await _moderated(info, at, request)
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, (AppealAccepted, *get_args(AnyRefusal)))
    return AppealAccepted(measure=measure)


async def _own(info: Info, appealed: AppealedInput) -> tuple[Snapshot, Contribution]:
    """Give a contribution to its author: who is the member, or has the code of the receipt."""
    reading = info.context.reading
    if appealed.receipt_code:
        code = read_code(appealed.receipt_code)
        row = await reading.contribution_by_receipt(code) if code else None
        at = await reading.snapshot(row.concertation) if row else None
        if row is None or at is None:
            raise refuse(Code.UNKNOWN_CONTRIBUTION, "receipt_code")
        return at, row
    at, key = await named(
        info, appealed.contribution_id or ID(""), "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id"
    )
    row = (await reading.contributions(at, [key])).get(key)
    if row is None:
        raise refuse(Code.UNKNOWN_CONTRIBUTION, "contribution_id")
    if row.member != info.context.viewer.member:
        raise refuse(Code.NOT_ALLOWED, act="appeal")
    return at, row


async def _report(info: Info, input: ReportContributionInput) -> Any:
    context = info.context
    at: Snapshot | None = None
    try:
        at, key = await named(
            info, input.contribution_id, "Contribution", Code.UNKNOWN_CONTRIBUTION, "contribution_id"
        )
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
        taken = await context.reading.ask(lambda c: reports.report(c, reporting))
        if isinstance(taken, Refusal):
            raise Refusing(taken)
    except Refusing as refused:
        return refusal_of(info, refused.refusal, at, (ReportAccepted, *get_args(AnyRefusal)))
    context.changed = True
    return ReportAccepted(reported_at=taken)


@strawberry.type
class ModerationMutations:
    """Fields of the type Mutation."""

    @strawberry.mutation(
        description="Hide a contribution for a reason of the list. Nothing is deleted; its author is told, may appeal.",
        graphql_type=HideContributionResult,
    )
    async def hide_contribution(
        self,
        info: Info,
        input: Annotated[HideContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        act = domain.Hide(reason=input.reason, text=input.note)
        return await _moderate(info, input, "moderate_contribution", act)

    @strawberry.mutation(
        description="Show a hidden contribution again.", graphql_type=RestoreContributionResult
    )
    async def restore_contribution(
        self,
        info: Info,
        input: Annotated[RestoreContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _moderate(info, input, "moderate_contribution", domain.Restore(text=input.note))

    @strawberry.mutation(
        description="Destroy a text for good. Leaf, receipt and counts remain, and verify as before.",
        graphql_type=RedactContributionResult,
    )
    async def redact_contribution(
        self,
        info: Info,
        input: Annotated[RedactContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        act = domain.Redact(reason=input.reason, text=input.note, urgency=input.urgency)
        return await _moderate(info, input, "redact_contribution", act)

    @strawberry.mutation(
        description="Close the reports of a contribution that stays as it is.",
        graphql_type=DismissReportsResult,
    )
    async def dismiss_reports(
        self,
        info: Info,
        input: Annotated[DismissReportsInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _moderate(info, input, "moderate_contribution", domain.DismissReports(text=input.note))

    @strawberry.mutation(description="Contest a measure, as the author.", graphql_type=AppealResult)
    async def appeal(
        self, info: Info, input: Annotated[AppealInput, argument(description="What is asked for.")]
    ) -> Any:
        return await _appeal(info, input)

    @strawberry.mutation(description="Decide an appeal, with reasons.", graphql_type=DecideAppealResult)
    async def decide_appeal(
        self, info: Info, input: Annotated[DecideAppealInput, argument(description="What is asked for.")]
    ) -> Any:
        return await _decide(info, input)

    @strawberry.mutation(
        description="Report a contribution, with an account or without one. At most ten an hour, and one open for each "
        "contribution.",
        graphql_type=ReportContributionResult,
    )
    async def report_contribution(
        self,
        info: Info,
        input: Annotated[ReportContributionInput, argument(description="What is asked for.")],
    ) -> Any:
        return await _report(info, input)
