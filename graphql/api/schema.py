"""The schema: types put together, with the gate and the caches that every operation goes through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.codes import code_types
from api.events import EVENT_TYPES, FiguresUpdated
from api.masking import Masking
from api.mutations.articles import ArticleMutations
from api.mutations.attaching import AttachingMutations
from api.mutations.authorising import AccessTokenMutations
from api.mutations.balloting import BallotMutations
from api.mutations.calling import WebhookMutations
from api.mutations.contributing import ContributionMutations
from api.mutations.deciding import DecisionMutations
from api.mutations.drafting import DraftingMutations
from api.mutations.ending_sessions import SessionMutations
from api.mutations.evaluating import EvaluationMutations
from api.mutations.following import FollowingMutations
from api.mutations.grouping import GroupingMutations
from api.mutations.hearing import HearingMutations
from api.mutations.hearing_calls import HearingCallMutations
from api.mutations.hearing_records import HearingRecordMutations
from api.mutations.inviting import InvitationMutations
from api.mutations.keeping import KeepingMutations
from api.mutations.meeting import MeetingMutations
from api.mutations.members import MemberMutations
from api.mutations.migrating import MigratingMutations
from api.mutations.moderating import ModerationMutations
from api.mutations.noticing import NoticeMutations
from api.mutations.organising import OrganisationMutations
from api.mutations.printing import LetterMutations
from api.mutations.reminding import ReminderMutations
from api.mutations.reviewing import ReviewMutations
from api.mutations.scheduling import SchedulingMutations
from api.mutations.sending_files import FileMutations
from api.mutations.signing_in import SigningInMutations
from api.mutations.synthesising import SynthesisMutations
from api.mutations.treating import TreatmentMutations
from api.proving import MOST, Proving, ProvingSchema
from api.queries import Query
from api.reaching import hold_to_reach
from api.scalars import SCALARS
from api.subscriptions import Subscription


@strawberry.type(
    description="Everything that can be done. Each takes one input with an idempotency key, and answers a union: what "
    "was done (`Accepted`), or why not (`Refusal`)."
)
class Mutation(
    DraftingMutations,
    AttachingMutations,
    MemberMutations,
    OrganisationMutations,
    InvitationMutations,
    SigningInMutations,
    ReminderMutations,
    NoticeMutations,
    LetterMutations,
    WebhookMutations,
    AccessTokenMutations,
    SessionMutations,
    SchedulingMutations,
    MigratingMutations,
    ContributionMutations,
    ModerationMutations,
    GroupingMutations,
    FileMutations,
    KeepingMutations,
    BallotMutations,
    HearingMutations,
    MeetingMutations,
    HearingCallMutations,
    HearingRecordMutations,
    ReviewMutations,
    EvaluationMutations,
    ArticleMutations,
    SynthesisMutations,
    TreatmentMutations,
    DecisionMutations,
    FollowingMutations,
):
    pass


class _Schema(ProvingSchema):
    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute a query or a mutation. Subscriptions are streamed, over sockets alone."""
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            {*(allowed_operation_types or OperationType)} - {OperationType.SUBSCRIPTION},
            operation_extensions,
        )

    def process_errors(self, *_: Any) -> None:
        """Log nothing here: the masking logs what an operator must know, under its reference."""


def make_schema(*, introspection: bool = True, longest: float | None = None) -> ProvingSchema:
    """Put the schema together: some 0.3 s.

    Without `introspection` it tells nobody its names. A query or a mutation is stopped after `longest` seconds.
    """
    schema = _Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*EVENT_TYPES, FiguresUpdated, *code_types()],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False),
        extensions=[lambda: Proving(maxsize=MOST), Masking],
        introspection=introspection,
        longest=longest,
    )
    hold_to_reach(schema._schema)
    return schema
